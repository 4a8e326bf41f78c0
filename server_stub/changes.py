"""Changes the office makes to the shared picture: drafts of the rules, logged like everything else, with author."""

from __future__ import annotations

from collections.abc import Callable

from server_stub.ledger.book import Book
from server_stub.ledger.log import Cause, record
from server_stub.ledger.office import Change, put_rows
from server_stub.ledger.settling import settle_feeds
from server_stub.ports import ServedLedger
from sync.wire.messages import GLOBAL_FEED
from sync.wire.rows import Row


def change(ledger: ServedLedger, feed: str, by: str, work: Callable[[Book], Change]) -> bool:
    """Log one change of the feed in a transaction of its own. False where nothing would change: nothing is logged."""

    def in_book(book: Book) -> bool:
        kind, draft = work(book)
        if not (draft.rows or draft.states):
            return False
        record(book, draft, Cause(kind, by=by), feed)
        settle_feeds(book, book.feeds(), by=by)
        return True

    return ledger.run({feed}, in_book)


def put_global(ledger: ServedLedger, kind: str, by: str, row: Row) -> bool:
    """Add or replace one row of the global feed, logged as `kind`."""
    return change(ledger, GLOBAL_FEED, by, lambda book: put_rows(book, [row], kind))
