"""Allocation: open order lines become pick tasks on free stock, first expiry first, then in walking order.

Free is what stands in an unblocked bin without a status, less what open tasks already want from there. A line, or the
part of it, for which there is no stock gets its task when stock comes (`restock`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from server_stub.ledger.applying import can_be_written
from server_stub.ledger.book import Draft
from server_stub.ledger.identity import caused_id
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Location, Lot, Order, OrderLine, Task, row_key

PICK = "pick"
PICKED_KINDS = ("outbound", "transfer")
TAKEN_FROM = ("bin",)
TAKEN_FROM_IF_NAMED = ("bin", "staging", "dock")
"""Kinds of locations that a line is taken from; goods that just came in only where the order names their place."""

NO_EXPIRY = "9999-12-31"


@dataclass(slots=True)
class Shelf:
    """Free stock of one item and lot at one location."""

    location: str
    lot: str
    expiry: str
    walk: int
    free: Quantity


def allocate(draft: Draft, order: Order, wanted: Mapping[str, str] | None = None) -> list[Task]:
    """Make the pick tasks an open order still lacks. `wanted` maps a line to the location it is to come from first.

    Returns the new or enlarged tasks; they are in the draft, the order's open tasks renumbered in walking order.
    """
    if order.state != "open" or order.kind not in PICKED_KINDS:
        return []
    made: list[Task] = []
    for line in draft.select(OrderLine, site=order.site, order=order.order):
        if line.state == "open":
            made += _allocate_line(draft, line, (wanted or {}).get(line.line, ""))
    if made:
        _number_in_walking_order(draft, order)
    return made


def restock(draft: Draft) -> None:
    """Goods came free in a bin: give lines that wait for them their tasks."""
    arrived = {
        (posting.site, posting.item)
        for posting in draft.postings
        if posting.quantity.units > 0 and not posting.status and _is_open(draft, posting.site, posting.location)
    }
    for site in sorted({site for site, _ in arrived}):
        release(draft, site, [item for at, item in arrived if at == site])


def release(draft: Draft, site: str, items: Iterable[str]) -> None:
    """Stock of these items may be free: allocate the orders with open lines of them, the most urgent first."""
    waiting = {line.order for item in items for line in draft.select(OrderLine, site=site, item=item, state="open")}
    orders = [order for code in waiting if (order := draft.get(Order, row_key(site, code)))]
    for order in sorted(orders, key=lambda one: (-one.priority, one.due or NO_EXPIRY, one.order)):
        allocate(draft, order)


def _allocate_line(draft: Draft, line: OrderLine, wanted: str) -> list[Task]:
    missing = still_to_allocate(draft, line)
    made: list[Task] = []
    if missing.units <= 0:
        return made
    for shelf in _shelves(draft, line, wanted):
        part = missing if (shelf.free - missing).units >= 0 else shelf.free
        task = _want(draft, line, shelf, part)
        if can_be_written(task.quantity):
            draft.put(task)
            made.append(task)
            missing = missing - part
        if not missing:
            break
    return made


def still_to_allocate(draft: Draft, line: OrderLine) -> Quantity:
    """What the line wants beyond what was done, reported short, or is wanted by its open tasks."""
    missing = line.quantity - line.done - line.short
    for task in open_tasks(draft, line.site, line.order):
        if task.line == line.line and task.kind == PICK:
            missing = missing - task.quantity
    return missing


def open_tasks(draft: Draft, site: str, order: str) -> list[Task]:
    """Work that is left on an order: those it has had, which may be thousands, are not looked at."""
    return draft.select(Task, site=site, order=order, state="open")


# --- where stock is free ----------------------------------------------------------------------------------------------


def _shelves(draft: Draft, line: OrderLine, wanted: str) -> list[Shelf]:
    """Places to take the line from, in the order in which they should be emptied."""
    found: dict[tuple[str, str], Shelf] = {}
    for balance in draft.select(Balance, site=line.site, item=line.item):
        if _may_take(draft, line, balance, wanted):
            place = (balance.location, balance.lot)
            shelf = found.get(place) or found.setdefault(place, _shelf(draft, balance))
            shelf.free = shelf.free + balance.quantity
    for task in draft.select(Task, site=line.site, item=line.item, state="open"):
        held = found.get((task.location, task.lot))
        if held and task.kind == PICK:
            held.free = held.free - task.quantity
    free = [shelf for shelf in found.values() if shelf.free.units > 0]
    return sorted(free, key=lambda one: (one.location != wanted, one.expiry, one.walk, one.location, one.lot))


def _may_take(draft: Draft, line: OrderLine, balance: Balance, wanted: str) -> bool:
    kinds = TAKEN_FROM_IF_NAMED if balance.location == wanted else TAKEN_FROM
    if balance.status or line.lot not in ("", balance.lot) or not _is_open(draft, line.site, balance.location, kinds):
        return False
    lot = draft.get(Lot, row_key(line.item, balance.lot)) if balance.lot else None
    return lot is None or not lot.blocked


def _is_open(draft: Draft, site: str, code: str, kinds: Collection[str] = TAKEN_FROM) -> bool:
    if code[:1] == "@":
        return False
    location = draft.get(Location, row_key(site, code))
    return location is not None and location.kind in kinds and not location.blocked


def _shelf(draft: Draft, balance: Balance) -> Shelf:
    lot = draft.get(Lot, row_key(balance.item, balance.lot)) if balance.lot else None
    expiry = (lot.expiry if lot else "") or NO_EXPIRY
    return Shelf(balance.location, balance.lot, expiry, _walk(draft, balance.site, balance.location), Quantity(0))


def _walk(draft: Draft, site: str, code: str) -> int:
    location = draft.get(Location, row_key(site, code))
    return location.walk if location else 0


# --- tasks ------------------------------------------------------------------------------------------------------------


def _want(draft: Draft, line: OrderLine, shelf: Shelf, part: Quantity) -> Task:
    """A task for `part` of the line from the shelf: an open one grows, one that was closed gets a successor."""
    task = _open_task(draft, line, shelf)
    if task is None:
        return _new_task(line, shelf, part, _unused_id(draft, line, shelf))
    return msgspec.structs.replace(task, quantity=task.quantity + part, rev=task.rev + 1)


def _open_task(draft: Draft, line: OrderLine, shelf: Shelf) -> Task | None:
    place = (line.line, shelf.location, shelf.lot)
    tasks = open_tasks(draft, line.site, line.order)
    return next((one for one in tasks if (one.line, one.location, one.lot) == place and one.kind == PICK), None)


def _unused_id(draft: Draft, line: OrderLine, shelf: Shelf) -> str:
    """The id of the first turn at this shelf that no task has. The turns taken leave no gap, so a few looks find it
    however many there were."""

    def id_of(turn: int) -> str:
        return caused_id(draft.book, PICK, line.site, line.order, line.line, shelf.location, shelf.lot, turn)

    def is_taken(turn: int) -> bool:
        return draft.get(Task, row_key(line.site, id_of(turn))) is not None

    free = 1
    while is_taken(free - 1):
        free *= 2
    return id_of(bisect_left(range(free - 1), True, lo=(free - 1) // 2, key=lambda turn: not is_taken(turn)))


def _new_task(line: OrderLine, shelf: Shelf, part: Quantity, id: str) -> Task:
    return Task(
        site=line.site,
        id=id,
        kind=PICK,
        item=line.item,
        location=shelf.location,
        quantity=part,
        order=line.order,
        line=line.line,
        lot=shelf.lot,
    )


def _number_in_walking_order(draft: Draft, order: Order) -> None:
    """Numbers rise along the walk over the open tasks; those that do already are kept. A place in the walk is no change
    of the work, so `rev` stays."""
    place = 0
    for task in sorted(open_tasks(draft, order.site, order.order), key=lambda one: _in_the_walk(draft, one)):
        if task.sequence <= place:
            draft.put(msgspec.structs.replace(task, sequence=place + 1))
        place = max(task.sequence, place + 1)


def _in_the_walk(draft: Draft, task: Task) -> tuple[int, str, str, str, str]:
    return (_walk(draft, task.site, task.location), task.location, task.line, task.lot, task.id)
