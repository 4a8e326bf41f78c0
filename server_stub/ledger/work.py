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
)
from server_stub.ledger.over import ORDER_CLOSED, found_beyond
from server_stub.ledger.sides import did, office_did, they_did
from sync.wire.bodies import Goods, Picked, Received, Returned, ShortReported
from sync.wire.operation import Cursor, Operation
from sync.wire.rows import NOTHING, Order, OrderLine, Task, row_key


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
    if order is None or isinstance(body, Returned):
        return None  # what goes back is wanted by no order
    if order.state == CANCELLED:
        return _cancelled(draft, operation, body, order, task)
    if order.rev == 1:
        return None
    if not _wanted(draft, operation, body):
        changed = _changed_after(draft, operation, order, task)
        return Standing(_about(ORDER_CHANGED, draft, operation, body, order)) if changed else None
    cursor = _cursor(operation)
    return Standing(merged=cursor is None or order.changed > cursor.n)


def _cancelled(draft: Draft, operation: Operation, body: Any, order: Order, task: Task | None) -> Standing:
    if not isinstance(body, Goods):
        return Standing(merged=True)
    known = isinstance(body, Received) and not _changed_after(draft, operation, order, task)
    return Standing(_about(ORDER_CLOSED if known else ORDER_CANCELLED, draft, operation, body, order))


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


def _about(kind: str, draft: Draft, operation: Operation, body: Any, order: Order) -> Disagreement:
    facts = office_did(draft.book, order) | did(draft, operation, body) | _line_facts(draft, operation, body)
    return Disagreement(kind, operation.site, order.key, facts)


def _line_facts(draft: Draft, operation: Operation, body: Any) -> dict[str, str]:
    """What the order's line wants of these goods as it now stands, and what it has with this fact."""
    line = draft.get(OrderLine, row_key(operation.site, getattr(body, "order", ""), getattr(body, "line", "")))
    if line is None:
        return {}
    wanted = line.quantity if line.state != CANCELLED and line.item == getattr(body, "item", "") else NOTHING
    more = body.quantity if isinstance(body, Picked | Received) else NOTHING
    return {"ordered": str(wanted), "received": str(line.done), "ledger_now": str(line.done + more)}


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
        they_did(draft.book, draft.book.operation(task.done_op))
        | did(draft, operation, body)
        | _line_facts(draft, operation, body),
        with_op=task.done_op,
    )


def _fits(draft: Draft, task: Task, body: Any) -> bool:
    if isinstance(body, Returned):
        return False  # all that was to go back has gone back
    line = draft.get(OrderLine, row_key(task.site, task.order, task.line))
    return line is None or (line.quantity - line.done - line.short - body.quantity).units >= 0


def _touched(operation: Operation, task: Task) -> bool:
    return operation.task_rev is not None and task.rev > operation.task_rev and task.done_by != operation.terminal
