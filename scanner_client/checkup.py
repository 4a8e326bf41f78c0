"""What `scanner doctor` looks at, and the cure for each thing it finds."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from scanner_client.files import open_to_others
from scanner_client.home import Home, HomeError
from sync.faults import SyncFault
from sync.shell import LedgerLine

MIN_SQLITE = (3, 37)
"""STRICT tables."""

MIN_FREE_BYTES = 64 * 1024 * 1024
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this was never set: no battery, no network time."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    well: bool
    says: str


def examine(home: Home) -> list[Finding]:
    return [check(home) for check in _CHECKS]


def _clock(_home: Home) -> Finding:
    now = datetime.now(UTC)
    if now < EARLIEST:
        return Finding("clock", False, f"it says {now:%Y-%m-%d}; set it, or switch on network time")
    return Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _disk(home: Home) -> Finding:
    place = next(folder for folder in (home.path, *home.path.parents) if folder.exists())
    state = os.statvfs(place)
    free = state.f_bavail * state.f_frsize
    if state.f_flag & os.ST_RDONLY:
        return Finding("disk", False, f"{place} is read-only; make it writable")
    if free < MIN_FREE_BYTES:
        return Finding("disk", False, f"{free // 2**20} MB free at {place}; free some space before the disk is full")
    return Finding("disk", True, f"{free // 2**20} MB free at {place}")


def _sqlite(_home: Home) -> Finding:
    if sqlite3.sqlite_version_info < MIN_SQLITE:
        wanted = ".".join(map(str, MIN_SQLITE))
        return Finding("SQLite", False, f"{sqlite3.sqlite_version}; a Python with SQLite {wanted} or later is needed")
    return Finding("SQLite", True, sqlite3.sqlite_version)


def _one_sqlite(_home: Home) -> Finding:
    if importlib.util.find_spec("pysqlite3") is not None:
        return Finding("one SQLite", False, "pysqlite3 is installed and would be used beside sqlite3; uninstall it")
    return Finding("one SQLite", True, "no second SQLite library is installed")


def _permissions(home: Home) -> Finding:
    private = [home.path, home.key, home.token, home.former_token, home.certificate, home.database]
    open_ones = [str(path) for path in private if path.exists() and open_to_others(path)]
    if open_ones:
        return Finding("permissions", False, f"others can read {', '.join(open_ones)}; run chmod go= on each")
    return Finding("permissions", True, f"{home.path} is its owner's alone")


def _ledger(home: Home) -> Finding:
    try:
        config = home.config()
        asyncio.run(_health(LedgerLine(config.url, ca_file=config.ca_file)))
    except (HomeError, SyncFault) as error:
        return Finding("ledger", False, str(error))
    return Finding("ledger", True, f"answers at {config.url}")


async def _health(line: LedgerLine) -> None:
    try:
        await line.health()
    finally:
        await line.close()


_CHECKS: tuple[Callable[[Home], Finding], ...] = (_clock, _disk, _sqlite, _one_sqlite, _permissions, _ledger)
