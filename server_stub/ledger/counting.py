"""Count tasks that the ledger makes: somebody has to look, because what was found is not what the books say.

One stands open at a time for an item and lot at a location, whatever caused it. Its id follows from its cause.
"""

from __future__ import annotations

import msgspec

from server_stub.ledger.applying import CANCELLED
from server_stub.ledger.book import Book, Draft
from server_stub.ledger.identity import caused_id
from sync.wire.bodies import ShortReported
from sync.wire.operation import Operation
from sync.wire.quantity import Quantity
from sync.wire.rows import NOTHING, Balance, Task, row_key

COUNT = "count"
FOUND_LESS = ("short", "location_empty")
"""Reasons of a short report that say what the shelf holds; goods that were not delivered say nothing of it."""


def want_count(draft: Draft, cause: str, *, site: str, location: str, item: str, lot: str) -> None:
    """Someone is to count these goods, unless someone already is. `cause`: the conflict or the operation."""
    if _wanted(draft, site, location, item, lot) is None:
        id = _count_id(draft.book, cause)
        draft.put(
            Task(site=site, id=id, kind=COUNT, item=item, location=location, lot=lot, quantity=Quantity(0), cause=cause)
        )


def send_to_count(
    draft: Draft, conflict: str, assignee: str, *, site: str, location: str, item: str, lot: str
) -> None:  # fmt: skip
    """Somebody decided that these goods are to be counted, by `assignee`: a task that is wanted already is meant for
    that person now. One that was done before the decision does not count."""
    task = _wanted(draft, site, location, item, lot)
    if task is None:
        id = caused_id(draft.book, COUNT, conflict, location, item, lot)
        task = Task(
            site=site, id=id, kind=COUNT, item=item, location=location, lot=lot, quantity=Quantity(0), cause=conflict,
            assignee=assignee,
        )  # fmt: skip
    elif task.assignee != assignee:
        task = msgspec.structs.replace(task, assignee=assignee, rev=task.rev + 1)
    draft.put(task)


def _wanted(draft: Draft, site: str, location: str, item: str, lot: str) -> Task | None:
    """The count that stands open for these goods."""
    place = (COUNT, location, lot)
    standing = draft.select(Task, site=site, item=item, state="open")
    return next((one for one in standing if (one.kind, one.location, one.lot) == place), None)


def call_off_count(draft: Draft, site: str, cause: str) -> None:
    """The cause is gone: nobody needs to count for it."""
    count = draft.get(Task, row_key(site, _count_id(draft.book, cause)))
    if count is not None and count.state == "open":
        draft.put(msgspec.structs.replace(count, state=CANCELLED, rev=count.rev + 1))


def count_what_was_missing(draft: Draft, operation: Operation, body: ShortReported) -> None:
    """A shelf that held less than wanted, or nothing, and of which the ledger, the report posted, still has some."""
    if body.reason in FOUND_LESS and _on_the_shelf(draft, operation.site, body).units > 0:
        want_count(
            draft, operation.id, site=operation.site, location=body.location, item=body.item, lot=body.lot
        )  # fmt: skip


def _on_the_shelf(draft: Draft, site: str, body: ShortReported) -> Quantity:
    """Goods without a status, for one with a status does not serve orders."""
    held = draft.select(Balance, site=site, location=body.location)
    free = (one for one in held if one.item == body.item and body.lot in ("", one.lot) and not one.status)
    return sum((one.quantity for one in free), NOTHING)


def _count_id(book: Book, cause: str) -> str:
    return caused_id(book, COUNT, cause)
