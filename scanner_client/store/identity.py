"""Whose store this is, and the base of everything that works inside one of its transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from msgspec import Struct


class Identity(Struct, frozen=True):
    """Fixed at enrolment; a store never changes its ledger, its terminal or its site."""

    ledger_id: str
    terminal: str
    site: str


class Sources(Struct, frozen=True):
    """What comes from outside: fresh UUIDv7 texts, and the time in UTC for the record."""

    new_id: Callable[[], str]
    now: Callable[[], str]


class Section:
    """A part of one open transaction: the connection it runs on, and whose store it is. Holds nothing else."""

    def __init__(self, connection: sqlite3.Connection, identity: Identity, sources: Sources) -> None:
        self._sql = connection
        self._identity = identity
        self._sources = sources

    @property
    def ledger_id(self) -> str:
        return self._identity.ledger_id

    @property
    def terminal(self) -> str:
        return self._identity.terminal

    @property
    def site(self) -> str:
        return self._identity.site

    def _meta(self, key: str) -> str | None:
        found = self._sql.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return None if found is None else str(found[0])

    def _set_meta(self, key: str, value: str) -> None:
        self._sql.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )
