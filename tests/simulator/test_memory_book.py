"""The simulator's ledger keeps the contract of the real one, and its copies are backups (X6)."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from contracts.book_contract import BookContract
from contracts.ledger_under_test import LEDGER, SITE, append, stock
from simulator.memory_book import MemoryLedger

from server_stub.ledger.book import Book, Terminal
from sync.wire.rows import Balance


class UnderTest(MemoryLedger):
    def writing(self, *feeds: str) -> AbstractContextManager[Book]:
        return self.transaction(frozenset(feeds))

    def reading(self) -> AbstractContextManager[Book]:
        return self.transaction(None)

    def add_terminal(self, terminal: Terminal) -> None:
        self.register(terminal)

    def add_backup(self) -> None:
        self.back_up()


class TestMemoryBook(BookContract):
    @pytest.fixture
    def ledger(self) -> UnderTest:
        return UnderTest(LEDGER, "le-1")


def test_a_copy_put_back_is_the_ledger_as_it_was() -> None:
    ledger = UnderTest(LEDGER, "le-1")
    with ledger.writing(SITE) as book:
        append(book, SITE, stock("A-01", 1))
    _, copy = ledger.back_up()
    with ledger.writing(SITE) as book:
        append(book, SITE, stock("A-01", 2))
    ledger.tables = copy
    with ledger.reading() as book:
        assert book.feed_head(SITE).n == 1
        assert list(book.select(Balance, site=SITE, location="A-01")) == [stock("A-01", 1)]
