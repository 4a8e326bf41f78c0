"""A ledger with a little work in it, to be backed up and put back, and what its tables hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click.testing
from ledger.hall import Hall
from sqlalchemy import Table

from server_stub.backup.taking import take
from server_stub.cli import main
from server_stub.db import Ledger
from server_stub.db.schema import metadata
from server_stub.ledger.book import Terminal
from server_stub.place import place_of

Opened = Callable[[str], Ledger]
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class Work:
    """A hall on a ledger at an address, with two operations of one picker in it."""

    def __init__(self, url: str, opened: Opened) -> None:
        self.url = url
        self.place = place_of(url)
        self._opened = opened
        self.ledger = self.open()
        self.hall = Hall(self.ledger, self._register, ledger_id=self.ledger.ledger_id)
        self.hall.stock(A_01=9)
        self.picker = self.hall.picker("T1")
        self.picker.move(1, "A-01", "A-02")
        self.picker.receive(5, "STAGE", "cup")
        self.picker.sync()

    def open(self) -> Ledger:
        self.ledger = self._opened(self.url)
        return self.ledger

    def _register(self, terminal: Terminal) -> None:
        self.ledger.registry(lambda registry: registry.register_terminal(terminal.id, terminal.site, b"k" * 32))

    def reopened(self) -> Hall:
        """The same people before what now lies at the address."""
        self.hall.ledger = self.open()
        return self.hall

    def run(self, *words: str, status: int = 0) -> str:
        self.ledger.close()
        result = click.testing.CliRunner().invoke(main, words, env={"LEDGER_DB": self.url})
        assert result.exit_code == status, result.output
        return result.output

    def backup(self, folder: Path) -> Path:
        return take(self.place, folder, keep=9).file


def tables(ledger: Ledger, but: str = "backup") -> dict[str, list[Any]]:
    """All rows of all tables but one: the notes of backups are written when a backup has been made."""
    with ledger._engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in metadata.sorted_tables
            if table.name != but
        }


def fill(ledger: Ledger, which: Sequence[Table] = metadata.sorted_tables) -> None:
    """A row of anything in every table that has none."""
    made = {str: "x", int: 1, bytes: b"x", bool: True}
    with ledger._engine.begin() as connection:
        for table in which:
            if not connection.execute(table.select()).first():
                connection.execute(table.insert().values({one: made[one.type.python_type] for one in table.columns}))
