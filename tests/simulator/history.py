"""Every log that any ledger of the world ever had, as a tree of entries by hash: what the feeds truly held at each.

Built from the entries' own postings, not from the rows the ledger made of them, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator import progress, verdicts
from simulator.broken import Broken
from simulator.memory_book import MemoryLedger
from simulator.progress import Lines
from simulator.terminal_state import tenths
from simulator.verdicts import Known, Verdicts

from server_stub.ledger.book import LogEntry
from sync.wire.bodies import Posting
from sync.wire.canonical import chain_hash
from sync.wire.claims import Claiming, Releasing
from sync.wire.codec import decode
from sync.wire.messages import Change, feed_origin
from sync.wire.rows import ACTIVE, REFERENCE_UNKNOWN, SEPARATOR, Claim, Conflict, Order
from sync.wire.undoing import NOT_POSTED, UNDONE


@dataclass(frozen=True, slots=True)
class Unknown:
    subject: str
    ops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A feed at one entry: units by account, and the operations that have an outcome in it by then.

    Of those, which have no effect so far, and which were undone. `unknown`: the subject of each conflict about a code
    without a row that is open by then, and its operations. `holders`: who has an order that is open by then.
    `lines`: what each line of an order has by then.
    """

    n: int
    balances: dict[str, int] = field(default_factory=dict)
    operations: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    unposted: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    unknown: Mapping[str, Unknown] = field(default_factory=dict)
    holders: Mapping[str, str] = field(default_factory=dict)
    open_orders: frozenset[str] = frozenset()
    verdicts: Verdicts = field(default_factory=Verdicts)
    lines: Lines = field(default_factory=dict)

    def unknown_to(self, op: str) -> set[str]:
        """Subjects because of which goods of this operation stand on `@unknown`."""
        return {one.subject for one in self.unknown.values() if op in one.ops}


class History:
    """`on_entry` hears of every entry once, in order; `said_by` tells what an operation said of who works on what, and
    `known` what people had confirmed."""

    def __init__(
        self,
        ledger_id: str,
        on_entry: Callable[[Change, list[Posting]], None],
        said_by: Callable[[str], Claiming | Releasing | None],
        known: Known,
    ) -> None:
        self._ledger_id = ledger_id
        self._said_by = said_by
        self._on_entry = on_entry
        self._known = known
        self._moments: dict[tuple[str, str], Moment] = {}
        self._tasks: dict[tuple[str, str], str] = {}
        """The task of each conflict and operation, in whatever ledger somebody decided it."""

    def at(self, feed: str, hash: str) -> Moment:
        """The feed at the entry with this hash; raises Broken where no ledger ever had such an entry."""
        if hash == feed_origin(self._ledger_id, feed):
            return Moment(0)
        found = self._moments.get((feed, hash))
        if found is None:
            raise Broken("log_chain", f"{feed} never had an entry with the hash {hash[:12]}")
        return found

    def learn(self, ledger: MemoryLedger) -> int:
        """Take in what the ledger has logged since the last look. Returns how many entries are new."""
        learnt = 0
        for feed, log in ledger.tables.log.items():
            start = len(log)
            while start and (feed, log[start - 1].hash) not in self._moments:
                start -= 1
            before = log[start - 1].hash if start else _before(ledger, feed)
            for entry in log[start:]:
                self._take(entry, before)
                before = entry.hash
            learnt += len(log) - start
        return learnt

    def _take(self, entry: LogEntry, before: str) -> None:
        parent = self.at(entry.feed, before)
        change = decode(entry.body, Change)
        if entry.hash != chain_hash(before, entry.body) or change.n != entry.n or entry.n != parent.n + 1:
            raise Broken("log_chain", f"entry {entry.n} of {entry.feed} does not follow entry {parent.n}")
        balances = dict(parent.balances)
        postings = [decode(raw, Posting) for raw in change.postings]
        self._on_entry(change, postings)
        for posting in postings:
            balances[posting.account] = balances.get(posting.account, 0) + tenths(posting.quantity)
        waiting = parent.waiting
        if change.op:
            if change.op in parent.operations and change.op not in waiting:
                raise Broken("exactly_once", f"the operation {change.op} was posted twice in {entry.feed}")
            waiting = waiting | {change.op} if change.outcome == "waiting" else waiting - {change.op}
        operations = parent.operations | {change.op} if change.op else parent.operations
        judged = verdicts.after(parent.verdicts, change, parent.undone, self._known)
        self._opens_the_same(parent.verdicts, judged)
        self._moments[(entry.feed, entry.hash)] = Moment(
            entry.n,
            balances,
            operations,
            waiting,
            _unposted(parent.unposted, change),
            parent.undone | {op for op, state in change.states.items() if state == UNDONE},
            _unknown(parent.unknown, change),
            self._holders(parent, change),
            _open_orders(parent.open_orders, change),
            judged,
            progress.after(parent.lines, change, parent.undone, self._known),
        )

    def _opens_the_same(self, before: Verdicts, after: Verdicts) -> None:
        """A decision that is judged again by a restored ledger opens the task that terminals have heard of."""
        for id in after.sent_back.keys() - before.sent_back.keys():
            known = self._tasks.setdefault(after.sent_back[id], id)
            if known != id:
                raise Broken("tasks", f"the task {id} was {known} before: {after.sent_back[id]}")

    def _holders(self, parent: Moment, change: Change) -> Mapping[str, str]:
        """Who has what after an entry: told from what people said and which orders are open, not from the ledger's
        claims; only what the office frees is taken from its entry."""
        said = self._said_by(change.op)
        holders = parent.holders
        if said and (isinstance(said, Releasing) or said.order in parent.open_orders):
            holders = heard(holders, said)
        freed = {key.split(SEPARATOR)[1] for table, key, _ in change.set if table == Claim.table}
        ended = parent.open_orders - _open_orders(parent.open_orders, change)
        ended |= freed if change.kind == "claims_released" else set()
        return {order: by for order, by in holders.items() if order not in ended} if ended else holders


def heard(holders: Mapping[str, str], said: Claiming | Releasing) -> Mapping[str, str]:
    """Who has what once this was said too."""
    now = holders.get(said.order)
    if isinstance(said, Releasing):
        return {order: by for order, by in holders.items() if (order, by) != (said.order, said.by)}
    return {**holders, said.order: said.by} if now in (None, said.by, said.over) else holders


def _open_orders(before: frozenset[str], change: Change) -> frozenset[str]:
    rows = [decode(raw, Order) for table, _, raw in change.set if table == Order.table]
    if not rows:
        return before
    return before - {row.order for row in rows} | {row.order for row in rows if row.state == "open"}


def _unposted(before: frozenset[str], change: Change) -> frozenset[str]:
    if not change.op:
        return before
    return before | {change.op} if change.outcome in NOT_POSTED else before - {change.op}


def _unknown(before: Mapping[str, Unknown], change: Change) -> Mapping[str, Unknown]:
    rows = [decode(raw, Conflict) for table, _, raw in change.set if table == Conflict.table]
    about_codes = [row for row in rows if row.kind == REFERENCE_UNKNOWN]
    if not about_codes:
        return before
    found = dict(before)
    for row in about_codes:
        found.pop(row.id, None)
        if row.state in ACTIVE:
            found[row.id] = Unknown(row.subject, tuple(row.ops))
    return found


def _before(ledger: MemoryLedger, feed: str) -> str:
    floor = ledger.tables.floors.get(feed)
    return floor[1] if floor else feed_origin(ledger.ledger_id, feed)
