"""Where a ledger lives: its database, and beside a SQLite file its lock, its socket and its key.

A SQLite file has one process that writes it, the one that holds `flock` on it: the service, or for a moment a command.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

SQLITE = "sqlite:///"


class LedgerInUse(Exception):
    """Another process holds the SQLite file. The message names it."""


class NoLedger(Exception):
    """There is no database at the address, or it is none of ours. The message names the cure."""


@dataclass(frozen=True, slots=True)
class Place:
    """`url` as `server_stub.db` takes it; `file` is the SQLite file, None on PostgreSQL."""

    url: str
    file: Path | None

    @property
    def key(self) -> Path:
        """Where the signing key is kept unless LEDGER_KEY names another file: never inside the database."""
        if self.file:
            return self.file.with_name(f"{self.file.name}.key")
        database = urlsplit(self.url).path.strip("/") or "ledger"
        return platformdirs.user_data_path("scanner-ledger") / f"{database}.key"

    @property
    def socket(self) -> Path | None:
        return self.file.with_name(f"{self.file.name}.sock") if self.file else None


def place_of(address: str) -> Place:
    """`address` is a URL, or the path of a SQLite file."""
    if address.startswith(SQLITE):
        file = Path(address.removeprefix(SQLITE)).absolute()
    elif "://" in address:
        return Place(address, None)
    else:
        file = Path(address).absolute()
    return Place(f"{SQLITE}{file}", file)


@contextmanager
def sole_use(place: Place) -> Iterator[None]:
    """Hold the SQLite file's lock; nothing on PostgreSQL, whose own locks do. Raises LedgerInUse or NoLedger.

    Open it before SQLite does and leave it after: closing any descriptor of a file drops the locks SQLite has on it.
    """
    if place.file is None:
        yield
        return
    descriptor = _opened(place.file)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"the ledger {place.file} is in use by {_holder(descriptor)}; stop it first"
            raise LedgerInUse(message) from None
        yield
    finally:
        os.close(descriptor)


def must_exist(place: Place) -> None:
    """Raises NoLedger where the place is a SQLite file that is not there or cannot be read."""
    if place.file:
        os.close(_opened(place.file))


def _opened(file: Path) -> int:
    try:
        return os.open(file, os.O_RDONLY)
    except OSError as error:
        message = f"there is no ledger at {file} ({error.strerror}); make one with `ledger init --db {file}`"
        raise NoLedger(message) from error


def _holder(descriptor: int) -> str:
    """The process that holds the lock, as the kernel lists it: nothing to go stale after a crash."""
    inode = str(os.fstat(descriptor).st_ino)
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        words = line.split()
        if "FLOCK" in words and "->" not in words and words[5].rpartition(":")[2] == inode:
            return f"process {words[4]} ({_command(words[4])})"
    return "another process"


def _command(process: str) -> str:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "just ended"
    return " ".join(word.decode(errors="replace") for word in words if word)[:120]
