"""The ledger's memory as its contracts see it: what an implementer gives, and values that they are written with."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from server_stub.ledger.book import Book, LogEntry, StoredOperation, Terminal
from sync.wire.canonical import chain_hash
from sync.wire.codec import encode
from sync.wire.messages import Outcome, feed_origin
from sync.wire.operation import Cursor, new_operation, op_hash
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Conflict, Row, Task

LEDGER, SITE, OTHER = "ledger-1", "A", "B"


class LedgerUnderTest(Protocol):
    """An implementation, and the few acts from outside that the contract needs."""

    def writing(self, *feeds: str) -> AbstractContextManager[Book]:
        """A transaction that holds the locks of these feeds. Commits at the end; an exception takes it all back."""

    def reading(self) -> AbstractContextManager[Book]: ...
    def add_terminal(self, terminal: Terminal) -> None:
        """Register it, or replace what is registered under its id."""

    def add_backup(self) -> None:
        """Record a verified backup of the present state."""

    def compact(self, feed: str, *, rows_per_part: int) -> None:
        """Make a snapshot at the feed's head and drop the log up to there."""


def append(book: Book, feed: str, *rows: Row) -> LogEntry:
    """One log entry that sets these rows, written as `server_stub.ledger.log` does."""
    head = book.feed_head(feed)
    body = encode({"n": head.n + 1, "feed": feed, "set": [[row.table, row.key, row] for row in rows]})
    entry = LogEntry(feed, head.n + 1, chain_hash(head.hash, body), body)
    book.append(entry)
    for row in rows:
        book.write(type(row), row.key, row)
    return entry


def stock(location: str, units: int, item: str = "4711", site: str = SITE) -> Balance:
    return Balance(site=site, location=location, item=item, quantity=Quantity(units))


def task(id: str, order: str = "O1", site: str = SITE) -> Task:
    return Task(site=site, id=id, kind="pick", item="4711", location="A-01", quantity=Quantity(1), order=order)


def conflict(id: str, state: str, subject: str) -> Conflict:
    return Conflict(site=SITE, id=id, kind="stock_short", state=state, subject=subject)


def stored(id: str, n: int, *, outcome: str = "applied", terminal: str = "T1", **feeds: int) -> StoredOperation:
    raw = new_operation(
        id=id,
        ledger_id=LEDGER,
        site=SITE,
        terminal=terminal,
        kind="problem_reported",
        at="2026-11-02T08:00:00Z",
        offset="+08:00",
        by="LI",
        body={"text": id},
    )
    return StoredOperation(
        id, op_hash(raw), terminal, raw, Outcome(id=id, outcome=outcome, n=n, feeds=feeds or {SITE: n})
    )


def origin(feed: str) -> Cursor:
    return Cursor(feed=feed, n=0, hash=feed_origin(LEDGER, feed))
