"""Conflicts that settle themselves: what looked wrong was only early.

A conflict whose cause is gone closes as `explained`, one that a person decided as `resolved`. A provisional one whose
cause persists, although every terminal that could explain it has drained past it, opens for people, with a count task
where stock is short.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import msgspec

from server_stub.ledger.allocation import restock
from server_stub.ledger.applying import CANCELLED, Overdrawn, TooLarge, post
from server_stub.ledger.book import Book, Draft, StoredOperation
from server_stub.ledger.conflicts import (
    EXPLAINED,
    OPEN,
    PROVISIONAL,
    RESOLVED,
    STOCK_SHORT,
    Disagreement,
    active_at,
    operations_of,
    raise_or_join,
)
from server_stub.ledger.counting import call_off_count, want_count
from server_stub.ledger.linking import as_linked
from server_stub.ledger.lots import EXPIRY_DIFFERS, learn_lot, still_differs
from server_stub.ledger.measuring import as_measured
from server_stub.ledger.over import still_beyond
from server_stub.ledger.references import is_known, still_unknown
from server_stub.ledger.rights import may_work
from server_stub.ledger.sides import did
from sync.wire.bodies import Posting, Received, decode_body
from sync.wire.decisions import COUNTING
from sync.wire.effects import effects, set_aside
from sync.wire.operation import Operation
from sync.wire.rows import ACTIVE, REFERENCE_UNKNOWN, SEPARATOR, Balance, Conflict, Order, OrderLine, row_key
from sync.wire.undoing import UNDONE

SETTLED = "conflicts_settled"
STRETCH = 100
"""So many operations of a conflict are dealt with in one entry of the log."""

_Live = tuple[Operation, StoredOperation]


def settle(book: Book, site: str) -> Iterator[Draft]:
    """Close and open what this moment allows, until nothing more follows. Usually nothing.

    Each draft is to be recorded before the next is asked for. To be called under the site's lock after anything that
    changed the site's rows or a terminal's `drained`.
    """
    moved = True
    while moved:
        moved = False
        active = sorted(active_at(Draft(book), site), key=lambda one: one.kind != REFERENCE_UNKNOWN)
        heard = _heard(book, site) if active else 0
        for standing in active:
            conflict = book.get(Conflict, standing.key)
            if conflict is not None and conflict.state in ACTIVE:
                for draft in _settled(book, conflict, heard):
                    moved = True
                    yield draft


def _heard(book: Book, site: str) -> int:
    """Up to this change number every terminal of the site has read and reported an empty queue."""
    return min((one.drained.get(site, 0) for one in book.terminals(site)), default=sys.maxsize)


def _settled(book: Book, conflict: Conflict, heard: int) -> Iterator[Draft]:
    if (conflict.decision or not _persists(Draft(book), conflict)) and _can_be_closed(book, conflict):
        return _close(book, conflict)
    if conflict.decision:
        return iter(())
    if conflict.state == PROVISIONAL and conflict.n <= heard:
        return _open(book, conflict)
    return iter(())


def _stretches(book: Book, conflict: Conflict) -> list[list[_Live]]:
    """Its operations in stretches: each is logged in an entry of its own, so that no entry outgrows a page."""
    live = list(_live(book, conflict))
    return [live[at : at + STRETCH] for at in range(0, len(live), STRETCH)] or [[]]


# --- is the cause still there? ----------------------------------------------------------------------------------------


def _persists(draft: Draft, conflict: Conflict) -> bool:
    match conflict.kind:
        case "stock_short":
            balance = draft.get(Balance, conflict.subject)
            return balance is not None and balance.quantity.units < 0
        case "task_done_twice":
            return sum(_is_about(conflict, one) for one, _ in _live(draft.book, conflict)) > 1
        case "order_cancelled":
            order = draft.get(Order, conflict.subject)
            return order is not None and order.state == CANCELLED and _is_any_live(draft, conflict)
        case "order_changed":
            return any(_unwanted(draft, one) for one, _ in _live(draft.book, conflict))
        case "reference_unknown":
            return not is_known(draft, conflict.subject) and _is_any_live(draft, conflict)
        case "over_received" | "order_closed" | "expiry_differs":
            return any(_is_still_disputed(draft, conflict, one) for one, _ in _live(draft.book, conflict))
        case "not_permitted":
            return any(not may_work(draft, one) for one, _ in _live(draft.book, conflict))
        case _:
            return True


def _is_still_disputed(draft: Draft, conflict: Conflict, operation: Operation) -> bool:
    """Whether a receipt still is too much, or still has another date than its lot."""
    body = decode_body(operation)
    if not isinstance(body, Received):
        return False
    if conflict.kind == EXPIRY_DIFFERS:
        return still_differs(draft, body)
    return still_beyond(draft, operation, body)


def _live(book: Book, conflict: Conflict) -> Iterator[_Live]:
    """Its operations that were not undone."""
    for stored in operations_of(book, conflict):
        if stored.operation and stored.outcome.state != UNDONE:
            yield stored.operation, stored


def _is_any_live(draft: Draft, conflict: Conflict) -> bool:
    return any(True for _ in _live(draft.book, conflict))


def _is_about(conflict: Conflict, operation: Operation) -> bool:
    return row_key(operation.site, operation.task or "") == conflict.subject


def _unwanted(draft: Draft, operation: Operation) -> bool:
    body = decode_body(operation)
    key = row_key(operation.site, getattr(body, "order", ""), getattr(body, "line", ""))
    line = draft.get(OrderLine, key)
    return line is None or line.state == CANCELLED or (line.quantity - line.done).units < 0


# --- explained --------------------------------------------------------------------------------------------------------


def _can_be_closed(book: Book, conflict: Conflict) -> bool:
    """Whether every account can count what it would get. Else the conflict stays, for people to see: what cannot be
    settled must not stop the exchange of whoever comes by."""
    if conflict.kind != REFERENCE_UNKNOWN:
        return True
    trial = Draft(book)
    trial.put(_closed(conflict))
    try:
        for stretch in _stretches(book, conflict):
            _close_stretch(trial, conflict, stretch)
    except TooLarge:
        return False
    return True


def _close(book: Book, conflict: Conflict) -> Iterator[Draft]:
    for place, stretch in enumerate(_stretches(book, conflict)):
        draft = Draft(book)
        if place == 0:
            draft.put(_closed(conflict))
            if conflict.decision not in COUNTING:
                call_off_count(draft, conflict.site, conflict.id)
        _close_stretch(draft, conflict, stretch)
        restock(draft)
        if draft.rows or draft.states:
            yield draft


def _closed(conflict: Conflict) -> Conflict:
    return msgspec.structs.replace(conflict, state=_end_of(conflict))


def _end_of(conflict: Conflict) -> str:
    return RESOLVED if conflict.decision else EXPLAINED


def _close_stretch(draft: Draft, conflict: Conflict, stretch: list[_Live]) -> None:
    for operation, stored in stretch:
        if conflict.kind == REFERENCE_UNKNOWN and is_known(draft, conflict.subject):
            _move_to_where_scanned(draft, conflict.subject, operation, stored)
            other_date = learn_lot(draft, operation, as_linked(draft, decode_body(operation)))
            if other_date:
                raise_or_join(draft, operation, other_date)
        if conflict.id in stored.outcome.conflicts and not _has_other_conflict(draft, operation, stored):
            draft.states[operation.id] = _end_of(conflict)


def _has_other_conflict(draft: Draft, operation: Operation, stored: StoredOperation) -> bool:
    """`draft` already holds the closed one, so any that is still active is another."""
    found = (draft.get(Conflict, row_key(operation.site, id)) for id in stored.outcome.conflicts)
    return any(one is not None and one.state in ACTIVE for one in found)


def _move_to_where_scanned(draft: Draft, subject: str, operation: Operation, stored: StoredOperation) -> None:
    """The code is known now: what the operation put on `@unknown` goes to where it was scanned, as the item it is."""
    others = still_unknown(draft, stored)
    for stood, stands in zip(
        _posted(draft, operation, others | {subject}), _posted(draft, operation, others), strict=True
    ):  # fmt: skip
        _move(draft, operation, stood, stands)


def _posted(draft: Draft, operation: Operation, unknown: set[str]) -> list[Posting]:
    """The postings of a fact while these subjects are unknown."""
    body = as_measured(draft, as_linked(draft, decode_body(operation), unknown))
    found = set_aside(effects(operation, body), unknown, operation.site)
    return [one for one in found if isinstance(one, Posting)]


def _move(draft: Draft, operation: Operation, before: Posting, after: Posting) -> None:
    if before.account == after.account:
        return
    post(draft, msgspec.structs.replace(before, quantity=-before.quantity))
    short = post(draft, after)
    if short:
        raise_or_join(draft, operation, _short(draft, operation, short))


def _short(draft: Draft, operation: Operation, one: Overdrawn) -> Disagreement:
    facts = did(draft, operation, decode_body(operation)) | {"ledger_now": str(one.balance)}
    return Disagreement(STOCK_SHORT, one.site, one.account, facts, provisional=True)


# --- opened -----------------------------------------------------------------------------------------------------------


def _open(book: Book, conflict: Conflict) -> Iterator[Draft]:
    for place, stretch in enumerate(_stretches(book, conflict)):
        draft = Draft(book)
        if place == 0:
            draft.put(msgspec.structs.replace(conflict, state=OPEN))
            if conflict.kind == STOCK_SHORT:
                _want_count(draft, conflict)
        draft.states |= {one.id: OPEN for one, stored in stretch if conflict.id in stored.outcome.conflicts}
        if draft.rows or draft.states:
            yield draft


def _want_count(draft: Draft, conflict: Conflict) -> None:
    site, location, item, lot, *_ = conflict.subject.split(SEPARATOR)
    want_count(draft, conflict.id, site=site, location=location, item=item, lot=lot)
