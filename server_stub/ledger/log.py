"""Writing the hashed log: the only way anything in the ledger changes.

One happening (an operation, an office change, a conflict settling) becomes one entry in each feed it touches. Change
numbers are gapless and given under the feed's lock; the hash chains over the entry's bytes as they will be served.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from server_stub.ledger.book import Book, Draft, LogEntry
from sync.wire.canonical import chain_hash
from sync.wire.codec import encode
from sync.wire.messages import GLOBAL_FEED, GONE, Change
from sync.wire.rows import SEPARATOR, Row


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened and through whom: an operation of a terminal, or the office (`by`)."""

    kind: str
    op: str = ""
    op_hash: str = ""
    terminal: str = ""
    outcome: str = ""
    reason: str = ""
    by: str = ""


def record(book: Book, draft: Draft, cause: Cause, home: str) -> dict[str, int]:
    """Log a draft, store its rows and the states it gives to earlier operations.

    Returns the change number in each feed touched; `home` always is.

    Raises NeedsFeed where a touched feed is not locked; nothing may be kept of the transaction then.
    """
    numbers: dict[str, int] = {}
    shares = _shares(draft, home)
    for feed in sorted(shares):
        head = book.feed_head(feed)
        body = encode(_change(draft, cause, shares[feed], feed, head.n + 1, book.now))
        book.append(LogEntry(feed, head.n + 1, chain_hash(head.hash, body), body))
        numbers[feed] = head.n + 1
    for (_, key), (kind, row) in draft.rows.items():
        book.write(kind, key, row)
    for op, state in draft.states.items():
        stored = book.operation(op)
        if stored:
            book.change_outcome(op, msgspec.structs.replace(stored.outcome, state=state))
    return numbers


@dataclass(slots=True)
class _Share:
    """What of a draft belongs to one feed: rows and postings as they are, which the entry's encoder takes in one go."""

    rows: list[tuple[str, str, Any]] = field(default_factory=list)
    postings: list[Any] = field(default_factory=list)


def _shares(draft: Draft, home: str) -> dict[str, _Share]:
    shares = {home: _Share()}
    for (table, key), (kind, row) in draft.rows.items():
        feed = _feed_of(kind, key)
        share = shares.get(feed) or shares.setdefault(feed, _Share())
        share.rows.append((table, key, GONE if row is None else row))
    for posting in draft.postings:
        share = shares.get(posting.site) or shares.setdefault(posting.site, _Share())
        share.postings.append(posting)
    return shares


def _change(draft: Draft, cause: Cause, share: _Share, feed: str, n: int, now: str) -> Change:
    return Change(
        n=n,
        feed=feed,
        at=now,
        kind=cause.kind,
        set=share.rows,
        postings=share.postings,
        op=cause.op,
        op_hash=cause.op_hash,
        terminal=cause.terminal,
        outcome=cause.outcome,
        reason=cause.reason,
        by=cause.by,
        states=draft.states,
    )


def _feed_of(kind: type[Row], key: str) -> str:
    """The feed of a row, from its key alone (a dropped row has nothing else): its site, or `global`."""
    return key[: key.index(SEPARATOR)] if kind.key_fields[0] == "site" else GLOBAL_FEED
