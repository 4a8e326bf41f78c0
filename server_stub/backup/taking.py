"""Taking a backup: copied beside the running service, rebuilt from its own log, named only when both are whole.

Until two backups of it were verified, terminals keep everything they recorded; from then on they may forget what both
hold. So the ledger is told of each (`safe_seq`).
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from server_stub.backup.manifest import Manifest, backups_in, checksum, manifest_of
from server_stub.db import Ledger, open_ledger, write_copy
from server_stub.ledger.book import Backup
from server_stub.office import OfficeRefusal, office_work
from server_stub.place import SQLITE, Place
from server_stub.ports import ServedLedger
from server_stub.release import release

KEEP = 14
"""How many of the newest backups stay in a folder, unless somebody says otherwise."""

FOLDER_MODE, FILE_MODE = 0o700, 0o600
NAME = "ledger-%Y%m%dT%H%M%S.%fZ.db"


@dataclass(frozen=True, slots=True)
class Taken:
    file: Path
    manifest: Manifest


@office_work
def note_backup(ledger: ServedLedger, feeds: dict[str, list[Any]], streams: list[list[Any]]) -> None:
    """Tell the ledger how far a verified backup of it goes."""
    positions = {feed: (int(n), str(hash)) for feed, (n, hash) in feeds.items()}
    ledger.note_backup(Backup(positions, {(terminal, epoch): int(seq) for terminal, epoch, seq in streams}))


def take(place: Place, folder: Path, keep: int) -> Taken:
    """Copy the ledger into `folder`, verify the copy and name it; of older ones the newest `keep` stay.

    Raises OfficeRefusal where the folder cannot be written, or (status 1) where the ledger is not what its log says.
    """
    now = datetime.now(UTC)
    file = folder / now.strftime(NAME)
    draft = folder / f".{file.name}.new"
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
        write_copy(place.url, draft)
        manifest = _verified(draft, now)
        _name(draft, file, manifest)
        _drop_older(folder, manifest.ledger_id, keep)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OfficeRefusal(
            f"no backup can be made in {folder}: {reason}; free space there, or name another"
        ) from error
    finally:
        for left in folder.glob(f"{draft.name}*"):
            left.unlink(missing_ok=True)
    return Taken(file, manifest)


def _verified(draft: Path, now: datetime) -> Manifest:
    copy: Ledger = open_ledger(f"{SQLITE}{draft}", read_only=True)
    try:
        differences = copy.verify()
        if differences:
            message = f"the ledger differs from its log in {len(differences)} places, so no backup was made of it"
            raise OfficeRefusal(f"{message}; `ledger verify` names them", 1)
        made = copy.positions()
        return Manifest(
            ledger_id=copy.ledger_id,
            ledger_epoch=copy.ledger_epoch,
            environment=copy.environment,
            made=now.isoformat(timespec="milliseconds"),
            release=release(),
            bytes=draft.stat().st_size,
            sha256=checksum(draft),
            feeds=dict(made.feeds),
            streams=[(terminal, epoch, seq) for (terminal, epoch), seq in sorted(made.streams.items())],
        )
    finally:
        copy.close()


def _name(draft: Path, file: Path, manifest: Manifest) -> None:
    """On the disk before it has a name; the manifest last, for with it the backup counts."""
    beside = draft.with_name(f"{draft.name}.manifest")
    beside.touch(FILE_MODE)
    beside.write_bytes(msgspec.json.encode(manifest))
    for one in (draft, beside):
        _sync(one)
    draft.rename(file)
    beside.rename(manifest_of(file))
    _sync(file.parent)


def _drop_older(folder: Path, ledger_id: str, keep: int) -> None:
    """Only finished backups of this ledger."""
    own = [file for file, manifest in backups_in(folder) if manifest.ledger_id == ledger_id]
    for file in own[keep:]:
        manifest_of(file).unlink()
        file.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
