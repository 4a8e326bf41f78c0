"""The guards of the shipped flows: questions about the input, the line in hand and what is known of stock.

Each stands in the registry under its function's name; the docstring is what flow authors read.
"""

from __future__ import annotations

from scanner_client.core.matches import ItemMatch, LocationMatch, LotMatch, OrderMatch
from scanner_client.core.rules.goods import counting_unit, expired, item_of, last_group, wanted_units
from scanner_client.core.rules.registry import Context, guard, unless
from scanner_client.core.values import Task, Unit, typed_units

LONGEST_QUANTITY = 6
"""Digits of a typed quantity; what is longer is a code that was typed at the wrong prompt."""

PIECE = "refuse.piece"
"""The text that refuses a piece where a pack is wanted."""

WRONG_CHECKS = 3
"""Wrong check digits after which the task is put off and the supervisor told."""


# --- people and orders ------------------------------------------------------------------------------------------------


@guard
def order_workable(c: Context) -> str | None:
    """The scanned or chosen order is open and has open tasks."""
    code = c.given.match.code if isinstance(c.given.match, OrderMatch) else c.given.text
    order = c.facts.order(code)
    if order is None:
        return ""
    if order.kind == "inbound":
        return "refuse.order_inbound"
    if order.state != "open":
        return "refuse.order_cancelled" if order.state == "cancelled" else "refuse.order_done"
    return unless(order.tasks_left > 0, "refuse.order_no_work")


@guard
def no_task(c: Context) -> str | None:
    """No line is in hand: the order has no open task left."""
    return unless(not c.work.task)


@guard
def task_gone(c: Context) -> str | None:
    """The line in hand was done or cancelled by someone else before anything of it was taken."""
    task = c.task
    return unless(bool(c.work.task) and not c.work.count and (task is None or task.state != "open"))


# --- places -----------------------------------------------------------------------------------------------------------


@guard
def task_location(c: Context) -> str | None:
    """The scanned location is the one the line is taken from."""
    match, task = c.given.match, c.task
    return unless(isinstance(match, LocationMatch) and task is not None and match.location.code == task.location)


@guard
def location_open(c: Context) -> str | None:
    """The location that the line is taken from is not blocked."""
    location = c.facts.location(c.task.location) if c.task else None
    return unless(location is None or not location.blocked, "refuse.location_blocked")


@guard
def check_digits_right(c: Context) -> str | None:
    """The typed digits are the check digits on the location's label."""
    return unless(bool(_check(c)) and c.given.text == _check(c))


@guard
def check_digits_asked(c: Context) -> str | None:
    """The location's label has check digits, so that is what typed digits are."""
    return unless(bool(_check(c)))


@guard
def check_digits_wrong_again(c: Context) -> str | None:
    """The check digits were wrong twice before."""
    return unless(bool(_check(c)) and c.work.wrong_checks >= WRONG_CHECKS - 1)


@guard
def last_location(c: Context) -> str | None:
    """The scanned location is the one the last closed line was taken from."""
    match, last = c.given.match, last_group(c.state)
    return unless(isinstance(match, LocationMatch) and bool(last) and match.location.code == last[-1].location)


def _check(c: Context) -> str:
    location = c.facts.location(c.task.location) if c.task else None
    return location.check if location else ""


# --- items and lots ---------------------------------------------------------------------------------------------------


@guard
def task_item(c: Context) -> str | None:
    """The scanned item is the one the line asks for."""
    match, task = c.given.match, c.task
    return unless(isinstance(match, ItemMatch) and task is not None and match.item == task.item)


@guard
def last_item(c: Context) -> str | None:
    """The scanned item is that of the line closed last: one more than was ordered."""
    match, last = c.given.match, last_group(c.state)
    closed = [one for one in last if one.kind == "picked"]
    return unless(isinstance(match, ItemMatch) and bool(closed) and match.item == closed[-1].item)


@guard
def same_lot(c: Context) -> str | None:
    """The scanned code names no lot, or the lot in hand (or the one the line asks for)."""
    match, task = c.given.match, c.task
    if not isinstance(match, ItemMatch) or not match.lot or task is None:
        return None
    wanted = c.work.lot or task.lot
    return unless(not wanted or match.lot == wanted, "refuse.other_lot") or lot_usable(c)


@guard
def pack_fits(c: Context) -> str | None:
    """The scanned pack does not hold more than is still missing; single units are always counted."""
    match, task = c.given.match, c.task
    if not isinstance(match, ItemMatch) or task is None:
        return None
    single = min((unit.factor for unit in c.facts.units(task.item)), default=match.factor)
    missing = wanted_units(task, c.work) - c.work.count
    return unless(match.factor <= max(single, missing), "refuse.pack_too_big")


@guard
def unit_wanted(c: Context) -> str | None:
    """The scanned code is no smaller than the unit the line is counted in: no piece where a pack is wanted."""
    match, task = c.given.match, c.task
    if not isinstance(match, ItemMatch) or task is None:
        return None
    wanted = counting_unit(c.facts, task, wanted_units(task, c.work))
    return unless(match.factor >= wanted.factor, PIECE)


@guard
def piece_refused(c: Context) -> str | None:
    """The scan refused last was a piece where a pack is wanted."""
    return unless(c.state.notice is not None and c.state.notice.reason == PIECE)


@guard
def lot_tracked(c: Context) -> str | None:
    """The item is followed by lot."""
    item = c.facts.item(c.task.item) if c.task else None
    return unless(item is not None and item.lot_tracked)


@guard
def lot_settled(c: Context) -> str | None:
    """The item is not followed by lot, or the lot in hand is known."""
    return unless(lot_tracked(c) is not None or bool(c.work.lot))


@guard
def lot_wanted(c: Context) -> str | None:
    """The scanned lot is the one the line asks for; any lot where it asks for none."""
    match, task = c.given.match, c.task
    if not isinstance(match, LotMatch) or task is None:
        return ""
    return unless(task.lot in ("", match.lot), "refuse.other_lot")


@guard
def lot_usable(c: Context) -> str | None:
    """The scanned lot is known for this item (where its lots are known at all) or known to lie there, not blocked and
    not expired."""
    match, task = c.given.match, c.task
    if not isinstance(match, LotMatch | ItemMatch) or task is None:
        return ""
    lot = c.facts.lot(task.item, match.lot)
    if lot is None and not _is_there(c, task, match.lot) and c.facts.lots(task.item):
        return "refuse.lot_unknown"
    if lot and lot.blocked:
        return "refuse.lot_blocked"
    return unless(not expired((lot.expiry if lot else "") or match.expiry, c.at), "refuse.lot_expired")


def _is_there(c: Context, task: Task, lot: str) -> bool:
    """A lot that came in lately is in nobody's table yet, but the ledger's or this terminal's stock has it."""
    return bool(lot) and (lot == task.lot or c.facts.stock(task.location, task.item, lot) > 0)


# --- quantities -------------------------------------------------------------------------------------------------------


@guard
def is_quantity(c: Context) -> str | None:
    """The entry is a quantity this item can have."""
    item = item_of(c.facts, c.task.item) if c.task else None
    if item is None or len(c.given.text) > LONGEST_QUANTITY:
        return "refuse.not_a_quantity"
    return unless(typed_units(c.given.text, Unit(item.unit, item.one), item.scale) is not None, "refuse.not_a_quantity")


@guard
def offered_above_order(c: Context) -> str | None:
    """The offered count is more than the line asks for, and nobody has confirmed that yet."""
    task = c.task
    return unless(task is not None and not c.work.over_order and c.work.offered > wanted_units(task, c.work))


@guard
def offered_above_stock(c: Context) -> str | None:
    """The offered count is more than is known to lie there, and nobody has confirmed that yet."""
    task = c.task
    if task is None or c.work.over_stock or c.work.offered < 1:
        return ""
    return unless(c.work.offered > c.facts.stock(task.location, task.item, c.work.lot))


@guard
def offered_complete(c: Context) -> str | None:
    """The offered count reaches what the line asks for."""
    task = c.task
    return unless(task is not None and c.work.offered >= 0 and c.work.offered >= wanted_units(task, c.work))


@guard
def offer_open(c: Context) -> str | None:
    """A scan or an entry offers a count."""
    return unless(c.work.offered >= 0)


@guard
def counted_some(c: Context) -> str | None:
    """Something of the line in hand has been counted."""
    return unless(c.work.count > 0)


@guard
def counted_none(c: Context) -> str | None:
    """Nothing of the line in hand has been counted."""
    return unless(c.work.count == 0)


@guard
def last_line_standing(c: Context) -> str | None:
    """A line of this order was closed here and still stands."""
    return unless(bool(last_group(c.state)))
