"""What the office does: orders put, changed and cancelled, opening stock, reference data. Each is a draft to be logged.

An empty draft (no rows) means that nothing would change: putting the same again is harmless and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from server_stub.ledger.allocation import PICK, allocate, open_tasks, release, restock, still_to_allocate
from server_stub.ledger.applying import (
    CANCELLED,
    NOT_YET_KNOWN,
    TooLarge,
    can_be_written,
    finish_order,
    line_state,
    post,
)
from server_stub.ledger.book import Book, Draft
from server_stub.ledger.claims import end_claims
from server_stub.ledger.conflicts import next_number
from sync.wire.bodies import ADJUST, Posting
from sync.wire.rows import Balance, Order, OrderLine, Row, Task

Change = tuple[str, Draft]
"""A draft with the kind to log it under, as `settle` gives it."""


class CannotOpen(Exception):
    """Opening stock that this ledger cannot count; nothing of the batch was posted."""

    def __init__(self, balance: Balance, message: str) -> None:
        super().__init__(message)
        self.balance = balance


def put_rows(book: Book, rows: Iterable[Row], kind: str = "rows_put") -> Change:
    """Reference data: items, barcodes, locations, lots, operators, partners, sites. Unchanged rows are left out."""
    draft = Draft(book)
    for row in rows:
        if draft.get(type(row), row.key) != row:
            draft.put(row)
    return kind, draft


def opening_stock(book: Book, balances: Sequence[Balance]) -> Change:
    """Add each balance to its account, from `@adjust`: the sum stays zero. Lines that waited get their tasks.

    Raises CannotOpen for the first balance that cannot be counted.
    """
    draft = Draft(book)
    for balance in balances:
        if balance.quantity:
            fields = {name: getattr(balance, name) for name in Balance.__struct_fields__}
            try:
                post(draft, Posting(**fields))
                post(draft, Posting(**fields | {"location": ADJUST, "status": "", "quantity": -balance.quantity}))
            except TooLarge as error:
                raise CannotOpen(balance, str(error)) from error
    restock(draft)
    return "stock_opened", draft


# --- orders -----------------------------------------------------------------------------------------------------------


def put_order(book: Book, order: Order, lines: Sequence[OrderLine], wanted: Mapping[str, str] | None = None) -> Change:
    """A new order, or a changed one with its whole list of lines; then its tasks follow the lines.

    What was done and reported short is kept. Lines no longer named are cancelled. `wanted` maps a line to the
    location it is to come from first.
    """
    draft = Draft(book)
    known = draft.get(Order, order.key)
    changed = _put_lines(draft, order, lines)
    if known is None or changed or _differs(known, order):
        rev = known.rev + 1 if known else 1
        draft.put(msgspec.structs.replace(order, state="open", rev=rev, changed=next_number(book, order.site)))
        shrink_tasks(draft, order)
        finish_order(draft, order.site, order.order)
        stands = draft.get(Order, order.key)
        assert stands is not None
        allocate(draft, stands, wanted)
    return "order_put", draft


def _differs(known: Order, order: Order) -> bool:
    """A done order that is put again as it was stays done; a cancelled one is open again."""
    asked = msgspec.structs.replace(order, state=known.state, rev=known.rev, changed=known.changed)
    return asked != known or known.state == CANCELLED


def _put_lines(draft: Draft, order: Order, lines: Sequence[OrderLine]) -> bool:
    held = {line.line: line for line in draft.select(OrderLine, site=order.site, order=order.order)}
    for line in lines:
        known = held.pop(line.line, None)
        asked = _with_progress(line, known)
        if asked != known:
            draft.put(asked)
    for dropped in held.values():
        if dropped.state not in (CANCELLED, NOT_YET_KNOWN):
            draft.put(msgspec.structs.replace(dropped, state=CANCELLED))
    return any(kind is OrderLine for kind, _ in draft.rows.values())


def _with_progress(line: OrderLine, known: OrderLine | None) -> OrderLine:
    done, short = (known.done, known.short) if known else (line.done, line.short)
    return msgspec.structs.replace(line, done=done, short=short, state=line_state(line.quantity, done, short))


def shrink_tasks(draft: Draft, order: Order) -> None:
    """Open pick tasks never want more than their line does: the last in the walk give way first. What goes back goes
    back whatever the line wants."""
    lines = {line.line: line for line in draft.select(OrderLine, site=order.site, order=order.order)}
    tasks = [task for task in open_tasks(draft, order.site, order.order) if task.kind == PICK]
    for task in sorted(tasks, key=lambda one: -one.sequence):
        line = lines.get(task.line)
        if line is None or line.state == CANCELLED or line.item != task.item or line.lot not in ("", task.lot):
            _reduce(draft, task, to_nothing=True)
        elif still_to_allocate(draft, line).units < 0:
            _reduce(draft, task, line=line)


def _reduce(draft: Draft, task: Task, *, line: OrderLine | None = None, to_nothing: bool = False) -> None:
    left = task.quantity + still_to_allocate(draft, line) if line else task.quantity
    if to_nothing or left.units <= 0 or not can_be_written(left):
        draft.put(msgspec.structs.replace(task, state=CANCELLED, rev=task.rev + 1))
    else:
        draft.put(msgspec.structs.replace(task, quantity=left, rev=task.rev + 1))


def cancel_order(book: Book, order: Order) -> Change:
    """No more work on the order: its open lines and tasks are cancelled. What was picked stays where it is."""
    draft = Draft(book)
    known = draft.get(Order, order.key)
    if known is None or known.state == CANCELLED:
        return "order_cancelled", draft
    changed = next_number(book, known.site)
    draft.put(msgspec.structs.replace(known, state=CANCELLED, rev=known.rev + 1, changed=changed))
    for line in draft.select(OrderLine, site=known.site, order=known.order):
        if line.state == "open":
            draft.put(msgspec.structs.replace(line, state=CANCELLED))
    for task in open_tasks(draft, known.site, known.order):
        if task.kind == PICK:
            _reduce(draft, task, to_nothing=True)
    end_claims(draft, known.site, known.order)
    release(draft, known.site, {row.item for _, row in draft.rows.values() if isinstance(row, Task)})
    return "order_cancelled", draft


def release_claims(book: Book, order: Order) -> Change:
    """Nobody has the order any more, whoever said so: the supervisor frees it for others. Its lines stay as they are,
    and who works on at it all the same claims it again with the next line."""
    draft = Draft(book)
    end_claims(draft, order.site, order.order)
    return "claims_released", draft
