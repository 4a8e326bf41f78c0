"""What a terminal's disk holds, as values: a state never changes once it is committed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import msgspec

from sync.core.terminal import Head
from sync.wire.bodies import Posting
from sync.wire.claims import Claiming, Releasing, after
from sync.wire.codec import decode
from sync.wire.effects import Effect, LineProgress, TaskTurn
from sync.wire.messages import Outcome
from sync.wire.operation import Cursor, Link, Operation, Parent
from sync.wire.quantity import Quantity
from sync.wire.rows import BY_TABLE, Balance, Claim, OrderLine, Row, Task

Rows = dict[tuple[str, str], bytes]


def tenths(quantity: Quantity) -> int:
    """A quantity as a whole number; a tenth is the least that anybody here scans."""
    return quantity.units if quantity.scale else quantity.units * 10


@lru_cache(maxsize=50_000)
def read_row(table: str, data: bytes) -> Row:
    """Rows repeat across terminals and transactions; each is decoded once."""
    return decode(data, BY_TABLE[table])


@dataclass(frozen=True, slots=True)
class Held:
    """A retained operation with its own effects; those of an undo depend on what became of its target."""

    id: str
    op_hash: str
    raw: bytes
    operation: Operation
    body: Any
    links: tuple[Link, ...]
    effects: tuple[Effect, ...]
    outcome: Outcome | None = None
    covered: frozenset[str] = frozenset()

    def is_pending_in(self, feed: str) -> bool:
        """Whether its effects are laid over the feed's rows. What the ledger did not post in a feed, no page of that
        feed will ever cover (a second undo of a transfer, say)."""
        return feed not in self.covered and (self.outcome is None or feed in self.outcome.feeds)


@dataclass(frozen=True, slots=True)
class Shadow:
    rows: Rows
    cursor: Cursor
    covered: frozenset[str] = frozenset()


@dataclass(slots=True)
class State:
    """What a terminal's disk holds. Read it freely; only an open transaction changes one, and its own."""

    epoch: str
    head: Head
    parent: Parent | None = None
    ledger_epochs: tuple[str, ...] = ()
    held: dict[str, Held] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    shadows: dict[str, Shadow] = field(default_factory=dict)
    alerts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def copy(self) -> State:
        return replace(
            self,
            held=dict(self.held),
            rows=dict(self.rows),
            cursors=dict(self.cursors),
            shadows=dict(self.shadows),
        )


def lay(rows: dict[tuple[str, str], Row], effect: Effect) -> None:
    """Lay one effect of own work over rows of the local view."""
    match effect:
        case Posting():
            key = (Balance.table, effect.account)
            now = rows.get(key)
            before = now.quantity if isinstance(now, Balance) else Quantity(0)
            rows[key] = effect.balance(before + effect.quantity)
        case LineProgress():
            line = rows.get((OrderLine.table, effect.key))
            if isinstance(line, OrderLine):
                rows[(OrderLine.table, effect.key)] = msgspec.structs.replace(
                    line, done=line.done + effect.done, short=line.short + effect.short
                )
        case TaskTurn():
            task = rows.get((Task.table, effect.key))
            if isinstance(task, Task):
                rows[(Task.table, effect.key)] = msgspec.structs.replace(task, state=effect.state)
        case Claiming() | Releasing():
            standing = rows.pop((Claim.table, effect.key), None)
            assert standing is None or isinstance(standing, Claim)
            claim = after(standing, effect)
            if claim is not None:
                rows[(Claim.table, effect.key)] = claim
