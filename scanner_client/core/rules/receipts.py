"""The effects of receiving: the order and the line in hand, its lot and date, and the operations of a receipt.

`received` is ordered once per line and lot when the goods are put down; what of them is broken becomes `damaged` at the
same place, what does not come at all `short_reported`.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner_client.core.events import Append
from scanner_client.core.matches import ExpiryMatch, ItemMatch, LocationMatch, LotMatch, OrderMatch, TextMatch
from scanner_client.core.rules.effects import offered_by
from scanner_client.core.rules.goods import counting_unit, item_of, wanted_units
from scanner_client.core.rules.keeping import goods_body, wire_quantity
from scanner_client.core.rules.parts import Part, parts, parts_broken, scans_of
from scanner_client.core.rules.receiving import lines_for, stray_code, typed_date
from scanner_client.core.rules.registry import Context, effect
from scanner_client.core.state import Work
from scanner_client.core.values import Task, receipt_id

NOT_DELIVERED = "not_delivered"

# --- order and line ---------------------------------------------------------------------------------------------------


@effect
def take_receipt(c: Context) -> Context:
    """The scanned or chosen inbound order is the one in hand."""
    code = c.given.match.code if isinstance(c.given.match, OrderMatch) else c.given.text
    return c.with_state(work=Work(order=code))


@effect
def take_line(c: Context) -> Context:
    """The line that the scanned item belongs to is in hand."""
    match = c.given.match
    if not isinstance(match, ItemMatch):
        return c
    lines = lines_for(c.facts.tasks(c.work.order), match)
    return _with_line(c, lines[0].id, scans=c.work.scans[-1:] if c.given.raw else ()) if lines else c


@effect
def take_chosen_line(c: Context) -> Context:
    """The line chosen from the list is in hand."""
    return _with_line(c, c.given.text)


@effect
def drop_line(c: Context) -> Context:
    """No line is in hand; nothing of it had been kept."""
    return _with_line(c, "", stray=c.work.stray)


def _with_line(c: Context, id: str, **more: object) -> Context:
    return c.with_state(work=Work(order=c.work.order, to=c.work.to, partial=c.work.partial, task=id)).with_work(**more)


@effect
def remember_stray(c: Context) -> Context:
    """The unknown code that was scanned is kept in mind, for who wants to receive it all the same."""
    match = c.given.match
    return c.with_work(stray=stray_code(match)) if isinstance(match, TextMatch) else c


@effect
def take_unlisted(c: Context) -> Context:
    """The goods of the unknown code are in hand: they stand on no line, so no quantity is too many."""
    return _with_line(
        c, receipt_id(c.work.order, "", c.work.stray), over_order=True, offered=1, scans=c.work.scans[-1:]
    )


@effect
def take_description(c: Context) -> Context:
    """The entry says what the unknown goods are."""
    return c.with_work(description=c.given.text.strip())


# --- counting ---------------------------------------------------------------------------------------------------------


@effect
def offer_delivered(c: Context) -> Context:
    """One more of what the scanned code stands for is offered; lot and date in the same code are taken with it."""
    match = c.given.match
    if isinstance(match, TextMatch):
        return c.with_work(offered=c.work.count + 1)
    if not isinstance(match, ItemMatch):
        return c
    lot, expiry = match.lot or c.work.lot, match.expiry or c.work.expiry
    return c.with_work(**offered_by(c, match), lot=lot, expiry=expiry)


@effect
def take_delivered_lot(c: Context) -> Context:
    """The scanned or typed lot is that of the goods in hand, with its date where the code has one."""
    match = c.given.match
    lot, expiry = (match.lot, match.expiry) if isinstance(match, LotMatch) else (c.given.text, "")
    return c.with_work(lot=lot, expiry=expiry or c.work.expiry)


@effect
def take_expiry(c: Context) -> Context:
    """The scanned or typed date is that of the goods in hand."""
    match = c.given.match
    return c.with_work(expiry=match.expiry if isinstance(match, ExpiryMatch) else typed_date(c.given.text))


# --- operations -------------------------------------------------------------------------------------------------------


@effect
def keep_received(c: Context) -> Context:
    """What was counted is kept as received at the scanned location, the broken part of it as damaged; the line is put
    down."""
    return _put_down(_received(c.with_state(group=c.state.group + 1), _place(c)))


@effect
def close_not_delivered(c: Context) -> Context:
    """What was counted is kept as received, the rest is reported as not delivered; the line is put down."""
    task, place = c.task, _place(c)
    if task is None or not task.line:
        return c
    missing = max(0, wanted_units(task, c.work) - c.work.count)
    c = _received(c.with_state(group=c.state.group + 1), place)
    body: dict[str, str | bool] = {
        "order": task.order, "line": task.line, "item": task.item, "location": place, "reason": NOT_DELIVERED,
        "lot": c.work.lot or task.lot, "quantity": wire_quantity(missing, item_of(c.facts, task.item).scale),
    }  # fmt: skip
    return _put_down(_append(c, "short_reported", body, task, place, Part(missing)))


def _place(c: Context) -> str:
    match = c.given.match
    return match.location.code if isinstance(match, LocationMatch) else c.work.to


def _received(c: Context, place: str) -> Context:
    task, work = c.task, c.work
    if task is None or not work.count:
        return c
    complete = work.count >= wanted_units(task, work)
    for part in parts(c, task, work.count):
        body: dict[str, str | bool] = {
            "order": task.order, "line": task.line, "location": place, "expiry": _expiry(c, task),
            "description": work.description, "done": complete and part.last,
            **goods_body(c, task, part.units, part.serial),
        }  # fmt: skip
        c = _append(c, "received", body, task, place, part)
    for part in parts_broken(c, task):
        broken = {"location": place, "reason": "found_at_receipt", **goods_body(c, task, part.units, part.serial)}
        c = _append(c, "damaged", broken, task, place, part)
    partial = {**work.partial, task.id: work.partial.get(task.id, 0) + work.count}
    return c.with_work(to=place, partial=partial)


def _expiry(c: Context, task: Task) -> str:
    """The date on the goods; else the one on record for their lot."""
    lot = c.facts.lot(task.item, c.work.lot) if c.work.lot else None
    return c.work.expiry or (lot.expiry if lot else "")


def _put_down(c: Context) -> Context:
    return c.with_state(work=Work(order=c.work.order, to=c.work.to, partial=c.work.partial))


def _append(c: Context, kind: str, body: Mapping[str, str | bool], task: Task, place: str, part: Part) -> Context:
    unit = c.work.unit or counting_unit(c.facts, task, part.units).name
    note: dict[str, str | int] = {
        "item": task.item, "location": place, "lot": c.work.lot, "units": part.units, "unit": unit, "task": task.id,
        "line": task.line, "order": task.order,
    }  # fmt: skip
    return c.ordering(Append(kind, body, c.state.operator, c.flow.label, scans=scans_of(c, part), note=note))
