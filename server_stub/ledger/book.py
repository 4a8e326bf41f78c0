"""The ledger's memory as its pure rules see it: one open transaction.

`Book` is implemented over SQL (`server_stub.db`) and over dictionaries (the simulator); both pass one contract test.
Reads see this transaction's own writes. All feed locks the transaction needs are held before the first read.
`Draft` gathers what one happening changes; `server_stub.ledger.log` turns it into entries of the hashed log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sync.wire.bodies import Posting
from sync.wire.messages import Gap, GapRange, Outcome
from sync.wire.operation import Cursor, Operation, Parent
from sync.wire.rows import Row

R = TypeVar("R", bound=Row)


class NeedsFeed(Exception):
    """The transaction must start again holding this feed's lock too."""

    def __init__(self, feed: str) -> None:
        super().__init__(feed)
        self.feed = feed


@dataclass(frozen=True, slots=True)
class Terminal:
    """A registered terminal. `site` is its home feed. `drained` maps a feed to the cursor it had read to when it last
    reported an empty queue."""

    id: str
    site: str
    public_key: bytes = b""
    revoked: bool = False
    drained: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredOperation:
    """An operation as first posted. `operation` is None where the bytes could not be read (quarantine)."""

    id: str
    op_hash: str
    terminal: str
    raw: bytes
    outcome: Outcome
    operation: Operation | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """What is held of one terminal's epoch."""

    terminal: str
    epoch: str
    have_seq: int
    have_hash: str
    parent: Parent | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    feed: str
    n: int
    hash: str
    body: bytes


@dataclass(frozen=True, slots=True)
class SnapshotPart:
    """Rows `[table, key, row]` as JSON, part `part` (from 1) of `parts`, of the feed's state at (n, hash)."""

    n: int
    hash: str
    part: int
    parts: int
    rows: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified backup's position: (n, hash) per feed and have_seq per (terminal, epoch)."""

    feeds: dict[str, tuple[int, str]]
    streams: dict[tuple[str, str], int]


class Book(Protocol):
    @property
    def ledger_id(self) -> str: ...
    @property
    def ledger_epoch(self) -> str: ...
    @property
    def now(self) -> str:
        """UTC time of this transaction, for the record only; nothing is decided by it."""

    # rows of the shared picture
    def get(self, kind: type[R], key: str) -> R | None: ...
    def select(self, kind: type[R], **equal: str) -> Sequence[R]:
        """Rows whose columns equal these texts, in key order; all of them where no column is named. Indexed:
        Task(site, order), OrderLine(site, order), Conflict(site, state), Conflict(site, subject),
        Conflict(site, account), Balance(site, location), Balance(site, item), Location(site)."""

    def write(self, kind: type[Row], key: str, row: Row | None) -> None:
        """Store one row, or remove it. Only `server_stub.ledger.log` calls this: every change is logged."""

    # the log
    def feeds(self) -> Sequence[str]: ...
    def feed_head(self, feed: str) -> Cursor:
        """Newest entry (n = 0 and the feed's origin hash where there is none). Raises NeedsFeed without its lock
        when the transaction writes."""

    def newest(self, feed: str) -> int:
        """Number of the newest entry; needs no lock."""

    def append(self, entry: LogEntry) -> None: ...
    def entries(self, feed: str, after: int, count: int) -> Sequence[LogEntry]: ...
    def hash_at(self, feed: str, n: int) -> str | None:
        """Hash of entry n; the origin for 0; None where the log has no such entry or it lies below the floor."""

    def floor(self, feed: str) -> int:
        """Entries up to this number were compacted away; 0 for none."""

    def snapshot(self, feed: str, *, at: Cursor | None, part: int) -> SnapshotPart | None:
        """A part of the snapshot at a cursor (None once it is gone), or, without one, of the newest snapshot that is
        worth serving instead of the log (None where the log is short)."""

    # operations and streams
    def operation(self, id: str) -> StoredOperation | None: ...
    def add_operation(self, stored: StoredOperation, home: str) -> None:
        """Keep it with its outcome; `stored.outcome.feeds` also feeds `covered`. `home` is the terminal's feed."""

    def change_outcome(self, id: str, outcome: Outcome) -> None:
        """A new current state (and further feeds) of a stored outcome; `outcome.outcome` stays the first one."""

    def waiting(self, subject: str) -> Sequence[StoredOperation]:
        """Operations whose outcome is `waiting` for this operation or conflict to arrive, oldest first."""

    def set_waiting(self, id: str, subject: str | None) -> None: ...
    def covered(self, terminal: str, feed: str, after: int, to: int) -> Sequence[str]:
        """Ids of the terminal's operations whose first outcome in this feed lies in (after, to]."""

    def in_conflict(self, conflict: str) -> Sequence[str]:
        """Ids of the operations whose outcome names this conflict, in the order of their change numbers. The row of a
        conflict that many joined lists only some of them."""

    def stream(self, terminal: str, epoch: str) -> Stream | None: ...
    def set_stream(self, stream: Stream) -> None: ...
    def link(self, terminal: str, epoch: str, seq: int) -> str | None:
        """Hash of a link that is held."""

    def add_link(self, terminal: str, epoch: str, seq: int, hash: str, op_id: str) -> None: ...
    def linked_operation(self, terminal: str, epoch: str, seq: int) -> str | None: ...
    def gaps(self, terminal: str) -> Sequence[GapRange]:
        """Open gaps of all its epochs. A range shrinks or splits as its links arrive."""

    def set_gaps(self, terminal: str, gaps: Sequence[GapRange]) -> None: ...
    def declare_gap(self, terminal: str, epoch: str, gap: Gap) -> None:
        """Remember the gap's last link hash, so that the chain goes on behind it."""

    # who is there
    def terminal(self, id: str) -> Terminal | None: ...
    def terminals(self, site: str) -> Sequence[Terminal]:
        """Unrevoked terminals of a site."""

    def set_drained(self, terminal: str, feed: str, n: int) -> None: ...
    def backups(self) -> Sequence[Backup]:
        """Verified backups, newest first; at least the newest two where they exist."""


@dataclass(slots=True)
class Draft:
    """What one happening changes. Reads see the draft first, then the book.

    `states`: new `state` of stored outcomes by operation id (`undone`, `open`, `explained` …), for `change_outcome`.
    """

    book: Book
    rows: dict[tuple[str, str], tuple[type[Row], Row | None]] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)

    def get(self, kind: type[R], key: str) -> R | None:
        found = self.rows.get((kind.table, key))
        if found is None:
            return self.book.get(kind, key)
        row = found[1]
        assert row is None or isinstance(row, kind)
        return row

    def select(self, kind: type[R], **equal: str) -> list[R]:
        """As `Book.select`, with the draft's own rows in place of the book's."""
        stored = self.book.select(kind, **equal)
        own = [(key, row) for (table, key), (_, row) in self.rows.items() if table == kind.table]
        if not own:
            return list(stored)
        rows = {row.key: row for row in stored}
        for key, row in own:
            rows.pop(key, None)
            if isinstance(row, kind) and all(str(getattr(row, name)) == value for name, value in equal.items()):
                rows[key] = row
        return [rows[key] for key in sorted(rows)]

    def put(self, row: Row) -> None:
        self.rows[(row.table, row.key)] = (type(row), row)

    def drop(self, row: Row) -> None:
        self.rows[(row.table, row.key)] = (type(row), None)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of one operation: the outcome word, conflicts raised or joined, and why if it needs saying.

    `waits_for`: with the outcome `waiting`, the id of the operation or conflict that has not arrived.
    """

    outcome: str
    conflicts: tuple[str, ...] = ()
    reason: str = ""
    state: str = ""
    waits_for: str = ""
