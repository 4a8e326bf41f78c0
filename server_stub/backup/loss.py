"""What a restore cannot bring back: what the office did, and who was let in or shut out, since the backup was made.

Everything that terminals recorded comes back from them by itself; the rest is told to the administrator, as far as the
ledger that is given up can still be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from server_stub.access import OFFICE, Registry
from server_stub.db import Ledger
from server_stub.ledger.book import Book
from sync.wire.codec import decode
from sync.wire.messages import Change
from sync.wire.operation import Cursor

ENTRIES_A_READ = 500


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: the log's word for an office change, or `terminal`, `invitation`, `token`, `pin`; `by`: who did it, where
    that is known."""

    kind: str
    text: str
    at: str = ""
    by: str = ""


def lost(given_up: Ledger, backup: Ledger) -> list[Lost]:
    """What the ledger given up knows of the office's doings and the backup does not, feed by feed in order."""
    return [*_changes(given_up, backup), *_access(given_up, backup)]


def _changes(given_up: Ledger, backup: Ledger) -> Iterator[Lost]:
    begins = backup.heads()
    for feed in sorted(given_up.heads()):
        for change in _after(given_up, feed, begins.get(feed)):
            if not change.op:
                yield Lost(kind=change.kind, text=_told(change), at=change.at, by=change.by)


def _after(ledger: Ledger, feed: str, begin: Cursor | None) -> Iterator[Change]:
    """Entries behind the backup's last; none where this log is not the one that the backup was made of."""
    n = begin.n if begin else 0
    if begin and ledger.read(lambda book: book.hash_at(feed, begin.n)) != begin.hash:
        return
    while True:
        found = ledger.read(_reader(feed, n))
        if not found:
            return
        yield from found
        n = found[-1].n


def _reader(feed: str, after: int) -> Callable[[Book], list[Change]]:
    def read(book: Book) -> list[Change]:
        return [decode(entry.body, Change) for entry in book.entries(feed, after, ENTRIES_A_READ)]

    return read


def _told(change: Change) -> str:
    tables = Counter(table for table, *_ in change.set)
    rows = ", ".join(f"{count} {table}" for table, count in sorted(tables.items())) or "no rows"
    return f"{change.feed} entry {change.n}: {rows}"


def _access(given_up: Ledger, backup: Ledger) -> Iterator[Lost]:
    now, then = given_up.registry(_standing), backup.registry(_standing)
    for kind, name in sorted(now.keys() | then.keys()):
        if now.get((kind, name)) != then.get((kind, name)):
            text, _ = now.get((kind, name), ("was removed", ""))
            yield Lost(kind=kind, text=f"{name} {text}")


def _standing(registry: Registry) -> dict[tuple[str, str], tuple[str, str]]:
    """Who may come in: in words, and what tells one state from another. Nothing that a terminal's own rotation
    changes."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for one in registry.all_terminals():
        words = "was revoked" if one.revoked else f"was enrolled at {one.site}"
        found["terminal", one.id] = words, one.public_key.hex()
    for invitation in registry.invitations():
        if not invitation.claim:
            found["invitation", invitation.terminal] = f"was invited to {invitation.site}", invitation.code_hash
    for token in registry.tokens(OFFICE):
        found["token", token.holder] = "was given a token", token.hash
    for pin in registry.pins():
        found["pin", pin.operator] = "chose a PIN" if pin.verifier else "was given a code for a new PIN", pin.verifier
    return found
