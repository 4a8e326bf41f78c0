"""The part of `SqlBook` that holds the feeds' logs, their snapshots and the positions of backups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, select

from server_stub.db import schema
from server_stub.db.session import Session, at_most
from server_stub.ledger.book import Backup, LogEntry, NeedsFeed, SnapshotPart
from server_stub.ports import Busy
from sync.wire.messages import feed_origin
from sync.wire.operation import Cursor

BACKUPS_READ = 10
_rows_of = msgspec.json.Decoder(list[msgspec.Raw])
_feeds_of = msgspec.json.Decoder(dict[str, tuple[int, str]])
_streams_of = msgspec.json.Decoder(list[tuple[str, str, int]])


@dataclass(slots=True)
class Head:
    """Where a feed's log ends, and where it begins after compaction."""

    n: int
    hash: str
    floor: int
    floor_hash: str


def _entries_after() -> object:
    log = schema.log.c
    behind = select(log.n, log.hash, log.body).where(log.feed == bindparam("x_feed"), log.n > bindparam("x_after"))
    return at_most(behind.order_by(log.n))


def _hash_at() -> object:
    log = schema.log.c
    return select(log.hash).where(log.feed == bindparam("x_feed"), log.n == bindparam("x_n"))


def _newest_backups() -> object:
    return at_most(select(schema.backup).order_by(schema.backup.c.number.desc()), BACKUPS_READ)


class LogPart:
    """New entries are kept in memory until the end; they lie behind all stored ones, so reads join the two."""

    def __init__(self, session: Session, ledger_id: str, locks: frozenset[str] | None) -> None:
        self._session = session
        self._ledger_id = ledger_id
        self._locks = locks
        self._heads = {feed: Head(*values) for feed, *values in session.rows(schema.feed)}
        self._appended: dict[str, list[LogEntry]] = {}
        self._hashes: dict[tuple[str, int], str | None] = {}

    def feeds(self) -> Sequence[str]:
        return sorted(feed for feed, head in self._heads.items() if head.n)

    def feed_head(self, feed: str) -> Cursor:
        if self._locks is not None and feed not in self._locks:
            raise NeedsFeed(feed)
        head = self._head(feed)
        return Cursor(feed=feed, n=head.n, hash=head.hash)

    def newest(self, feed: str) -> int:
        return self._head(feed).n

    def _head(self, feed: str) -> Head:
        head = self._heads.get(feed)
        if head is None:
            origin = feed_origin(self._ledger_id, feed)
            head = self._heads[feed] = Head(0, origin, 0, origin)
        return head

    def append(self, entry: LogEntry) -> None:
        assert self._locks is not None, "a reader does not write"
        head = self._head(entry.feed)
        assert entry.n == head.n + 1, "change numbers are gapless"
        self._appended.setdefault(entry.feed, []).append(entry)
        head.n, head.hash = entry.n, entry.hash

    def entries(self, feed: str, after: int, count: int) -> Sequence[LogEntry]:
        """Raises Busy where the entries behind `after` are gone by now: a feed that is not locked may be compacted
        between two statements, and a page with a hole would look like a damaged one."""
        fresh = self._appended.get(feed, [])
        start = fresh[0].n if fresh else self._head(feed).n + 1
        if after >= start:
            return fresh[after - start + 1 :][:count]
        found: list[LogEntry] = []
        if after < start - 1 and count:
            stored = self._session.all(self._session.sql.made(_entries_after), feed, after, count)
            found = [LogEntry(feed, n, hash, body) for n, hash, body in stored]
            if not found or found[0].n != after + 1:
                raise Busy(f"the log of {feed} was compacted while it was being read; try again")
        return found + fresh[: count - len(found)]

    def hash_at(self, feed: str, n: int) -> str | None:
        head = self._head(feed)
        if n == 0:
            return feed_origin(self._ledger_id, feed)
        if n == head.n:
            return head.hash
        if n == head.floor:
            return head.floor_hash
        return self._hash_inside(feed, n) if head.floor < n < head.n else None

    def _hash_inside(self, feed: str, n: int) -> str | None:
        fresh = self._appended.get(feed)
        if fresh and n >= fresh[0].n:
            return fresh[n - fresh[0].n].hash
        if (feed, n) not in self._hashes:
            found = self._session.one(self._session.sql.made(_hash_at), feed, n)
            self._hashes[feed, n] = found[0] if found else None
        return self._hashes[feed, n]

    def floor(self, feed: str) -> int:
        return self._head(feed).floor

    def snapshot(self, feed: str, *, at: Cursor | None, part: int) -> SnapshotPart | None:
        found = self._session.row(schema.snapshot, feed=feed, part=part)
        if found is None:
            return None
        _, _, parts, n, hash, rows = found
        if at and (at.n, at.hash) != (n, hash):
            return None
        return SnapshotPart(n, hash, part, parts, [bytes(row) for row in _rows_of.decode(rows)])

    def backups(self) -> Sequence[Backup]:
        stored = self._session.all(self._session.sql.made(_newest_backups))
        return [
            Backup(_feeds_of.decode(feeds), {(t, epoch): seq for t, epoch, seq in _streams_of.decode(streams)})
            for _, feeds, streams in stored
        ]

    def _flush_log(self) -> None:
        for feed, entries in self._appended.items():
            values = [(feed, entry.n, entry.hash, entry.body) for entry in entries]
            self._session.insert_many(schema.log, values)
            head = self._heads[feed]
            self._session.put(schema.feed, feed, head.n, head.hash, head.floor, head.floor_hash)
