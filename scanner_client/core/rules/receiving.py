"""The guards of receiving: what belongs to the order, what a lot and a date must be, where goods may be put.

The line in hand is a line of the inbound order, found by the item that is scanned; the ledger makes no tasks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scanner_client.core.barcode.digits import gtin14
from scanner_client.core.events import Append
from scanner_client.core.matches import ExpiryMatch, ItemMatch, LocationMatch, LotMatch, OrderMatch, TextMatch
from scanner_client.core.rules.effects import typed_here
from scanner_client.core.rules.goods import expired, item_of, wanted_units
from scanner_client.core.rules.registry import Context, guard, unless
from scanner_client.core.values import Task

PUT_DOWN = ("staging", "dock")
"""Kinds of locations that received goods may be put down at."""

LONGEST_LOT = 20
"""Characters of a lot, GS1 General Specifications 3.4.1 (AI 10)."""

_SHORTEST_GTIN_TAKEN_FOR_ONE = 12
"""Shorter numbers are often dates, and one in ten of them has the check digit of a GTIN."""

# --- the order and its lines ------------------------------------------------------------------------------------------


@guard
def order_receivable(c: Context) -> str | None:
    """The scanned or chosen order is inbound, open, and lacks something."""
    code = c.given.match.code if isinstance(c.given.match, OrderMatch) else c.given.text
    order = c.facts.order(code)
    if order is None:
        return ""
    if order.kind != "inbound":
        return "refuse.order_not_inbound"
    if order.state == "cancelled":
        return "refuse.order_cancelled"
    return unless(order.state == "open" and order.tasks_left > 0, "refuse.order_done")


@guard
def receipt_complete(c: Context) -> str | None:
    """No line of the order in hand lacks anything, with what this very event closes or takes back: the facts are of
    before it."""
    if any(isinstance(one, Append) and one.kind == "undone" for one in c.commands):
        return ""
    given_up = {one.body.get("line") for one in c.commands if isinstance(one, Append) and one.kind == "short_reported"}
    lacking = (task for task in c.facts.tasks(c.work.order) if task.line not in given_up)
    return unless(not any(task.state == "open" and wanted_units(task, c.work) for task in lacking))


@guard
def lines_lacking(c: Context) -> str | None:
    """Some line of the order in hand lacks something."""
    return unless(receipt_complete(c) is not None)


@guard
def item_on_order(c: Context) -> str | None:
    """The scanned item stands on the order, in the scanned lot where the line wants a certain one."""
    match = c.given.match
    if not isinstance(match, ItemMatch):
        return ""
    lines = [task for task in c.facts.tasks(c.work.order) if task.item == match.item]
    if not lines:
        return "refuse.not_on_order"
    return unless(bool(lines_for(lines, match)), "refuse.other_lot")


def lines_for(lines: Sequence[Task], match: ItemMatch) -> list[Task]:
    """Lines that the scanned goods can belong to: those that lack some first, then those that have all."""
    fitting = [task for task in lines if task.item == match.item and (not match.lot or task.lot in ("", match.lot))]
    return sorted(fitting, key=lambda task: task.state != "open")


@guard
def item_acceptable(c: Context) -> str | None:
    """The scanned item is not blocked, and neither is the lot in the same code; nor has it expired."""
    match = c.given.match
    if not isinstance(match, ItemMatch):
        return ""
    if item_of(c.facts, match.item).blocked:
        return "refuse.item_blocked"
    return _lot_refused(c, match.item, match.lot, match.expiry)


@guard
def same_delivery(c: Context) -> str | None:
    """The scanned code is of the goods in hand: the same item, and no other lot or expiry date."""
    match, task = c.given.match, c.task
    if not isinstance(match, ItemMatch) or task is None or match.item != task.item:
        return ""
    other = match.lot not in ("", c.work.lot) or (match.expiry and c.work.expiry not in ("", match.expiry))
    return "refuse.other_lot_put_down" if other else item_acceptable(c)


# --- codes nobody knows -----------------------------------------------------------------------------------------------


@guard
def code_unknown(c: Context) -> str | None:
    """The scanned code is readable and names nothing that is known."""
    return unless(isinstance(c.given.match, TextMatch) and not c.given.match.error)


@guard
def same_stray(c: Context) -> str | None:
    """The scanned code is that of the unknown goods in hand."""
    match, task = c.given.match, c.task
    if task is None or task.line or not isinstance(match, TextMatch):
        return ""
    return unless(stray_code(match) == task.item)


def stray_code(match: TextMatch) -> str:
    """The unknown code as the item of an operation: an article number has 14 digits however it was scanned."""
    return gtin14(match.code) or match.code


# --- lots and dates ---------------------------------------------------------------------------------------------------


@guard
def lot_deliverable(c: Context) -> str | None:
    """The scanned or typed lot is one that may come in: no article number, not blocked, not expired, and the one that
    the line wants where it wants one."""
    match, task = c.given.match, c.task
    lot, expiry = (match.lot, match.expiry) if isinstance(match, LotMatch) else (c.given.text, "")
    if task is None or not lot:
        return "refuse.not_a_lot"
    if len(lot) > LONGEST_LOT or (match and len(lot) >= _SHORTEST_GTIN_TAKEN_FOR_ONE and gtin14(lot)):
        return "refuse.not_a_lot"
    if task.lot not in ("", lot):
        return "refuse.other_lot"
    return _lot_refused(c, task.item, lot, expiry or c.work.expiry)


def _lot_refused(c: Context, item: str, lot: str, expiry: str) -> str | None:
    known = c.facts.lot(item, lot) if lot else None
    if known and known.blocked:
        return "refuse.lot_blocked"
    return unless(not expired(expiry or (known.expiry if known else ""), c.at), "refuse.lot_expired")


@guard
def expiry_settled(c: Context) -> str | None:
    """The item needs no expiry date, or that of the goods in hand is known."""
    task = c.task
    if task is None or not item_of(c.facts, task.item).expiry_tracked or c.work.expiry:
        return None
    lot = c.facts.lot(task.item, c.work.lot) if c.work.lot else None
    return unless(lot is not None and bool(lot.expiry))


@guard
def expiry_acceptable(c: Context) -> str | None:
    """The scanned date, or the one typed as YYMMDD or YYYYMMDD, is a date that has not passed."""
    match = c.given.match
    expiry = match.expiry if isinstance(match, ExpiryMatch) else typed_date(c.given.text)
    return "refuse.not_a_date" if not expiry else unless(not expired(expiry, c.at), "refuse.lot_expired")


def typed_date(text: str) -> str:
    """YYMMDD or YYYYMMDD as YYYY-MM-DD, empty where it is no date."""
    digits = text if len(text) == len("YYYYMMDD") else f"20{text}"
    if not (digits.isascii() and digits.isdigit() and len(digits) == len("YYYYMMDD")):
        return ""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return ""


# --- quantities and places --------------------------------------------------------------------------------------------


@guard
def delivery_complete(c: Context) -> str | None:
    """The offered count reaches what the line lacks; goods that stand on no line are never complete."""
    task = c.task
    if task is None or not task.line or c.work.offered < 1:
        return ""
    return unless(c.work.offered >= wanted_units(task, c.work))


@guard
def line_lacking(c: Context) -> str | None:
    """The line in hand lacks more than what was counted of it."""
    task = c.task
    return unless(task is not None and bool(task.line) and wanted_units(task, c.work) > c.work.count)


@guard
def no_more_than_counted(c: Context) -> str | None:
    """The typed quantity is no more than what was counted."""
    units = typed_here(c)
    return unless(units is not None and units <= c.work.count, "refuse.more_than_counted")


@guard
def put_down_place(c: Context) -> str | None:
    """Received goods may be put down at the scanned location: a dock or a staging place that is not blocked."""
    match = c.given.match
    if not isinstance(match, LocationMatch):
        return ""
    if match.location.kind not in PUT_DOWN:
        return "refuse.not_staging"
    return unless(not match.location.blocked, "refuse.place_blocked")


@guard
def place_settled(c: Context) -> str | None:
    """Nothing was counted, or the place where this order's goods were put before is known."""
    return unless(not c.work.count or bool(c.work.to), "refuse.scan_staging")
