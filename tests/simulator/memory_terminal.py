"""A terminal's store in memory: the same rules as the one in SQLite, with states that can be kept, copied and put back.

A `State` never changes once it is committed, so an old reference to one is a copy of the disk: a restored terminal gets
it back, a clone starts from it. An open transaction works on its own copies; dropping it is a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice, takewhile
from typing import TypeVar

import msgspec
from simulator.terminal_state import Held, Rows, Shadow, State, lay, read_row, tenths

from scanner_client.ports import NewOperation
from sync.core.terminal import Head, Offered, RowChange
from sync.wire.bodies import Posting, Undone, decode_body
from sync.wire.canonical import ZERO_HASH
from sync.wire.claims import Claiming, Releasing
from sync.wire.codec import decode
from sync.wire.effects import Effect, effect_feed, effects
from sync.wire.messages import Outcome, feed_origin
from sync.wire.operation import (
    Cursor,
    Link,
    Parent,
    WireError,
    decode_operation,
    link_hash,
    new_operation,
    op_hash,
)
from sync.wire.rows import Balance, Claim, Conflict, Row
from sync.wire.undoing import is_useless, taken_back, unknown_subjects

R = TypeVar("R", bound=Row)


class MemoryTransaction:
    """`TerminalTransaction` over a state of its own."""

    def __init__(self, store: MemoryTerminal, state: State) -> None:
        self.state = state
        self._store = store
        self._owned: set[int] = set()

    @property
    def ledger_id(self) -> str:
        return self._store.ledger_id

    @property
    def terminal(self) -> str:
        return self._store.terminal

    # the ledger's epochs

    def ledger_epochs(self) -> Sequence[str]:
        return self.state.ledger_epochs

    def adopt_ledger_epoch(self, epoch: str) -> None:
        self.state.ledger_epochs = (*self.state.ledger_epochs, epoch)

    # the stream

    def head(self) -> Head:
        return self.state.head

    def link_hash(self, seq: int) -> str | None:
        found = self.offer(seq, 1)
        if not found or found[0].link.seq != seq:
            return None
        return link_hash(found[0].link, ledger_id=self.ledger_id, terminal=self.terminal)

    def first_unanswered(self) -> int | None:
        return next((one.links[-1].seq for one in self.state.held.values() if one.outcome is None), None)

    def first_retained(self) -> int | None:
        return next((one.links[-1].seq for one in self.state.held.values()), None)

    def offer(self, from_seq: int, count: int) -> Sequence[Offered]:
        first = self.first_retained()
        if first is None:
            return []
        skip = max(0, from_seq - first)
        return [Offered(one.links[-1], one.raw) for one in islice(self.state.held.values(), skip, skip + count)]

    def retained_in(self, epoch: str, from_seq: int, to_seq: int, count: int) -> Sequence[Offered]:
        found = (
            Offered(link, one.raw)
            for one in self.state.held.values()
            for link in one.links
            if link.epoch == epoch and from_seq <= link.seq <= to_seq
        )
        return list(islice(found, count))

    def store_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        held = self.state.held
        for outcome in outcomes:
            one = held.get(outcome.id) or next((one for one in held.values() if one.op_hash == outcome.id), None)
            if one:
                held[one.id] = replace(one, outcome=outcome)

    def store_state(self, id: str, state: str) -> None:
        one = self.state.held.get(id)
        if one and one.outcome:
            self.state.held[id] = replace(one, outcome=msgspec.structs.replace(one.outcome, state=state))

    def mint_epoch(self, epoch: str) -> None:
        state = self.state
        state.parent = Parent(epoch=state.epoch, seq=state.head.seq, hash=state.head.hash)
        state.epoch = epoch
        state.head = Head(epoch, 0, state.head.hash)
        for one in list(state.held.values()):
            state.held[one.id] = replace(one, links=(*one.links, self._next_link(one.op_hash)))

    def _next_link(self, hash: str) -> Link:
        head = self.state.head
        parent = self.state.parent if head.seq == 0 else None
        link = Link(epoch=head.epoch, seq=head.seq + 1, prev=head.hash, op_hash=hash, parent=parent)
        named = link_hash(link, ledger_id=self.ledger_id, terminal=self.terminal)
        self.state.head = Head(head.epoch, link.seq, named)
        return link

    def append(self, raw: bytes) -> None:
        operation = decode_operation(raw)
        try:
            body = decode_body(operation)
        except WireError:  # a kind of a newer program: kept and sent as it is
            body = None
        found = tuple(effects(operation, body))
        named = op_hash(raw)
        links = (self._next_link(named),)
        self.state.held[operation.id] = Held(operation.id, named, raw, operation, body, links, found)

    # the feeds

    def feeds(self) -> Sequence[str]:
        return self._store.feeds

    def cursor(self, feed: str) -> Cursor:
        return self.state.cursors.get(feed) or self._origin(feed)

    def shadow(self, feed: str) -> Cursor | None:
        found = self.state.shadows.get(feed)
        return found.cursor if found else None

    def _origin(self, feed: str) -> Cursor:
        return Cursor(feed=feed, n=0, hash=feed_origin(self.ledger_id, feed))

    def start_shadow(self, feed: str) -> None:
        self.state.shadows[feed] = Shadow({}, self._origin(feed))

    def put_rows(self, feed: str, changes: Iterable[RowChange], cursor: Cursor, *, shadow: bool) -> None:
        state = self.state
        rows = self._own(state.shadows[feed].rows if shadow else state.rows.get(feed, {}))
        for change in changes:
            if change.row is None:
                rows.pop((change.table, change.key), None)
            else:
                rows[(change.table, change.key)] = change.row
        if shadow:
            state.shadows[feed] = replace(state.shadows[feed], rows=rows, cursor=cursor)
        else:
            state.rows[feed] = rows
            state.cursors[feed] = cursor

    def _own(self, rows: Rows) -> Rows:
        """Rows that this transaction may change: a copy, made once."""
        if id(rows) in self._owned:
            return rows
        mine = dict(rows)
        self._owned.add(id(mine))
        return mine

    def cover(self, feed: str, ids: Iterable[str], *, shadow: bool) -> None:
        state = self.state
        hashes = {one.op_hash: one.id for one in state.held.values()}
        ids = [hashes.get(name, name) for name in ids]
        if shadow:
            found = state.shadows[feed]
            state.shadows[feed] = replace(found, covered=found.covered | set(ids))
            return
        for one in [state.held[op] for op in ids if op in state.held]:
            state.held[one.id] = replace(one, covered=one.covered | {feed})

    def swap_shadow(self, feed: str) -> None:
        state = self.state
        shadow = state.shadows.pop(feed)
        state.rows[feed], state.cursors[feed] = shadow.rows, shadow.cursor
        for one in list(state.held.values()):
            covered = one.covered | {feed} if one.id in shadow.covered else one.covered - {feed}
            state.held[one.id] = replace(one, covered=covered)

    # keeping

    def prune(self, safe_seq: int) -> None:
        if self.state.shadows:
            return
        held = list(self.state.held.values())
        settled = takewhile(lambda one: one.links[-1].seq <= safe_seq and self._settled(one), held)
        for one in held[: _before_undone(held, len(list(settled)))]:
            del self.state.held[one.id]

    def _settled(self, one: Held) -> bool:
        if one.outcome is None:
            return False
        return {feed for feed in one.outcome.feeds if feed in self._store.feeds} <= one.covered

    def alert(self, kind: str, **facts: str) -> None:
        told = (kind, tuple(sorted(facts.items())))
        if told not in self.state.alerts:
            self.state.alerts = (*self.state.alerts, told)

    def clear_alert(self, kind: str) -> None:
        self.state.alerts = tuple(told for told in self.state.alerts if told[0] != kind)


class MemoryTerminal:
    """A terminal's disk, and the local view read from it."""

    def __init__(
        self,
        terminal: str,
        site: str,
        *,
        ledger_id: str,
        feeds: Sequence[str],
        epoch: str,
        new_id: Callable[[], str],
    ) -> None:
        self.terminal, self.site, self.ledger_id = terminal, site, ledger_id
        self.feeds = tuple(feeds)
        self.state = State(epoch, Head(epoch, 0, ZERO_HASH))
        self._new_id = new_id

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        """Commits at the end of the block; an exception drops everything."""
        tx = MemoryTransaction(self, self.state.copy())
        yield tx
        self.state = tx.state

    def append(self, new: NewOperation) -> str:
        """Keep one confirmed operation. Its id."""
        with self.transaction() as tx:
            raw = self._bytes_of(new, tuple(tx.cursor(feed) for feed in self.feeds))
            tx.append(raw)
        return next(reversed(self.state.held))

    def _bytes_of(self, new: NewOperation, basis: tuple[Cursor, ...]) -> bytes:
        return new_operation(
            id=self._new_id(),
            ledger_id=self.ledger_id,
            site=self.site,
            terminal=self.terminal,
            kind=new.kind,
            at=new.at,
            offset=new.offset,
            by=new.by,
            body=new.body,
            flow=new.flow,
            task=new.task,
            task_rev=new.task_rev,
            basis=basis,
            scans=new.scans,
        )

    # the local view: live rows, with own effects laid over them until a page covers them

    def pending(self, feed: str) -> list[Effect]:
        return [
            effect
            for one in self.state.held.values()
            if one.is_pending_in(feed)
            for effect in (self._taken_back(one) if isinstance(one.body, Undone) else one.effects)
            if effect_feed(effect) == feed
        ]

    def _taken_back(self, undo: Held) -> list[Effect]:
        """What an undo changes in the rows as they stand: the first one counts, if its target left anything there."""
        held = self.state.held
        target = held.get(undo.body.target)
        rivals = (one for one in held.values() if getattr(one.body, "target", "") == undo.body.target)
        if target is None or next(one for one in rivals if one is undo or not is_useless(one.outcome)) is not undo:
            return []
        found = taken_back(
            undo.outcome,
            (target.operation, target.body),
            target.outcome,
            pending={feed for feed in self.feeds if target.is_pending_in(feed)},
            unknown=self._unknown_to(target),
        )
        return [effect for effect in found if effect]

    def _unknown_to(self, one: Held) -> set[str]:
        rows = self.state.rows.get(self.site, {}).items()
        conflicts = (decode(data, Conflict) for (table, _), data in rows if table == Conflict.table)
        return unknown_subjects(row for row in conflicts if one.id in row.ops)

    def view(self, feed: str) -> dict[tuple[str, str], Row]:
        rows = {key: read_row(key[0], data) for key, data in self.state.rows.get(feed, {}).items()}
        for effect in self.pending(feed):
            lay(rows, effect)
        return rows

    def row(self, kind: type[R], key: str) -> R | None:
        for feed in self.feeds:
            found = self.view(feed).get((kind.table, key))
            if found is not None:
                assert isinstance(found, kind)
                return found
        return None

    def holders(self, feed: str) -> dict[str, str]:
        """Who has which order."""
        rows = {
            (table, key): read_row(table, data)
            for (table, key), data in self.state.rows.get(feed, {}).items()
            if table == Claim.table
        }
        for effect in self.pending(feed):
            if isinstance(effect, Claiming | Releasing):
                lay(rows, effect)
        return {row.order: row.by for row in rows.values() if isinstance(row, Claim)}

    def balances(self, feed: str) -> dict[str, int]:
        """Whole units by account key, zeros left out."""
        return {key: found // 10 for key, found in self.stock(feed).items()}

    def stock(self, feed: str) -> dict[str, int]:
        """Tenths by account key, zeros left out."""
        found = {
            key: tenths(row.quantity)
            for (table, key), data in self.state.rows.get(feed, {}).items()
            if table == Balance.table and isinstance(row := read_row(table, data), Balance)
        }
        for effect in self.pending(feed):
            if isinstance(effect, Posting):
                found[effect.account] = found.get(effect.account, 0) + tenths(effect.quantity)
        return {key: units for key, units in found.items() if units}


def _before_undone(held: Sequence[Held], count: int) -> int:
    """Less of the first `count`, where an undo behind them names one of them: the two are forgotten together."""
    named = {getattr(one.body, "target", "") for one in held[count:]}
    shorter = next((place for place, one in enumerate(held[:count]) if one.id in named), count)
    return count if shorter == count else _before_undone(held, shorter)
