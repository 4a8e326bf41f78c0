"""Laying the effects of a fact over the shared picture: balances, progress of order lines, tasks done or open again.

The effects themselves come from `sync.wire.effects`, the same on terminal and ledger; here they become rows of a draft.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from server_stub.ledger.book import Draft
from server_stub.ledger.claims import end_claim_of, end_claims
from server_stub.ledger.conflicts import TASK_DONE_TWICE, operations_of
from sync.wire.bodies import Posting, decode_body
from sync.wire.claims import Claiming, Releasing
from sync.wire.effects import Effect, LineProgress, TaskTurn, effects
from sync.wire.operation import Operation
from sync.wire.quantity import MAX_UNITS, Quantity
from sync.wire.rows import ACTIVE, Balance, Conflict, Order, OrderLine, Task, row_key
from sync.wire.undoing import UNDONE

DONE, CANCELLED = "done", "cancelled"
MAX_UNITS_HELD = MAX_UNITS - 1
"""More than this no account, posting, line or task counts: what the ledger writes, every reader can read."""

NOT_YET_KNOWN = "unknown"
"""State of an order line that was worked on before the ledger (again) knows the order."""


class TooLarge(Exception):
    """An account or a line would count more than can be written; nothing of the fact can be posted."""


@dataclass(frozen=True, slots=True)
class Overdrawn:
    """An account of the floor (not a virtual one) from which more was taken than it held."""

    site: str
    account: str
    location: str
    balance: Quantity


def apply_effects(draft: Draft, operation: Operation, found: Iterable[Effect], *, item: str) -> list[Overdrawn]:
    """Lay effects of a fact into the draft. Returns the accounts it overdrew. `item` is the fact's item.

    Raises TooLarge; the draft is then of no use.
    """
    overdrawn: list[Overdrawn] = []
    for effect in found:
        match effect:
            case Posting():
                short = post(draft, effect)
                if short:
                    overdrawn.append(short)
            case LineProgress():
                _progress(draft, effect, item)
            case TaskTurn(state="done"):
                _complete(draft, effect, operation)
            case TaskTurn() | Claiming() | Releasing():
                pass
    return overdrawn


def post(draft: Draft, posting: Posting) -> Overdrawn | None:
    """Book one posting; an account that comes to nothing leaves the picture. Raises TooLarge."""
    account = posting.account
    held = draft.get(Balance, account)
    total = _counted(posting.quantity)
    if held is not None:
        total = _counted(held.quantity + total)
    draft.rows["balance", account] = (Balance, posting.balance(total) if total else None)
    draft.postings.append(posting)
    if total.units < 0 and posting.quantity.units < 0 and posting.location[:1] != "@":
        return Overdrawn(posting.site, account, posting.location, total)
    return None


def _counted(total: Quantity) -> Quantity:
    if can_be_written(total):
        return total
    raise TooLarge(f"{total} is more than an account can count")


def can_be_written(total: Quantity) -> bool:
    return -MAX_UNITS_HELD <= total.units <= MAX_UNITS_HELD


def _progress(draft: Draft, effect: LineProgress, item: str) -> None:
    key = effect.key
    line = draft.get(OrderLine, key) or OrderLine(
        site=effect.site, order=effect.order, line=effect.line, item=item, quantity=Quantity(0), state=NOT_YET_KNOWN
    )
    done, short = _counted(line.done + effect.done), _counted(line.short + effect.short)
    state = line.state if line.state in (CANCELLED, NOT_YET_KNOWN) else line_state(line.quantity, done, short)
    draft.rows["order_line", key] = (OrderLine, msgspec.structs.replace(line, done=done, short=short, state=state))
    if state != line.state:
        finish_order(draft, effect.site, effect.order)


def line_state(wanted: Quantity, done: Quantity, short: Quantity) -> str:
    """A line is done once nothing of it is left to do: taken, or reported missing."""
    return "open" if (wanted - done - short).units > 0 else DONE


def finish_order(draft: Draft, site: str, code: str) -> None:
    """An order is done when no line is open, and open again when an undo opens one."""
    order = draft.get(Order, row_key(site, code))
    if order is None or order.state == CANCELLED:
        return
    state = "open" if _has_open_line(draft, site, code) else DONE
    if state != order.state:
        draft.put(msgspec.structs.replace(order, state=state))
        if state == DONE:
            end_claims(draft, site, code)


def _has_open_line(draft: Draft, site: str, code: str) -> bool:
    """Looks from the end: lines are mostly worked on in order, so an open one is found at once."""
    drafted = {
        row.line: row.state
        for _, row in draft.rows.values()
        if isinstance(row, OrderLine) and row.order == code and row.site == site
    }
    if "open" in drafted.values():
        return True
    for line in reversed(draft.book.select(OrderLine, site=site, order=code)):
        if line.state == "open" and line.line not in drafted:
            return True
    return False


def _complete(draft: Draft, turn: TaskTurn, operation: Operation) -> None:
    """The first to complete a task keeps it; a second completion changes lines and goods, not the task."""
    key = turn.key
    task = draft.get(Task, key)
    if task is not None and task.state == "open":
        done = msgspec.structs.replace(
            task, state=DONE, rev=task.rev + 1, done_by=operation.terminal, done_op=operation.id
        )
        draft.rows["task", key] = (Task, done)
        end_claim_of(draft, task)


def reopen(draft: Draft, site: str, task_id: str, undone: str) -> None:
    """The operation `undone` no longer completes the task; another that also did takes its place, else it is open."""
    key = row_key(site, task_id)
    task = draft.get(Task, key)
    if task is None or task.state != DONE or task.done_op != undone:
        return
    other = _other_completion(draft, site, key, undone)
    if other is not None:
        draft.put(msgspec.structs.replace(task, done_by=other.terminal, done_op=other.id, rev=task.rev + 1))
    else:
        draft.put(msgspec.structs.replace(task, state="open", done_op="", rev=task.rev + 1))


def _other_completion(draft: Draft, site: str, task_key: str, undone: str) -> Operation | None:
    for conflict in draft.select(Conflict, site=site, subject=task_key):
        stands = conflict.state in ACTIVE or conflict.decision == "accept_over"
        if conflict.kind == TASK_DONE_TWICE and stands:
            for stored in operations_of(draft.book, conflict):
                operation = stored.operation
                if (
                    operation
                    and stored.id != undone
                    and stored.outcome.state != UNDONE
                    and _completes(operation, task_key)
                ):
                    return operation
    return None


def _completes(operation: Operation, task_key: str) -> bool:
    """Whether an operation that was posted says that this task is done. Others join its conflict for their goods."""
    turns = (one for one in effects(operation, decode_body(operation)) if isinstance(one, TaskTurn))
    return any(one.key == task_key for one in turns)
