"""What SQLite's errors mean to a person: a kind, one sentence, the cure."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from scanner_client.ports import StoreError

SCARCE_BYTES = 256 * 1024
"""Below this much free space an unexplained input/output error is taken for a full disk."""

_MESSAGES = {
    "disk_full": "The disk is full, so nothing can be kept: free space on {place}, then scan again.",
    "read_only": "The store cannot be written because {place} is read-only: make it writable, then scan again.",
    "corrupt": "The store {place} is damaged: stop scanning, keep the file, and look with `scanner verify`.",
    "busy": "Another program holds the store {place}: close it, then scan again.",
    "missing": "There is no store at {place}: enrol this terminal with `scanner enroll`, or name its home.",
    "disk_error": "The disk does not answer, so nothing can be kept on {place}: check it, then scan again.",
    "newer": "The store {place} was written by a newer program: install that version again.",
}

_FAULTS = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


def fault(kind: str, path: Path) -> StoreError:
    return StoreError(kind, _MESSAGES[kind].format(place=path))


def fault_from(error: sqlite3.Error, path: Path) -> StoreError:
    """The StoreError for what SQLite said of the file at `path`."""
    return fault(_kind(error, path), path)


def is_fault(error: sqlite3.Error) -> bool:
    """True where the disk or another program is to blame; False for a mistake of ours, which must not be dressed up."""
    return _code(error) in _FAULTS


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _kind(error: sqlite3.Error, path: Path) -> str:
    match _code(error):
        case sqlite3.SQLITE_FULL:
            return "disk_full"
        case sqlite3.SQLITE_READONLY:
            return "read_only"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return "corrupt"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "busy"
        case _:
            return _kind_from_disk(path)


def _kind_from_disk(path: Path) -> str:
    """An input/output error says little; the state of the file system says more."""
    if not path.exists():
        return "missing"
    state = os.statvfs(path)
    if state.f_flag & os.ST_RDONLY or not os.access(path.parent, os.W_OK):
        return "read_only"
    if state.f_bavail * state.f_frsize < SCARCE_BYTES:
        return "disk_full"
    return "disk_error"
