"""Pieces with serial numbers: each counts one, and no number counts twice (R17, R40)."""

from __future__ import annotations

from scanner_client.core.barcode.digits import gtin14
from scanner_client.core.matches import ItemMatch, SerialMatch
from scanner_client.core.rules.goods import item_of
from scanner_client.core.rules.registry import Context, effect, guard, unless
from scanner_client.core.values import Task

LONGEST_SERIAL = 20
"""Characters of a serial number, GS1 General Specifications 3.5.2 (AI 21)."""

TWICE = "refuse.serial_twice"
_SHORTEST_GTIN_TAKEN_FOR_ONE = 12
_TOTE = "tote"
_OWN_TOTE = "TOTE:"


@guard
def serial_settled(c: Context) -> str | None:
    """The item of the line in hand has no serial numbers."""
    return unless(c.task is None or not item_of(c.facts, c.task.item).serial_tracked)


@guard
def serial_given(c: Context) -> str | None:
    """The scanned code of an item with serial numbers names one."""
    match = c.given.match
    tracked = isinstance(match, ItemMatch) and item_of(c.facts, match.item).serial_tracked
    return unless(not tracked or bool(isinstance(match, ItemMatch) and match.serial))


@guard
def serial_new(c: Context) -> str | None:
    """The scanned code names no serial number, or one that was not counted before: not for this line; when goods are
    taken, it is neither broken nor in a tote; when they come in, it is nowhere here yet."""
    match = c.given.match
    if isinstance(match, ItemMatch):
        tracked = item_of(c.facts, match.item).serial_tracked
        return _counted_before(c, match.item, match.serial) if tracked and match.serial else None
    if c.task is None or serial_settled(c) is None:
        return ""
    serial, lot = (match.serial, match.lot) if isinstance(match, SerialMatch) else (c.given.text, "")
    if not serial or len(serial) > LONGEST_SERIAL or (len(serial) >= _SHORTEST_GTIN_TAKEN_FOR_ONE and gtin14(serial)):
        return "refuse.not_a_serial"
    return _other_lot(c, c.task, lot) or _counted_before(c, c.task.item, serial)


@guard
def serial_counted(c: Context) -> str | None:
    """The scanned or typed serial number is one of those counted, and not yet reported as broken."""
    serial = _given(c)
    return unless(serial in c.work.serials and serial not in c.work.broken, "refuse.serial_not_counted")


@effect
def offer_serial(c: Context) -> Context:
    """One more piece is offered, with the scanned or typed serial number."""
    if c.task is None:
        return c
    item = item_of(c.facts, c.task.item)
    return c.with_work(offered=c.work.count + item.one, unit=item.unit, serial=_given(c))


@effect
def name_broken(c: Context) -> Context:
    """The piece with the scanned or typed serial number is the one found damaged."""
    return _with_broken(c, (_given(c),))


@effect
def set_broken(c: Context) -> Context:
    """Of the pieces counted, the one with the scanned or typed serial number is damaged too."""
    return _with_broken(c, (*c.work.broken, _given(c)))


def _with_broken(c: Context, broken: tuple[str, ...]) -> Context:
    one = item_of(c.facts, c.task.item).one if c.task else 0
    return c.with_work(broken=broken, damaged=len(broken) * one)


def _given(c: Context) -> str:
    return c.given.match.serial if isinstance(c.given.match, SerialMatch) else c.given.text


def _other_lot(c: Context, task: Task, lot: str) -> str:
    """Why a piece of this lot cannot be counted here, empty where it can."""
    if lot in ("", c.work.lot or task.lot or lot):
        return ""
    return "refuse.other_lot_put_down" if task.is_receipt else "refuse.other_lot"


def _counted_before(c: Context, item: str, serial: str) -> str | None:
    if serial in c.work.serials and c.task and c.task.item == item:
        return TWICE
    lies, order = c.facts.serial_at(item, serial), c.facts.order(c.work.order)
    comes_in = order is not None and order.kind == "inbound"
    seen = lies if comes_in else [place for place, status in lies if status or _is_tote(c, place)]
    return unless(not seen, TWICE)


def _is_tote(c: Context, code: str) -> bool:
    known = c.facts.location(code)
    return code.startswith(_OWN_TOTE) or bool(known and known.kind == _TOTE)
