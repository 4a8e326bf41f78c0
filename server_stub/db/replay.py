"""What the log alone says: its chain checked entry by entry, and everything the tables hold worked out anew from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from server_stub.db import schema
from server_stub.db.book_log import Head
from server_stub.db.session import Session, at_most
from server_stub.ledger.posting import WAITING
from sync.wire.bodies import Posting
from sync.wire.canonical import chain_hash
from sync.wire.codec import decode
from sync.wire.messages import GONE, Change
from sync.wire.quantity import Quantity
from sync.wire.rows import BY_TABLE, Balance, Conflict, Row

ENTRIES_A_READ = 1000
UNREADABLE = (msgspec.DecodeError, ValueError, LookupError)
"""What decoding raises where an altered byte made nonsense of a value."""


@dataclass(slots=True)
class Told:
    """What the log tells of one operation: hash, terminal, first outcome and its reason; its first number in each feed;
    its state now and its conflicts."""

    op_hash: str
    terminal: str
    outcome: str
    reason: str = ""
    feeds: dict[str, int] = field(default_factory=dict)
    state: str = ""
    conflicts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Replay:
    """The state after the whole log. `problems` holds what is wrong with the log itself."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    balances: dict[str, Quantity] = field(default_factory=dict)
    sums: dict[tuple[str, str], Quantity] = field(default_factory=dict)
    operations: dict[str, Told] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def replay(session: Session) -> Replay:
    """Read every feed's log from its floor on."""
    told = Replay()
    states: list[tuple[str, str]] = []
    for feed, *values in session.rows(schema.feed):
        head = Head(*values)
        if head.floor:
            _take_snapshot(told, session, feed, head)
        for change in _checked_entries(told, session, feed, head):
            try:
                _take_change(told, change)
            except UNREADABLE as error:
                told.problems.append(f"feed {feed}: entry {change.n} cannot be read: {error}")
            states += [(op, state) for op, state in change.states.items() if op != change.op]
    # States of a feed come after what they change in the same feed, and each has one feed that all its changes are in.
    for op, state in states:
        if op in told.operations:
            told.operations[op].state = state
    return told


# --- the chain --------------------------------------------------------------------------------------------------------


def _entries_after() -> Any:
    log = schema.log
    behind = select(log).where(log.c.feed == bindparam("x_feed"), log.c.n > bindparam("x_after"))
    return at_most(behind.order_by(log.c.n), ENTRIES_A_READ)


def _entries(session: Session, feed: str, after: int) -> Iterator[tuple[int, str, bytes]]:
    statement = session.sql.made(_entries_after)
    while found := session.all(statement, feed, after):
        yield from ((n, hash, body) for _, n, hash, body in found)
        after = found[-1][1]


def _checked_entries(told: Replay, session: Session, feed: str, head: Head) -> Iterator[Change]:
    """Changes of a feed in order. An altered entry is named once: the next one shows which of its parts was altered."""
    n, before = head.floor, {head.floor_hash}
    for at, hash, body in _entries(session, feed, 0):
        if at != n + 1:
            told.problems.append(f"feed {feed}: entry {n + 1} is missing, {at} follows {n}")
        reckoned = {chain_hash(one, body) for one in before}
        if hash not in reckoned and at == n + 1:
            told.problems.append(f"feed {feed}: entry {at} was altered, its hash does not follow from the entry before")
        n, before = at, {hash, *reckoned}
        change = _read(told, feed, at, body)
        if change:
            yield change
    if n != head.n or head.hash not in before:
        told.problems.append(f"feed {feed}: the log ends at entry {n}, the feed's head names {head.n} with its hash")


def _read(told: Replay, feed: str, n: int, body: bytes) -> Change | None:
    try:
        change = decode(body, Change)
    except UNREADABLE as error:
        told.problems.append(f"feed {feed}: entry {n} cannot be read: {error}")
        return None
    if (change.feed, change.n) != (feed, n):
        told.problems.append(f"feed {feed}: entry {n} says it is entry {change.n} of {change.feed}")
    return change


# --- the state --------------------------------------------------------------------------------------------------------


def _take_snapshot(told: Replay, session: Session, feed: str, head: Head) -> None:
    parts = session.rows(schema.snapshot, feed=feed)
    if not parts or (parts[0][3], parts[0][4]) != (head.floor, head.floor_hash):
        told.problems.append(f"feed {feed}: the log begins after {head.floor}, and there is no snapshot of that state")
    for number, (*_, rows) in enumerate(parts, start=1):
        try:
            _take_part(told, rows)
        except UNREADABLE as error:
            told.problems.append(f"feed {feed}: part {number} of its snapshot cannot be read: {error}")


def _take_part(told: Replay, rows: bytes) -> None:
    for table, key, raw in msgspec.json.decode(rows, type=list[tuple[str, str, msgspec.Raw]]):
        row = decode(raw, BY_TABLE[table])
        told.rows[table, key] = row
        if isinstance(row, Balance):
            _add(told, key, row.item, row.lot, row.quantity)


def _take_change(told: Replay, change: Change) -> None:
    for table, key, raw in change.set:
        if raw == GONE:
            told.rows.pop((table, key), None)
        else:
            told.rows[table, key] = decode(raw, BY_TABLE[table])
    for raw in change.postings:
        posting = decode(raw, Posting)
        _add(told, posting.account, posting.item, posting.lot, posting.quantity)
    if change.op:
        _tell(told, change)


def _add(told: Replay, account: str, item: str, lot: str, quantity: Quantity) -> None:
    told.balances[account] = told.balances.get(account, Quantity(0)) + quantity
    told.sums[item, lot] = told.sums.get((item, lot), Quantity(0)) + quantity


def _tell(told: Replay, change: Change) -> None:
    known = told.operations.get(change.op)
    one = known or Told(change.op_hash, change.terminal, change.outcome, change.reason)
    if change.outcome == WAITING:  # the first word; a feed that was read before may tell what became of it
        one.outcome = WAITING
    one.reason = one.reason or change.reason
    again = change.feed in one.feeds
    one.feeds.setdefault(change.feed, change.n)
    raised = _conflicts(told, change)
    if raised:
        one.conflicts += [conflict.id for conflict in raised]
        one.state = _standing(raised)
    elif again and change.outcome != "conflict":  # the feed of the conflict says how that stands
        one.state = change.outcome
    told.operations[change.op] = one


def _conflicts(told: Replay, change: Change) -> list[Conflict]:
    """Conflicts that this change raised or that its operation joined."""
    found = (told.rows.get((table, key)) for table, key, _ in change.set if table == Conflict.table)
    return [one for one in found if isinstance(one, Conflict) and change.op in one.ops]


def _standing(raised: list[Conflict]) -> str:
    states = {conflict.state for conflict in raised}
    return "provisional" if states == {"provisional"} else "open"
