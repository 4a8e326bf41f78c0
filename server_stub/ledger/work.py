"""What others did meanwhile to the order and the task of a fact: nothing, something harmless, or a disagreement.

"Meanwhile" is after the fact's `basis`, without the terminal's own earlier operations. A cursor of a log that a restore
took away says nothing; then the task's revision decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from server_stub.ledger.applying import CANCELLED, DONE
from server_stub.ledger.book import Draft
from server_stub.ledger.conflicts import (
    ORDER_CANCELLED,
    ORDER_CHANGED,
    TASK_DONE_TWICE,
    Disagreement,
    in_short,
    seen_number,
)
from server_stub.ledger.over import ORDER_CLOSED, found_beyond
from sync.wire.bodies import Goods, Picked, Received, ShortReported, decode_body
from sync.wire.operation import Cursor, Operation
from sync.wire.rows import Order, OrderLine, Task, row_key


@dataclass(frozen=True, slots=True)
class Standing:
    """How a fact stands against the work of others: `found` a disagreement, or `merged` with it rightly, or neither."""

    found: Disagreement | None = None
    merged: bool = False


def standing(draft: Draft, operation: Operation, body: Any) -> Standing:
    """To be asked before the fact's effects are laid into the draft."""
    task = draft.get(Task, row_key(operation.site, operation.task)) if operation.task else None
    order = _order_standing(draft, operation, body, task)
    if order is not None and order.found:
        return order
    beyond = found_beyond(draft, operation, body) if isinstance(body, Received) else None
    if beyond:
        return Standing(found=beyond)
    twice = task is not None and _done_twice(draft, operation, body, task)
    if twice:
        return Standing(found=twice)
    return Standing(merged=(order is not None and order.merged) or (task is not None and _touched(operation, task)))


# --- the order --------------------------------------------------------------------------------------------------------


def _order_standing(draft: Draft, operation: Operation, body: Any, task: Task | None) -> Standing | None:
    code = getattr(body, "order", "")
    order = draft.get(Order, row_key(operation.site, code)) if code else None
    if order is None:
        return None
    if order.state == CANCELLED:
        return _cancelled(draft, operation, body, order, task)
    if order.rev == 1:
        return None
    if not _wanted(draft, operation, body):
        changed = _changed_after(draft, operation, order, task)
        return Standing(_about(ORDER_CHANGED, operation, body, order)) if changed else None
    cursor = _cursor(operation)
    return Standing(merged=cursor is None or order.changed > cursor.n)


def _cancelled(draft: Draft, operation: Operation, body: Any, order: Order, task: Task | None) -> Standing:
    if not isinstance(body, Goods):
        return Standing(merged=True)
    known = isinstance(body, Received) and not _changed_after(draft, operation, order, task)
    return Standing(_about(ORDER_CLOSED if known else ORDER_CANCELLED, operation, body, order))


def _wanted(draft: Draft, operation: Operation, body: Any) -> bool:
    """Whether the order's line, as it now stands, wants these goods."""
    if not isinstance(body, Picked | Received):
        return True
    line = draft.get(OrderLine, row_key(operation.site, body.order, body.line))
    if line is None or line.state == CANCELLED or line.item != body.item or line.lot not in ("", body.lot):
        return False
    return (line.quantity - line.done - body.quantity).units >= 0


def _changed_after(draft: Draft, operation: Operation, order: Order, task: Task | None) -> bool:
    cursor = _cursor(operation)
    if cursor is not None and draft.book.hash_at(cursor.feed, cursor.n) == cursor.hash:
        return order.changed > cursor.n
    if task is not None and operation.task_rev is not None:
        return task.rev != operation.task_rev
    return True


def _cursor(operation: Operation) -> Cursor | None:
    return next((cursor for cursor in operation.basis if cursor.feed == operation.site), None)


def _about(kind: str, operation: Operation, body: Any, order: Order) -> Disagreement:
    return Disagreement(
        kind,
        operation.site,
        order.key,
        {
            "saw": seen_number(operation),
            "did": in_short(operation, body),
            "they_did": f"{order.state} {order.changed}",
            "ledger_now": order.state,
        },
    )


# --- the task ---------------------------------------------------------------------------------------------------------


def _done_twice(draft: Draft, operation: Operation, body: Any, task: Task) -> Disagreement | None:
    """Another terminal completed the task; or a clone of this one did, which shows where the line would overflow."""
    closes = isinstance(body, ShortReported) or getattr(body, "done", False)
    if not closes or task.state != DONE:
        return None
    if task.done_by == operation.terminal and _fits(draft, task, body):
        return None
    return Disagreement(
        TASK_DONE_TWICE,
        operation.site,
        task.key,
        {
            "saw": seen_number(operation),
            "did": in_short(operation, body),
            "they_did": f"{task.done_by} {_their_work(draft, task)}",
            "ledger_now": task.state,
        },
        with_op=task.done_op,
    )


def _fits(draft: Draft, task: Task, body: Any) -> bool:
    line = draft.get(OrderLine, row_key(task.site, task.order, task.line))
    return line is None or (line.quantity - line.done - line.short - body.quantity).units >= 0


def _their_work(draft: Draft, task: Task) -> str:
    stored = draft.book.operation(task.done_op)
    return in_short(stored.operation, decode_body(stored.operation)) if stored and stored.operation else ""


def _touched(operation: Operation, task: Task) -> bool:
    return operation.task_rev is not None and task.rev > operation.task_rev and task.done_by != operation.terminal
