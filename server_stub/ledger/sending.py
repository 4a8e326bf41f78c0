"""Tasks that decisions open, for the person who was there: to count, or to bring goods back.

What is then done is a fact of its own. A task's id follows from its conflict and from what it is about, so that a
decision that is judged again by a restored ledger opens the same one.
"""

from __future__ import annotations

from typing import Any

import msgspec

from server_stub.ledger.book import Draft
from server_stub.ledger.case import Case, NotPossible
from server_stub.ledger.conflicts import ORDER_CHANGED
from server_stub.ledger.counting import send_to_count
from server_stub.ledger.identity import caused_id
from server_stub.ledger.over import ORDER_CLOSED, OVER_RECEIVED, beyond
from server_stub.ledger.rights import may_work
from sync.wire.bodies import SUPPLIER, TERMINAL_TOTE, Moved, Picked, Received, Returned, decode_body
from sync.wire.decisions import PUT_BACK, TO_SUPPLIER
from sync.wire.operation import Operation
from sync.wire.quantity import Quantity
from sync.wire.rows import SEPARATOR, Balance, Task, row_key
from sync.wire.undoing import is_without_effect

ABOUT_A_PART = (ORDER_CHANGED, OVER_RECEIVED, ORDER_CLOSED)
"""Kinds of conflicts in which a part of the goods may be right."""

# --- count ------------------------------------------------------------------------------------------------------------


def count(case: Case) -> None:
    """Somebody is to count the account that is short: who took from it, where that is known."""
    site, location, item, lot, *_ = case.conflict.subject.split(SEPARATOR)
    try:
        assignee = _whom(case.draft, case.about()[0])
    except NotPossible:
        assignee = ""
    send_to_count(case.draft, case.conflict.id, assignee, site=site, location=location, item=item, lot=lot)


def recount(case: Case) -> None:
    """Somebody is to count where the operation was recorded, and wherever else its serial number stands.

    Of a stream that has a gap or was forked it is the last place that is known before.
    """
    operation, body = _last_known(case) if case.conflict.kind.startswith("stream_") else case.about()
    places = {getattr(body, "location", ""), getattr(body, "to", "")} | _places_of(case.draft, operation.site, body)
    floor = sorted(place for place in places if place and place[0] != "@" and not place.startswith(TERMINAL_TOTE))
    if not floor or not getattr(body, "item", ""):
        raise NotPossible("nothing_to_count")
    for place in floor:
        send_to_count(
            case.draft, case.conflict.id, _whom(case.draft, operation),
            site=operation.site, location=place, item=body.item, lot=getattr(body, "lot", ""),
        )  # fmt: skip


def _places_of(draft: Draft, site: str, body: Any) -> set[str]:
    """Where else the serial number of a fact stands, if it has one."""
    serial = getattr(body, "serial", "")
    if not serial:
        return set()
    return {one.location for one in draft.select(Balance, site=site, item=body.item) if one.serial == serial}


def _last_known(case: Case) -> tuple[Operation, Any]:
    """The operation that the ledger has of the terminal just before what is missing, or before the fork."""
    facts, book = case.conflict.facts, case.draft.book
    epoch, seq = facts.get("parent", facts.get("epoch", "")), facts.get("seq") or str(int(facts.get("from", "1")) - 1)
    id = book.linked_operation(facts.get("terminal", ""), epoch, int(seq))
    stored = book.operation(id) if id else None
    if stored is None or stored.operation is None or is_without_effect(stored.outcome):
        raise NotPossible("no_such_operation")
    return stored.operation, decode_body(stored.operation)


# --- goods ------------------------------------------------------------------------------------------------------------


def send_back(case: Case) -> None:
    """The goods of the operation go back to where they were taken; what came from outside goes back to who sent it."""
    operation, body = case.about()
    match body:
        case Picked() | Moved():
            _open(case, operation, body, PUT_BACK, body.to, body.location)
        case Received():
            _open(case, operation, body, TO_SUPPLIER, body.location, SUPPLIER)
        case _:
            raise NotPossible("nothing_to_return")


def _open(case: Case, operation: Operation, body: Any, kind: str, location: str, to: str) -> None:
    quantity = too_much(case, operation, body)
    if quantity.units <= 0:
        raise NotPossible("nothing_to_return")
    line = getattr(body, "line", "")
    task = Task(
        site=operation.site,
        id=caused_id(case.draft.book, kind, case.conflict.id, operation.id),
        kind=kind,
        item=body.item,
        lot=body.lot,
        serial=body.serial,
        quantity=quantity,
        location=location,
        to=to,
        order=body.order if line else "",
        line=line,
        cause=case.conflict.id,
        assignee=_whom(case.draft, operation),
    )
    brought = case.draft.get(Task, task.key)
    case.draft.put(_as_brought(task, brought) if brought else task)


def _as_brought(task: Task, brought: Task) -> Task:
    return msgspec.structs.replace(
        task, state=brought.state, done_by=brought.done_by, done_op=brought.done_op, rev=brought.rev + 1
    )


def expect_decision(draft: Draft, operation: Operation, body: Returned) -> None:
    """Goods went back for a task that is not there (any more): a restored ledger may hear of it before it hears the
    decision, which must not send somebody for them again."""
    if not operation.task or not body.done or draft.get(Task, row_key(operation.site, operation.task)):
        return
    kind = TO_SUPPLIER if body.to == SUPPLIER else PUT_BACK
    draft.put(
        Task(
            site=operation.site, id=operation.task, kind=kind, item=body.item, lot=body.lot, serial=body.serial,
            quantity=body.quantity, location=body.location, to=body.to, order=body.order, line=body.line,
        )
    )  # fmt: skip


def too_much(case: Case, operation: Operation, body: Any) -> Quantity:
    """So much of the operation's goods the conflict is about: of orders that want less, what is beyond them."""
    if case.conflict.kind in ABOUT_A_PART and isinstance(body, Picked | Received):
        return beyond(case.draft, operation.site, body)
    quantity: Quantity = body.quantity
    return quantity


def _whom(draft: Draft, operation: Operation) -> str:
    """Who recorded it, unless that person may not work here any more: then it is for anybody."""
    return operation.by if may_work(draft, operation) else ""
