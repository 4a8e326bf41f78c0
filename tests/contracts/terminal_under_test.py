"""A terminal's store as the contracts see it: what an implementer gives, and values that they are written with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import pytest

from scanner_client.ports import NewOperation
from sync.core.terminal import RowChange, TerminalTransaction
from sync.wire.bodies import Moved
from sync.wire.canonical import sha256_hex
from sync.wire.codec import encode
from sync.wire.messages import Outcome
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Row

LEDGER, TERMINAL, SITE = "ledger-1", "T1", "A"


class TerminalUnderTest(Protocol):
    """An implementation, and the few looks from outside that the contract needs."""

    def transaction(self) -> AbstractContextManager[TerminalTransaction]:
        """Commits at the end of the block; an exception takes everything back and goes on."""

    def append(self, new: NewOperation) -> str:
        """Keep one confirmed operation durably, as the flow does. Its id."""

    def on_hand(self, location: str, item: str) -> int:
        """Units of free stock (no lot, no status) at the home site in the local view, own pending work included."""

    def row(self, kind: type[Row], key: str) -> Row | None:
        """A row of the local view, own pending work included."""

    def held(self) -> Sequence[str]:
        """Ids of the retained operations in the order of the stream."""

    def outcome(self, id: str) -> Outcome | None:
        """The stored outcome of a retained operation."""

    def alerts(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        """What people are shown, oldest first."""


class NewTerminal(Protocol):
    """A fresh terminal "T1" at site "A" of "ledger-1" in the epoch given, following `global` and "A"."""

    def __call__(self, *, epoch: str = ...) -> TerminalUnderTest: ...


def body_of_move(quantity: int, location: str = "A-01", to: str = "A-02") -> Moved:
    return Moved(item="4711", quantity=Quantity(quantity), location=location, to=to)


def new(kind: str, body: object, task: str | None = None) -> NewOperation:
    return NewOperation(kind=kind, by="LI", body=body, at="2026-11-02T08:00:00Z", offset="+08:00", task=task)


def moved(quantity: int = 1, location: str = "A-01", to: str = "A-02") -> NewOperation:
    return new("moved", body_of_move(quantity, location, to))


def stock(location: str, units: int, item: str = "4711") -> RowChange:
    row = Balance(site=SITE, location=location, item=item, quantity=Quantity(units))
    return RowChange(row.table, row.key, encode(row))


def change(row: Row) -> RowChange:
    return RowChange(row.table, row.key, encode(row))


def at(feed: str, n: int, part: int = 0) -> Cursor:
    return Cursor(feed=feed, n=n, hash=sha256_hex(f"{feed} {n}".encode()), part=part)


def applied(id: str, n: int, **feeds: int) -> Outcome:
    return Outcome(id=id, outcome="applied", n=n, feeds=feeds or {SITE: n})


def settle(tx: TerminalTransaction, *ids: str, n: int = 10) -> None:
    """Outcome and cover for these operations, as one reply brings them."""
    for op in ids:
        tx.store_outcomes([applied(op, n)])
    tx.cover(SITE, ids, shadow=False)


class OfATerminal:
    """Rules that hold for every terminal the fixture `new_terminal` makes; whoever implements it gives that fixture."""

    @pytest.fixture
    def terminal(self, new_terminal: NewTerminal) -> TerminalUnderTest:
        return new_terminal(epoch="epoch-1")
