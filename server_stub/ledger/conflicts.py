"""Raising a conflict, or joining the one that already stands open on the same subject, so that one breeds no others.

Which facts make a conflict is said in `work` (tasks and orders), `references` (unknown codes) and `applying` (stock);
when one closes by itself is said in `settle`. A subject is the key of the account, task or order it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from server_stub.ledger.book import Book, Draft, StoredOperation
from server_stub.ledger.identity import caused_id
from server_stub.ledger.sides import joined
from sync.wire.operation import Operation
from sync.wire.rows import ACTIVE, REFERENCE_UNKNOWN, Conflict

STOCK_SHORT, TASK_DONE_TWICE = "stock_short", "task_done_twice"
ORDER_CHANGED, ORDER_CANCELLED = "order_changed", "order_cancelled"
PROVISIONAL, OPEN, EXPLAINED, RESOLVED = "provisional", "open", "explained", "resolved"
MAX_LISTED = 50
"""So many operations a conflict's row lists. The row is logged again with each that joins; all of them are found by
`Book.in_conflict`."""

OPERATIONS = "operations"
"""The fact that says how many joined, where they are more than the row lists."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What one fact found: the conflict's kind and subject, and what a person deciding it wants to see.

    `facts`: what `sides` tells, `ledger_now`, and of orders what was `ordered` and `received`. `account`: where goods
    were taken that the ledger does not have.
    `with_op`: the earlier operation it disagrees with, where it is one.
    """

    kind: str
    site: str
    subject: str
    facts: dict[str, str] = field(default_factory=dict)
    provisional: bool = False
    with_op: str = ""
    account: str = ""


def raise_or_join(draft: Draft, operation: Operation, found: Disagreement) -> Conflict:
    """Add the operation to the open conflict on this subject, or make one. The row goes into the draft."""
    standing = active_on(draft, found)
    conflict = _joined(draft, standing, operation, found) if standing else _raised(draft, operation, found)
    draft.put(conflict)
    return conflict


def active_on(draft: Draft, found: Disagreement) -> Conflict | None:
    """The conflict that a later fact on the same subject, or on the same account's goods, joins."""
    about_codes = found.kind == REFERENCE_UNKNOWN
    for known in draft.select(Conflict, site=found.site, subject=found.subject):
        if is_undecided(known) and (known.kind == REFERENCE_UNKNOWN) == about_codes:
            return known
    return _holding(draft, found) if found.kind == STOCK_SHORT else None


def active_at(draft: Draft, site: str) -> list[Conflict]:
    """Conflicts of a site that are not closed: nobody has decided them and nothing has explained them, or only just."""
    return [known for state in ACTIVE for known in draft.select(Conflict, site=site, state=state)]


def _holding(draft: Draft, found: Disagreement) -> Conflict | None:
    """A conflict of another kind whose operation left this very account short: its decision settles the account too."""
    held = draft.select(Conflict, site=found.site, account=found.subject)
    return next((known for known in held if is_undecided(known)), None)


def is_undecided(conflict: Conflict) -> bool:
    """Whether it waits for a person. One that was just decided is closed by `settle`; nothing joins it any more."""
    return conflict.state in ACTIVE and not conflict.decision


def _raised(draft: Draft, operation: Operation, found: Disagreement) -> Conflict:
    earlier = sum(one.kind == found.kind for one in draft.select(Conflict, site=found.site, subject=found.subject))
    return Conflict(
        site=found.site,
        id=caused_id(draft.book, found.kind, found.subject, earlier),
        kind=found.kind,
        state=PROVISIONAL if found.provisional else OPEN,
        subject=found.subject,
        account=found.account,
        n=next_number(draft.book, found.site),
        ops=[found.with_op, operation.id] if found.with_op else [operation.id],
        facts=found.facts,
    )


def _joined(draft: Draft, known: Conflict, operation: Operation, found: Disagreement) -> Conflict:
    """While it is provisional its number moves on: who drained before this fact may since hold what explains it."""
    again = operation.id in known.ops
    ops = known.ops if again else [*known.ops, operation.id]
    facts = joined(known.facts, found.facts, again=again) if known.kind == found.kind else dict(known.facts)
    if len(ops) > MAX_LISTED:
        facts[OPERATIONS] = str(int(known.facts.get(OPERATIONS, MAX_LISTED)) + 1)
        ops = [*ops[: MAX_LISTED - 1], operation.id]
    n = next_number(draft.book, found.site) if known.state == PROVISIONAL else known.n
    return msgspec.structs.replace(known, ops=ops, facts=facts, n=n)


def operations_of(book: Book, conflict: Conflict) -> Iterator[StoredOperation]:
    """All operations that joined it, also those its row does not list."""
    for id in _joining(book, conflict):
        stored = book.operation(id)
        if stored is not None:
            yield stored


def _joining(book: Book, conflict: Conflict) -> Iterator[str]:
    yield from conflict.ops
    if OPERATIONS in conflict.facts:
        listed = set(conflict.ops)
        yield from (id for id in book.in_conflict(conflict.id) if id not in listed)


def next_number(book: Book, feed: str) -> int:
    """The change number that the draft being made will get in this feed."""
    return book.feed_head(feed).n + 1
