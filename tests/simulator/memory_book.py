"""The ledger's memory over dictionaries: the same rules as the one over SQL, with copies that can be put back.

An open transaction writes at once and keeps how to take each write back; an exception plays that backwards.
`MemoryLedger.tables` is the whole ledger: a copy of it is a backup, a copied file or a second ledger.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from server_stub.ledger.book import Backup, LogEntry, NeedsFeed, SnapshotPart, StoredOperation, Stream, Terminal
from sync.wire.codec import encode
from sync.wire.messages import Gap, GapRange, Outcome, feed_origin
from sync.wire.operation import Cursor
from sync.wire.rows import Balance, Conflict, Location, OrderLine, Row, Task

R = TypeVar("R", bound=Row)
INDEXED: dict[str, tuple[str, ...]] = {
    Task.table: ("order",),
    OrderLine.table: ("order",),
    Conflict.table: ("state", "subject", "account"),
    Balance.table: ("location", "item"),
    Location.table: ("site",),
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    n: int
    hash: str
    parts: tuple[tuple[bytes, ...], ...]


@dataclass(slots=True)
class Tables:
    """All that a ledger's database holds. Values are immutable; the containers are copied by `copy`."""

    ledger_epoch: str
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    index: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    log: dict[str, list[LogEntry]] = field(default_factory=dict)
    floors: dict[str, tuple[int, str]] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    operations: dict[str, StoredOperation] = field(default_factory=dict)
    covers: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    joined: dict[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    streams: dict[tuple[str, str], Stream] = field(default_factory=dict)
    links: dict[tuple[str, str, int], tuple[str, str | None]] = field(default_factory=dict)
    gaps: dict[str, tuple[GapRange, ...]] = field(default_factory=dict)
    terminals: dict[str, Terminal] = field(default_factory=dict)
    backups: tuple[Backup, ...] = ()

    def copy(self) -> Tables:
        copied: dict[str, Any] = {
            name: {key: _copied(value) for key, value in getattr(self, name).items()}
            for name in self.__slots__
            if name not in ("ledger_epoch", "backups")
        }
        return Tables(ledger_epoch=self.ledger_epoch, backups=self.backups, **copied)


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list | set) else value


class MemoryBook:
    """`Book` over tables. `locks` are the feeds held; None reads only and needs none."""

    def __init__(self, ledger: MemoryLedger, locks: frozenset[str] | None) -> None:
        self._ledger = ledger
        self._tables = ledger.tables
        self._locks = locks
        self._undo: list[Callable[[], object]] = []

    @property
    def ledger_id(self) -> str:
        return self._ledger.ledger_id

    @property
    def ledger_epoch(self) -> str:
        return self._tables.ledger_epoch

    @property
    def now(self) -> str:
        return self._ledger.now()

    def take_back(self) -> None:
        for undo in reversed(self._undo):
            undo()

    def _set(self, table: dict[Any, Any], key: Hashable, value: Any) -> None:
        if key in table:
            before = table[key]
            self._undo.append(lambda: table.__setitem__(key, before))
        else:
            self._undo.append(lambda: table.pop(key))
        table[key] = value

    # rows

    def get(self, kind: type[R], key: str) -> R | None:
        row = self._tables.rows.get(kind.table, {}).get(key)
        assert row is None or isinstance(row, kind)
        return row

    def select(self, kind: type[R], **equal: str) -> Sequence[R]:
        rows: dict[str, Any] = self._tables.rows.get(kind.table, {})
        found = [self._tables.index.get((kind.table, name, equal[name]), set()) for name in _indexed(kind, equal)]
        keys = min(found, key=len) if found else rows
        matching = (key for key in keys if all(str(getattr(rows[key], name)) == text for name, text in equal.items()))
        return [rows[key] for key in sorted(matching)]

    def write(self, kind: type[Row], key: str, row: Row | None) -> None:
        before = self.get(kind, key)
        self._undo.append(lambda: self._put(kind, key, row, before))
        self._put(kind, key, before, row)

    def _put(self, kind: type[Row], key: str, before: Row | None, row: Row | None) -> None:
        rows = self._tables.rows.setdefault(kind.table, {})
        for name in INDEXED.get(kind.table, ()):
            if before is not None:
                self._tables.index[(kind.table, name, str(getattr(before, name)))].discard(key)
            if row is not None:
                self._tables.index.setdefault((kind.table, name, str(getattr(row, name))), set()).add(key)
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row

    # the log

    def feeds(self) -> Sequence[str]:
        return sorted(self._tables.log)

    def feed_head(self, feed: str) -> Cursor:
        if self._locks is not None and feed not in self._locks:
            raise NeedsFeed(feed)
        return self._ledger.head(feed)

    def newest(self, feed: str) -> int:
        return self._ledger.head(feed).n

    def append(self, entry: LogEntry) -> None:
        assert self._locks is not None, "a reader does not write"
        assert entry.n == self.newest(entry.feed) + 1, "change numbers are gapless"
        log = self._tables.log.get(entry.feed)
        if log is None:
            log = []
            self._set(self._tables.log, entry.feed, log)
        log.append(entry)
        self._undo.append(log.pop)

    def entries(self, feed: str, after: int, count: int) -> Sequence[LogEntry]:
        start = max(0, after - self.floor(feed))
        return self._tables.log.get(feed, [])[start : start + count]

    def hash_at(self, feed: str, n: int) -> str | None:
        if n == 0:
            return feed_origin(self.ledger_id, feed)
        floor, floor_hash = self._tables.floors.get(feed, (0, ""))
        log = self._tables.log.get(feed, [])
        if n == floor:
            return floor_hash
        return log[n - floor - 1].hash if floor < n <= floor + len(log) else None

    def floor(self, feed: str) -> int:
        return self._tables.floors.get(feed, (0, ""))[0]

    def snapshot(self, feed: str, *, at: Cursor | None, part: int) -> SnapshotPart | None:
        found = self._tables.snapshots.get(feed)
        if found is None or part > len(found.parts) or (at and (at.n, at.hash) != (found.n, found.hash)):
            return None
        return SnapshotPart(found.n, found.hash, part, len(found.parts), found.parts[part - 1])

    # operations

    def operation(self, id: str) -> StoredOperation | None:
        return self._tables.operations.get(id)

    def add_operation(self, stored: StoredOperation, home: str) -> None:
        assert stored.id not in self._tables.operations, "an operation is kept once"
        assert home in stored.outcome.feeds, "an outcome has a number in the terminal's home feed"
        self._set(self._tables.operations, stored.id, stored)
        self._cover(stored.terminal, stored.id, stored.outcome.feeds)
        self._join(stored.outcome, stored.outcome.conflicts)

    def _join(self, outcome: Outcome, conflicts: Sequence[str]) -> None:
        for conflict in conflicts:
            known = self._tables.joined.get(conflict, ())
            self._set(self._tables.joined, conflict, tuple(sorted((*known, (outcome.n, outcome.id)))))

    def in_conflict(self, conflict: str) -> Sequence[str]:
        return [op for _, op in self._tables.joined.get(conflict, ())]

    def _cover(self, terminal: str, id: str, feeds: dict[str, int]) -> None:
        for feed, n in feeds.items():
            covers = self._tables.covers.setdefault((terminal, feed), [])
            insort(covers, (n, id))
            self._undo.append(lambda covers=covers, n=n: covers.remove((n, id)))  # type: ignore[misc]

    def change_outcome(self, id: str, outcome: Outcome) -> None:
        stored = self._tables.operations[id]
        assert outcome.outcome == stored.outcome.outcome, "the first outcome stays"
        self._set(self._tables.operations, id, replace(stored, outcome=outcome))
        further = {feed: n for feed, n in outcome.feeds.items() if feed not in stored.outcome.feeds}
        self._cover(stored.terminal, id, further)
        self._join(outcome, [one for one in outcome.conflicts if one not in stored.outcome.conflicts])

    def waiting(self, subject: str) -> Sequence[StoredOperation]:
        return [self._tables.operations[id] for id in self._tables.waiting.get(subject, ())]

    def set_waiting(self, id: str, subject: str | None) -> None:
        waiting = self._tables.waiting
        for other, ids in list(waiting.items()):
            if id in ids:
                self._set(waiting, other, tuple(one for one in ids if one != id))
        if subject is not None:
            self._set(waiting, subject, (*waiting.get(subject, ()), id))

    def covered(self, terminal: str, feed: str, after: int, to: int) -> Sequence[str]:
        covers = self._tables.covers.get((terminal, feed), [])
        return [id for _, id in covers[_behind(covers, after) : _behind(covers, to)]]

    # streams

    def stream(self, terminal: str, epoch: str) -> Stream | None:
        return self._tables.streams.get((terminal, epoch))

    def set_stream(self, stream: Stream) -> None:
        self._set(self._tables.streams, (stream.terminal, stream.epoch), stream)

    def link(self, terminal: str, epoch: str, seq: int) -> str | None:
        found = self._tables.links.get((terminal, epoch, seq))
        return found[0] if found else None

    def add_link(self, terminal: str, epoch: str, seq: int, hash: str, op_id: str) -> None:
        self._set(self._tables.links, (terminal, epoch, seq), (hash, op_id))

    def linked_operation(self, terminal: str, epoch: str, seq: int) -> str | None:
        found = self._tables.links.get((terminal, epoch, seq))
        return found[1] if found else None

    def gaps(self, terminal: str) -> Sequence[GapRange]:
        return self._tables.gaps.get(terminal, ())

    def set_gaps(self, terminal: str, gaps: Sequence[GapRange]) -> None:
        self._set(self._tables.gaps, terminal, tuple(gaps))

    def declare_gap(self, terminal: str, epoch: str, gap: Gap) -> None:
        self._set(self._tables.links, (terminal, epoch, gap.to_seq), (gap.hash, None))

    # who is there

    def terminal(self, id: str) -> Terminal | None:
        return self._tables.terminals.get(id)

    def terminals(self, site: str) -> Sequence[Terminal]:
        return [one for _, one in sorted(self._tables.terminals.items()) if one.site == site and not one.revoked]

    def set_drained(self, terminal: str, feed: str, n: int) -> None:
        known = self._tables.terminals[terminal]
        self._set(self._tables.terminals, terminal, replace(known, drained={**known.drained, feed: n}))

    def backups(self) -> Sequence[Backup]:
        return self._tables.backups


def _indexed(kind: type[Row], equal: dict[str, str]) -> list[str]:
    return [name for name in INDEXED.get(kind.table, ()) if name in equal]


def _behind(covers: list[tuple[int, str]], n: int) -> int:
    return bisect_right(covers, (n, "\U0010ffff"))


class MemoryLedger:
    """A ledger's database. `tables` may be copied and put back at any moment between two transactions."""

    def __init__(self, ledger_id: str, ledger_epoch: str, now: Callable[[], str] = lambda: "") -> None:
        self.ledger_id = ledger_id
        self.tables = Tables(ledger_epoch)
        self.now = now

    @contextmanager
    def transaction(self, locks: frozenset[str] | None) -> Iterator[MemoryBook]:
        """Commits at the end of the block; an exception takes everything back and goes on."""
        book = MemoryBook(self, locks)
        try:
            yield book
        except BaseException:
            book.take_back()
            raise

    def head(self, feed: str) -> Cursor:
        floor, floor_hash = self.tables.floors.get(feed, (0, feed_origin(self.ledger_id, feed)))
        log = self.tables.log.get(feed)
        if not log:
            return Cursor(feed=feed, n=floor, hash=floor_hash)
        return Cursor(feed=feed, n=log[-1].n, hash=log[-1].hash)

    def register(self, terminal: Terminal) -> None:
        self.tables.terminals[terminal.id] = terminal

    def back_up(self) -> tuple[Backup, Tables]:
        """A copy, made and verified; the running ledger notes how far it goes."""
        copy = self.tables.copy()
        feeds = {feed: (self.head(feed).n, self.head(feed).hash) for feed in sorted(copy.log)}
        streams = {key: stream.have_seq for key, stream in copy.streams.items()}
        made = Backup(feeds, streams)
        self.note(made)
        return made, copy

    def note(self, made: Backup) -> None:
        """Remember a backup, the newest first."""
        self.tables.backups = (made, *self.tables.backups)

    def lists(self, made: Backup) -> bool:
        return any(made is one for one in self.tables.backups)

    def begin_epoch(self, epoch: str) -> None:
        self.tables.ledger_epoch = epoch

    def compact(self, feed: str, *, rows_per_part: int) -> None:
        """Put the feed's rows into a snapshot at its head and forget its log up to there."""
        head = self.head(feed)
        rows = [
            encode((table, key, row))
            for table, found in sorted(self.tables.rows.items())
            for key, row in sorted(found.items())
            if row.feed == feed
        ]
        parts = [tuple(rows[at : at + rows_per_part]) for at in range(0, len(rows), rows_per_part)]
        self.tables.snapshots[feed] = Snapshot(head.n, head.hash, tuple(parts) or ((),))
        self.tables.floors[feed] = (head.n, head.hash)
        self.tables.log[feed] = []
