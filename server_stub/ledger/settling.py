"""Settling conflicts wherever something moved, and logging it. What settles and how is said in `settle`."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from server_stub.ledger.book import Book
from server_stub.ledger.log import Cause, record
from server_stub.ledger.posting import wake
from server_stub.ledger.settle import SETTLED, settle
from sync.wire.rows import Conflict


def heads(book: Book) -> dict[str, int]:
    """The newest change number of every feed."""
    return {feed: book.newest(feed) for feed in book.feeds()}


def settle_since(
    book: Book, before: dict[str, int], *, terminal: str = "", by: str = "", also: AbstractSet[str] = frozenset()
) -> None:
    """Settle the conflicts of every feed that moved since `before`, and of those in `also`.

    Through whom it came about (`terminal` or `by`) is logged. Raises NeedsFeed where a feed to settle is not locked.
    """
    moved = [feed for feed, n in heads(book).items() if n != before.get(feed, 0) or feed in also]
    settle_feeds(book, moved, terminal=terminal, by=by)


def settle_feeds(book: Book, feeds: Iterable[str], *, terminal: str = "", by: str = "") -> None:
    """Settle these feeds. What the office changes in `global` may settle any of them."""
    for feed in feeds:
        _settle(book, feed, Cause(SETTLED, terminal=terminal, by=by))


def _settle(book: Book, feed: str, cause: Cause) -> None:
    for draft in settle(book, feed):
        record(book, draft, cause, feed)
        wake(book, *(row.id for _, row in draft.rows.values() if isinstance(row, Conflict)))
