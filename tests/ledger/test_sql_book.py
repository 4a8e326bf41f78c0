"""The ledger's memory over SQL keeps the contract that the simulator's keeps over dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from contracts.book_contract import BookContract
from contracts.ledger_under_test import LEDGER

from server_stub.access import Registry
from server_stub.db import Ledger
from server_stub.ledger.book import Book, Terminal


class UnderTest:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def writing(self, *feeds: str) -> AbstractContextManager[Book]:
        return self.ledger.transaction(feeds)

    def reading(self) -> AbstractContextManager[Book]:
        return self.ledger.transaction(None)

    def add_terminal(self, terminal: Terminal) -> None:
        def register(registry: Registry) -> None:
            registry.register_terminal(terminal.id, terminal.site, terminal.public_key)
            if terminal.revoked:
                registry.revoke_terminal(terminal.id)

        self.ledger.registry(register)

    def add_backup(self) -> None:
        self.ledger.note_backup(self.ledger.positions())

    def compact(self, feed: str, *, rows_per_part: int) -> None:
        self.ledger.compact(feed, rows_per_part)


class TestSqlBook(BookContract):
    @pytest.fixture
    def ledger(self, ledger_url: str, opened: Callable[[str], Ledger]) -> UnderTest:
        ledger = opened(ledger_url)
        ledger._identity = replace(ledger._identity, ledger_id=LEDGER)
        return UnderTest(ledger)
