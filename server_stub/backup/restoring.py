"""Putting a backup in a ledger's place. Terminals notice the new epoch, compare, and bring back what they recorded."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from server_stub.backup.loss import Lost, lost
from server_stub.backup.manifest import BadBackup, Manifest, checked
from server_stub.db import Ledger, become_another, new_epoch, open_ledger, read_copy
from server_stub.office import OfficeRefusal
from server_stub.place import SQLITE, NoLedger, Place, sole_use
from server_stub.ports import Busy

FILE_MODE = 0o600
BESIDE = ("", "-wal", "-shm")
"""What belongs to a SQLite file, by its ending."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside` is where the ledger that was given up lies now, None where there was none (or PostgreSQL keeps it);
    `unread` why what only it knew cannot be listed, empty where it was."""

    manifest: Manifest
    ledger_epoch: str
    aside: Path | None
    lost: Sequence[Lost]
    unread: str = ""


def restore(file: Path, place: Place, given_up: Place | None = None) -> Restored:
    """Put the backup `file` in place of the ledger at `place`, under a new epoch.

    On SQLite the ledger that is there is moved aside; on PostgreSQL the database must be empty, and `given_up` may name
    the one it replaces. Raises BadBackup, OfficeRefusal (status 1) for another ledger's backup, LedgerInUse, NoLedger.
    """
    manifest = checked(file)
    with ExitStack() as held:
        old = given_up or _present(place)
        if old is not None:
            held.enter_context(sole_use(old))
        found, unread = _only_there(old, file, manifest)
        draft = _draft(place, file)
        epoch = new_epoch(draft.url)
        aside = _put_in_place(draft, place)
    return Restored(manifest, epoch, aside, found, unread)


def restore_as_copy(file: Path, place: Place, environment: str) -> str:
    """Make a ledger of its own from the backup, at a place where there is none. Returns its new id."""
    checked(file)
    if _present(place) is not None:
        raise OfficeRefusal(f"there is a ledger at {place.file} already; name another file for the copy")
    draft = _draft(place, file)
    ledger_id = become_another(draft.url, environment)
    _put_in_place(draft, place)
    return ledger_id


def adopt(place: Place) -> str:
    """Give the ledger at `place` a new epoch, so that terminals that met two copies of it take this one for theirs."""
    with sole_use(place):
        open_ledger(place.url).close()
        return new_epoch(place.url)


def _present(place: Place) -> Place | None:
    return place if place.file and place.file.exists() else None


def _only_there(old: Place | None, file: Path, manifest: Manifest) -> tuple[Sequence[Lost], str]:
    """What only the old ledger knows; or why that cannot be said. A damaged one is no reason not to restore."""
    if old is None:
        return (), "no ledger was there to compare it with"
    with ExitStack() as opened:
        try:
            ledgers = [_opened(opened, url) for url in (old.url, f"{SQLITE}{file}")]
            if ledgers[0].ledger_id != manifest.ledger_id:
                message = "the backup is of another ledger; `--as-copy` makes a ledger of its own from it"
                raise OfficeRefusal(message, 1)
            return lost(*ledgers), ""
        except (NoLedger, Busy, sqlite3.Error, msgspec.DecodeError) as error:
            return (), f"the ledger that was there cannot be read ({error})"


def _opened(stack: ExitStack, url: str) -> Ledger:
    ledger = open_ledger(url, read_only=True)
    stack.callback(ledger.close)
    return ledger


def _draft(place: Place, file: Path) -> Place:
    """The backup where it can be worked on: beside the SQLite file, or in the database itself."""
    if place.file is None:
        read_copy(file, place.url)
        return place
    draft = place.file.with_name(f".{place.file.name}.restored")
    draft.unlink(missing_ok=True)
    place.file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    url = f"{SQLITE}{draft}"
    read_copy(file, url)
    return Place(url, draft)


def _put_in_place(draft: Place, place: Place) -> Path | None:
    """The new file under the ledger's name; what had it before goes aside, with its write-ahead log."""
    if draft.file is None or place.file is None:
        return None
    aside = None
    if place.file.exists():
        aside = place.file.with_name(f"{place.file.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
        for ending in reversed(BESIDE):
            with suppress(FileNotFoundError):
                place.file.with_name(place.file.name + ending).rename(aside.with_name(aside.name + ending))
    draft.file.rename(place.file)
    folder = os.open(place.file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return aside


__all__ = ["BadBackup", "Restored", "adopt", "restore", "restore_as_copy"]
