"""What each side of a conflict says: who did what, when it was scanned, when the ledger heard of it.

All of it is evidence for the person who decides, as texts in `Conflict.facts`; nothing is posted or closed by it.
`did_…` is the side of the operation that raised the conflict, `they_…` that of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server_stub.ledger.book import Book, Draft, StoredOperation
from sync.wire.bodies import Posting, decode_body
from sync.wire.codec import decode, encode
from sync.wire.messages import Change
from sync.wire.operation import Operation
from sync.wire.quantity import BadQuantity, Quantity, parse_quantity
from sync.wire.rows import NOTHING, SEPARATOR, Order
from sync.wire.undoing import UNDONE

MINE, THEIRS = "did", "they"
_SHORT = {MINE: "did", THEIRS: "they_did"}
CANCELLED = "cancelled"
ENTRIES_READ = 1000
"""So many of the newest entries of a feed are looked through for who took from an account."""

Facts = dict[str, str]


def did(draft: Draft, operation: Operation, body: Any) -> Facts:
    """The side of the operation being judged: what its terminal showed, what it did, and that it is heard of now."""
    known: Quantity | None = getattr(body, "known", None)
    facts = {
        "item": getattr(body, "item", ""), "location": getattr(body, "location", ""),
        "basis": seen_number(operation),
        "saw": "" if known is None else str(known), "saw_at": getattr(body, "as_of", ""),
        "ledger_at": draft.book.now, **_side(MINE, operation, body, draft.book.now),
    }  # fmt: skip
    return _told(facts)


def in_short(operation: Operation, body: object) -> str:
    """What an operation did, in words no language owns: `picked 5 4711 A-01 TOTE-1`."""
    parts = (operation.kind, *(str(getattr(body, name, "")) for name in ("quantity", "item", "location", "to")))
    return " ".join(part for part in parts if part)


def seen_number(operation: Operation) -> str:
    """The change number that the terminal had read of its home feed when it recorded this; empty where not said."""
    return next((str(cursor.n) for cursor in operation.basis if cursor.feed == operation.site), "")


def _side(who: str, operation: Operation, body: Any, arrived: str) -> Facts:
    quantity: Quantity | None = getattr(body, "quantity", None)
    return {
        _SHORT[who]: in_short(operation, body), f"{who}_kind": operation.kind, f"{who}_by": operation.by,
        f"{who}_terminal": operation.terminal, f"{who}_quantity": "" if quantity is None else str(quantity),
        f"{who}_unit": getattr(body, "unit", ""), f"{who}_at": operation.at, f"{who}_arrived": arrived,
    }  # fmt: skip


def _told(facts: Mapping[str, str]) -> Facts:
    return {name: value for name, value in facts.items() if value}


# --- the others -------------------------------------------------------------------------------------------------------


def they_did(book: Book, stored: StoredOperation | None) -> Facts:
    """The side of one earlier operation; empty where it cannot be read."""
    if stored is None or stored.operation is None:
        return {}
    operation = stored.operation
    change = _change(book, operation.site, stored.outcome.feeds.get(operation.site, 0))
    return _told(_side(THEIRS, operation, decode_body(operation), change.at if change else ""))


def office_did(book: Book, order: Order) -> Facts:
    """The side of the office, which changed or cancelled the order."""
    change = _change(book, order.site, order.changed)
    kind = CANCELLED if order.state == CANCELLED else "changed"
    changed_by, at = (change.by, change.at) if change else ("", "")
    return _told({
        _SHORT[THEIRS]: f"{order.state} {order.changed}", "they_kind": kind, "they_by": changed_by,
        "they_arrived": at, "they_at": at, "ledger_now": order.state,
    })  # fmt: skip


def others_took(book: Book, operation: Operation, site: str, account: str) -> Facts:
    """The side of those who took from the account after what the operation's terminal had read; empty where nobody
    did, or where its cursor is not of this log."""
    cursor = next((one for one in operation.basis if one.feed == site), None)
    if cursor is None or book.hash_at(site, cursor.n) != cursor.hash:
        return {}
    facts: Facts = {}
    for taking in _takings(book, site, account, cursor.n):
        if taking.operation.terminal != operation.terminal:
            body = decode_body(taking.operation)
            side = _told(_side(THEIRS, taking.operation, body, taking.at) | {"they_quantity": str(taking.quantity)})
            facts = _with(facts, side, THEIRS)
    return facts


@dataclass(frozen=True, slots=True)
class _Taking:
    operation: Operation
    quantity: Quantity
    at: str


def _takings(book: Book, site: str, account: str, after: int) -> Iterator[_Taking]:
    """What operations took from the account, in the order of the log, without those that were undone."""
    start = max(after, book.floor(site), book.newest(site) - ENTRIES_READ)
    location, item = (encode(part) for part in account.split(SEPARATOR)[1:3])
    for entry in book.entries(site, start, ENTRIES_READ):
        if location in entry.body and item in entry.body:
            change = decode(entry.body, Change)
            stored = book.operation(change.op) if change.op else None
            taken = _taken(change, account)
            if taken and stored and stored.operation and stored.outcome.state != UNDONE:
                yield _Taking(stored.operation, taken, change.at)


def _taken(change: Change, account: str) -> Quantity:
    """What the change took from the account, all in all; nothing where it brought as much."""
    posted = (decode(raw, Posting) for raw in change.postings)
    total = sum((one.quantity for one in posted if one.account == account), NOTHING)
    return -total if total.units < 0 else NOTHING


def _change(book: Book, feed: str, n: int) -> Change | None:
    """The entry of this number, None where it was compacted away or never was."""
    if not book.floor(feed) < n <= book.newest(feed):
        return None
    entry = next(iter(book.entries(feed, n - 1, 1)), None)
    return decode(entry.body, Change) if entry else None


# --- one more joins ---------------------------------------------------------------------------------------------------


def joined(known: Mapping[str, str], found: Mapping[str, str], *, again: bool = False) -> Facts:
    """The facts of a conflict with those of an operation that joins it: on the side it belongs to quantities add up and
    the newest person stands, `they_with` naming the others; what the ledger has now is told anew.

    `again`: the operation is in it already, so only that last part is news.
    """
    now = {name: found[name] for name in ("ledger_now", "ledger_at", "ordered") if name in found}
    mine = {name: value for name, value in found.items() if name == MINE or name.startswith(f"{MINE}_")}
    if again or found.get("item") != known.get("item"):
        return {**known, **now}  # other goods of the same order do not add up with these
    if found.get("did_terminal") == known.get("did_terminal"):
        return _with({**known, **now}, mine, MINE)
    theirs = {
        _SHORT[THEIRS] if name == MINE else THEIRS + name.removeprefix(MINE): value for name, value in mine.items()
    }
    return _with({**known, **now}, theirs, THEIRS)


def _with(facts: Facts, side: Facts, who: str) -> Facts:
    before, more = facts.get(f"{who}_quantity", ""), side.get(f"{who}_quantity", "")
    together = {**facts, **side}
    if before and more:
        together[f"{who}_quantity"] = _sum(before, more)
    people = dict.fromkeys(filter(None, [*facts.get(f"{who}_with", "").split(SEPARATOR), facts.get(f"{who}_by", "")]))
    people.pop(side.get(f"{who}_by", ""), None)
    return _told({**together, f"{who}_with": SEPARATOR.join(people)})


def _sum(one: str, other: str) -> str:
    try:
        return str(parse_quantity(one) + parse_quantity(other))
    except BadQuantity:
        return other
