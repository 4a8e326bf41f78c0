"""Answering cursors: the next stretch of each feed's log, or of a snapshot where the log is long.

`global` comes first, and while it has more the sites' pages are empty: a site's rows rest on items of `global`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from server_stub.ledger.book import Book, SnapshotPart, StoredOperation
from sync.wire.limits import DEFAULT_BATCH, MAX_PAGE_BYTES
from sync.wire.messages import GLOBAL_FEED, Page
from sync.wire.operation import Cursor


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks. `held`: seqs of the operations that the terminal may still hold in its epoch; None where that is not
    known."""

    terminal: str
    epoch: str
    held: range | None = None


def pages(book: Book, asking: Asking, cursors: Sequence[Cursor], count: int) -> list[Page]:
    """A page for each cursor. `count`: changes the terminal takes at once, over all feeds."""
    answered: list[Page] = []
    left = max(1, min(count, DEFAULT_BATCH))
    for cursor in sorted(cursors, key=lambda c: (c.feed != GLOBAL_FEED, c.feed)):
        page = _page(book, asking, cursor, left)
        answered.append(page)
        left -= len(page.changes)
        if page.more or page.resync:
            break
        left = max(left, 1)
    return answered


def _page(book: Book, asking: Asking, cursor: Cursor, count: int) -> Page:
    if cursor.part:
        part = book.snapshot(cursor.feed, at=cursor, part=cursor.part + 1)
        return _snapshot_page(book, asking, cursor, part) if part else _resync(cursor, "snapshot_gone")
    if book.hash_at(cursor.feed, cursor.n) != cursor.hash:
        return _resync(cursor, _why_unknown(book, cursor))
    if cursor.n == 0:
        part = book.snapshot(cursor.feed, at=None, part=1)
        if part:
            return _snapshot_page(book, asking, cursor, part)
    return _log_page(book, asking, cursor, count)


def _why_unknown(book: Book, cursor: Cursor) -> str:
    """A cursor below the compaction floor cannot be judged, so it raises no alarm."""
    return "compacted" if cursor.n < book.floor(cursor.feed) else "unknown_cursor"


def _resync(cursor: Cursor, reason: str) -> Page:
    return Page(feed=cursor.feed, from_cursor=cursor, n=cursor.n, hash=cursor.hash, resync=reason)


def _log_page(book: Book, asking: Asking, cursor: Cursor, count: int) -> Page:
    changes: list[msgspec.Raw] = []
    n, hash_there, size = cursor.n, cursor.hash, 0
    for entry in book.entries(cursor.feed, cursor.n, count):
        size += len(entry.body)
        if changes and size > MAX_PAGE_BYTES:
            break
        changes.append(msgspec.Raw(entry.body))
        n, hash_there = entry.n, entry.hash
    return Page(
        feed=cursor.feed,
        from_cursor=cursor,
        n=n,
        hash=hash_there,
        changes=changes,
        covers=list(book.covered(asking.terminal, cursor.feed, cursor.n, n)) if changes else [],
        more=n < book.newest(cursor.feed),
    )


def _snapshot_page(book: Book, asking: Asking, cursor: Cursor, part: SnapshotPart) -> Page:
    last = part.part == part.parts
    return Page(
        feed=cursor.feed,
        from_cursor=cursor,
        n=part.n,
        hash=part.hash,
        part=0 if last else part.part,
        changes=[msgspec.Raw(row) for row in part.rows],
        covers=_all_covered(book, asking, cursor.feed, part.n) if last else [],
        more=not last or part.n < book.newest(cursor.feed),
        snapshot=True,
    )


def _all_covered(book: Book, asking: Asking, feed: str, n: int) -> list[str]:
    """Operations that a snapshot at n holds, but for those that the terminal has forgotten: in a year it makes more of
    them than a reply can list."""
    if asking.held is None:
        return list(book.covered(asking.terminal, feed, 0, n))
    return [one.id for one in _held(book, asking, asking.held) if 0 < one.outcome.feeds.get(feed, 0) <= n]


def _held(book: Book, asking: Asking, seqs: range) -> Iterator[StoredOperation]:
    for seq in seqs:
        id = book.linked_operation(asking.terminal, asking.epoch, seq)
        stored = book.operation(id) if id else None
        if stored:
            yield stored
