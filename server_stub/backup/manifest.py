"""What lies beside each backup: whose it is, when it was made, how far it goes, and the checksum of its file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from server_stub.ledger.book import Backup

ENDING = ".json"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`made` is UTC; `feeds` maps a feed to its last change number and hash, `streams` lists terminal, epoch and seq.

    A backup without its manifest was never finished, or never verified.
    """

    v: int = 1
    ledger_id: str
    ledger_epoch: str
    environment: str
    made: str
    release: str
    bytes: int
    sha256: str
    feeds: dict[str, tuple[int, str]]
    streams: list[tuple[str, str, int]]

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made)

    @property
    def entries(self) -> int:
        """Entries of all logs up to where the backup goes."""
        return sum(n for n, _ in self.feeds.values())

    def positions(self) -> Backup:
        return Backup(self.feeds, {(terminal, epoch): seq for terminal, epoch, seq in self.streams})


class BadBackup(Exception):
    """A file is no backup, or not as it was made. The message says what to do."""


def manifest_of(file: Path) -> Path:
    return file.with_name(f"{file.name}{ENDING}")


def read_manifest(file: Path) -> Manifest:
    """The manifest beside a backup. Raises BadBackup."""
    beside = manifest_of(file)
    try:
        return msgspec.json.decode(beside.read_bytes(), type=Manifest)
    except OSError as error:
        message = f"{beside} cannot be read ({error.strerror}); a backup and its manifest belong together"
        raise BadBackup(message) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadBackup(f"{beside} is not a backup's manifest; name another backup") from error


def checked(file: Path) -> Manifest:
    """The manifest of a backup whose file is byte for byte what was verified. Raises BadBackup."""
    manifest = read_manifest(file)
    try:
        found = checksum(file)
    except OSError as error:
        raise BadBackup(f"the backup {file} cannot be read: {error.strerror}") from error
    if found != manifest.sha256:
        raise BadBackup(f"the backup {file} is not what was made on {manifest.made}; name another backup")
    return manifest


def backups_in(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """The finished backups in a folder, newest first; other files are passed over."""
    found = []
    for beside in folder.glob(f"*.db{ENDING}"):
        file = beside.with_name(beside.name.removesuffix(ENDING))
        try:
            found.append((read_manifest(file), file))
        except BadBackup:
            continue
    for manifest, file in sorted(found, key=lambda one: one[0].made, reverse=True):
        if file.exists():
            yield file, manifest


def checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
