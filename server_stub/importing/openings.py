"""What opening stock was posted from, so that no account is opened twice, however often and in which form a file comes.

It is kept as rows of the site's feed: those outlive the log's entries, which a compaction drops.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from server_stub.ledger.book import Book, Draft
from server_stub.ledger.conflicts import next_number
from sync.wire.canonical import sha256_hex
from sync.wire.rows import Balance, Opening

MARK_LETTERS = 16
"""64 bits of an account's hash: of a million accounts no two have the same, and a terminal keeps little for it."""


def opened(book: Book, sites: Iterable[str]) -> dict[str, str]:
    """The quantity that every account was opened with, by the account's mark."""
    openings = (opening for site in sites for opening in book.select(Opening, site=site))
    return {mark: quantity for opening in openings for mark, quantity in opening.accounts.items()}


def remember(draft: Draft, balances: Sequence[Balance]) -> None:
    """Put into the draft that these accounts, all of one site, are opened by it."""
    site = balances[0].site
    accounts = {mark(one): str(one.quantity) for one in balances}
    draft.put(Opening(site=site, id=str(next_number(draft.book, site)), accounts=accounts))


def mark(balance: Balance) -> str:
    return sha256_hex(balance.key.encode())[:MARK_LETTERS]
