"""Conflicts that settle themselves: what looked wrong was only early.

A conflict whose cause is gone closes as `explained`. A provisional one whose cause persists, although every terminal
that could explain it has drained past it, opens for people, with a count task where stock is short.
"""

from __future__ import annotations

import msgspec

from server_stub.ledger.applying import CANCELLED, Overdrawn, post
from server_stub.ledger.book import Book, Draft, StoredOperation
from server_stub.ledger.conflicts import (
    EXPLAINED,
    OPEN,
    PROVISIONAL,
    STOCK_SHORT,
    Disagreement,
    active_at,
    in_short,
    raise_or_join,
)
from server_stub.ledger.identity import caused_id
from server_stub.ledger.over import still_beyond
from server_stub.ledger.references import is_known, still_unknown
from sync.wire.bodies import Posting, Received, decode_body
from sync.wire.effects import aside, effects
from sync.wire.operation import Operation
from sync.wire.quantity import Quantity
from sync.wire.rows import ACTIVE, REFERENCE_UNKNOWN, SEPARATOR, Balance, Conflict, Order, OrderLine, Task, row_key
from sync.wire.undoing import UNDONE

SETTLED = "conflicts_settled"


def settle(book: Book, site: str) -> list[tuple[str, Draft]]:
    """Close or open what this moment allows; a draft comes with the kind to log it under. Usually nothing.

    To be called under the site's lock after anything that changed the site's rows or a terminal's `drained`.
    """
    draft = Draft(book)
    standing = active_at(draft, site)
    for conflict in sorted(standing, key=lambda one: one.kind != REFERENCE_UNKNOWN):
        if not _persists(draft, conflict):
            _explain(draft, conflict)
        elif conflict.state == PROVISIONAL and _is_due(book, conflict):
            _open(draft, conflict)
    return [(SETTLED, draft)] if draft.rows else []


def _is_due(book: Book, conflict: Conflict) -> bool:
    """Every terminal that can post on the account has reported an empty queue after reading past the conflict."""
    return all(one.drained.get(conflict.site, 0) >= conflict.n for one in book.terminals(conflict.site))


# --- is the cause still there? ----------------------------------------------------------------------------------------


def _persists(draft: Draft, conflict: Conflict) -> bool:
    match conflict.kind:
        case "stock_short":
            balance = draft.get(Balance, conflict.subject)
            return balance is not None and balance.quantity.units < 0
        case "task_done_twice":
            return sum(_is_about(conflict, one) for one, _ in _live(draft, conflict)) > 1
        case "order_cancelled":
            order = draft.get(Order, conflict.subject)
            return order is not None and order.state == CANCELLED and bool(_live(draft, conflict))
        case "order_changed":
            return any(_unwanted(draft, one) for one, _ in _live(draft, conflict))
        case "reference_unknown":
            return not is_known(draft, conflict.subject) and bool(_live(draft, conflict))
        case "over_received" | "order_closed":
            bodies = ((one, decode_body(one)) for one, _ in _live(draft, conflict))
            return any(isinstance(body, Received) and still_beyond(draft, one, body) for one, body in bodies)
        case _:
            return True


def _live(draft: Draft, conflict: Conflict) -> list[tuple[Operation, StoredOperation]]:
    """Its operations that were not undone."""
    stored = (draft.book.operation(id) for id in conflict.ops)
    return [(one.operation, one) for one in stored if one and one.operation and one.outcome.state != UNDONE]


def _is_about(conflict: Conflict, operation: Operation) -> bool:
    return row_key(operation.site, operation.task or "") == conflict.subject


def _unwanted(draft: Draft, operation: Operation) -> bool:
    body = decode_body(operation)
    key = row_key(operation.site, getattr(body, "order", ""), getattr(body, "line", ""))
    line = draft.get(OrderLine, key)
    return line is None or line.state == CANCELLED or (line.quantity - line.done).units < 0


# --- explained --------------------------------------------------------------------------------------------------------


def _explain(draft: Draft, conflict: Conflict) -> None:
    draft.put(msgspec.structs.replace(conflict, state=EXPLAINED))
    if conflict.kind == REFERENCE_UNKNOWN:
        _move_to_where_scanned(draft, conflict)
    count = draft.get(Task, row_key(conflict.site, _count_id(draft.book, conflict)))
    if count is not None and count.state == "open":
        draft.put(msgspec.structs.replace(count, state=CANCELLED, rev=count.rev + 1))
    for operation, stored in _live(draft, conflict):
        if conflict.id in stored.outcome.conflicts and not _has_other_conflict(draft, operation, stored):
            draft.states[operation.id] = EXPLAINED


def _has_other_conflict(draft: Draft, operation: Operation, stored: StoredOperation) -> bool:
    """`draft` already holds the explained one, so any that is still active is another."""
    found = (draft.get(Conflict, row_key(operation.site, id)) for id in stored.outcome.conflicts)
    return any(one is not None and one.state in ACTIVE for one in found)


def _move_to_where_scanned(draft: Draft, conflict: Conflict) -> None:
    """The code is known now: what its operations put on `@unknown` goes to where they scanned it."""
    for operation, stored in _live(draft, conflict):
        body = decode_body(operation)
        others = still_unknown(draft, stored)
        for scanned in effects(operation, body):
            if isinstance(scanned, Posting):
                before, after = aside(scanned, others | {conflict.subject}), aside(scanned, others)
                _move(draft, operation, before, after)


def _move(draft: Draft, operation: Operation, before: Posting, after: Posting) -> None:
    if before.location == after.location:
        return
    post(draft, msgspec.structs.replace(before, quantity=-before.quantity))
    short = post(draft, after)
    if short:
        raise_or_join(draft, operation, _short(operation, short))


def _short(operation: Operation, one: Overdrawn) -> Disagreement:
    facts = {"did": in_short(operation, decode_body(operation)), "ledger_now": str(one.balance)}
    return Disagreement(STOCK_SHORT, one.site, one.account, facts, provisional=True)


# --- opened -----------------------------------------------------------------------------------------------------------


def _open(draft: Draft, conflict: Conflict) -> None:
    draft.put(msgspec.structs.replace(conflict, state=OPEN))
    if conflict.kind == STOCK_SHORT:
        draft.put(_count_task(draft.book, conflict))
    for operation, stored in _live(draft, conflict):
        if conflict.id in stored.outcome.conflicts:
            draft.states[operation.id] = OPEN


def _count_id(book: Book, conflict: Conflict) -> str:
    return caused_id(book, "count", conflict.id)


def _count_task(book: Book, conflict: Conflict) -> Task:
    site, location, item, lot, *_ = conflict.subject.split(SEPARATOR)
    return Task(
        site=site,
        id=_count_id(book, conflict),
        kind="count",
        item=item,
        location=location,
        lot=lot,
        quantity=Quantity(0),
        cause=conflict.id,
    )
