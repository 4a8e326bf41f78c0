"""The effects that order operations: picked, short, damaged, undone, a problem for the supervisor.

An operation is ordered once per confirmed (line, location, lot); what a line keeps together shares a group, which
`undo_last` takes back.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from scanner_client.core.events import Append
from scanner_client.core.rules.effects import prompt_unit
from scanner_client.core.rules.goods import item_of, last_group, tote_of, wanted_units
from scanner_client.core.rules.parts import Part, parts, scans_of
from scanner_client.core.rules.registry import Context, effect
from scanner_client.core.state import Kept, Work
from scanner_client.core.values import Task, decimal_text, in_unit, utc_text

_MOST_SCANS_CARRIED = 100
"""Raw scans an operation carries at most; the journal has them all."""


@effect
def close_line(c: Context) -> Context:
    """The count is kept as picked; the line in hand is done."""
    return _picked(_new_group(c), done=True)


@effect
def keep_partial(c: Context) -> Context:
    """What was counted so far is kept as picked; the line stays open."""
    return _picked(_new_group(c), done=False) if c.work.count else c


@effect
def close_short(c: Context) -> Context:
    """What was counted is kept, the rest is reported short; the line in hand is done."""
    return _short(c, "short")


@effect
def close_empty(c: Context) -> Context:
    """What was counted is kept, the rest is reported short because the location is empty."""
    return _short(c, "location_empty")


@effect
def report_damaged(c: Context) -> Context:
    """The damaged units are kept as such where they lie; the line goes on."""
    task = c.task
    if task is None or not c.work.damaged:
        return c
    part, lot = Part(c.work.damaged, next(iter(c.work.broken), "")), c.work.lot or task.lot
    seen = _seen(c, task.location, task.item, lot, part.serial)
    goods = goods_body(c, task, part.units, part.serial)
    body = {"location": task.location, "reason": "found_at_pick", **goods, **seen}
    return _append(_new_group(c), "damaged", body, task, part).with_work(damaged=0, broken=())


@effect
def keep_extra(c: Context) -> Context:
    """The unit scanned after its line had closed is kept as picked over the order."""
    last = [one for one in last_group(c.state) if one.kind == "picked"]
    if not last or c.work.offered < 1:
        return c
    one, item = last[-1], item_of(c.facts, last[-1].item)
    unit = {"unit": item.unit, "units": decimal_text(c.work.offered, item.scale)}
    body: dict[str, str | bool] = {
        "order": one.order, "line": one.line, "location": one.location, "to": tote_of(c.facts, c.work), "done": False,
        "item": one.item, "lot": one.lot, "quantity": wire_quantity(c.work.offered, item.scale), **unit,
        **({"serial": c.work.serial} if c.work.serial else {}),
        **_seen(c, one.location, one.item, one.lot, c.work.serial),
    }  # fmt: skip
    note = {**_note(one), "units": c.work.offered}
    append = Append("picked", body, by=c.state.operator, flow=c.flow.label, scans=c.work.scans, note=note)
    return _new_group(c).ordering(append).with_work(offered=-1, scans=(), serial="")


@effect
def undo_last(c: Context) -> Context:
    """Everything the last line kept is taken back, the newest first; that line is in hand again."""
    group = last_group(c.state)
    for one in reversed(group):
        body: dict[str, str | bool] = {"target": one.id, "reason": "undo_line"}
        c = c.ordering(Append("undone", body, by=c.state.operator, flow=c.flow.label))
    ids = {one.id for one in group}
    kept = tuple(msgspec.structs.replace(one, undone=True) if one.id in ids else one for one in c.state.kept)
    task = next((one.task for one in group if one.task), "")
    taken_back = sum(one.units for one in group if one.kind in ("picked", "received") and one.task)
    partial = {**c.work.partial, task: max(0, c.work.partial.get(task, 0) - taken_back)} if task else c.work.partial
    work = Work(order=c.work.order, to=c.work.to, partial=partial, skipped=c.work.skipped, task=task or c.work.task)
    return c.with_state(kept=kept, work=work)


@effect
def report_check_digits(c: Context) -> Context:
    """The supervisor is told that check digits were wrong again and again at this location."""
    place = c.task.location if c.task else ""
    body: dict[str, str | bool] = {"text": f"check digits of {place} entered wrongly", "step": c.state.step}
    return c.ordering(Append("problem_reported", body, by=c.state.operator, flow=c.flow.label))


def _new_group(c: Context) -> Context:
    return c.with_state(group=c.state.group + 1)


def _picked(c: Context, *, done: bool) -> Context:
    task = c.task
    if task is None or not c.work.count:
        return c
    count, to, lot = c.work.count, tote_of(c.facts, c.work), c.work.lot or task.lot
    for part in parts(c, task, count):
        body: dict[str, str | bool] = {
            "order": task.order, "line": task.line, "location": task.location, "to": to, "done": done and part.last,
            **goods_body(c, task, part.units, part.serial), **_seen(c, task.location, task.item, lot, part.serial),
        }  # fmt: skip
        c = _append(c, "picked", body, task, part)
    partial = {**c.work.partial, task.id: c.work.partial.get(task.id, 0) + count}
    return c.with_work(count=0, offered=-1, scans=(), partial=partial, serials=())


def _short(c: Context, reason: str) -> Context:
    task = c.task
    if task is None:
        return c
    missing = max(0, wanted_units(task, c.work) - c.work.count)
    c = _picked(_new_group(c), done=False)
    body: dict[str, str | bool] = {
        "order": task.order, "line": task.line, "item": task.item, "location": task.location, "reason": reason,
        "lot": c.work.lot or task.lot, "quantity": wire_quantity(missing, item_of(c.facts, task.item).scale),
    }  # fmt: skip
    return _append(c, "short_reported", body, task, Part(missing))


def goods_body(c: Context, task: Task, units: int, serial: str = "") -> dict[str, str]:
    """Item, lot, serial number and quantity of an operation's body, with the unit they were counted in."""
    item = item_of(c.facts, task.item)
    by_name = {unit.name: unit for unit in c.facts.units(task.item)}
    unit = by_name.get(c.work.unit) or prompt_unit(c, task)
    entered = in_unit(units, unit, item)
    return {
        "item": task.item,
        "lot": c.work.lot or task.lot,  # before a lot was scanned it is the one that the task sends people to
        "quantity": wire_quantity(units, item.scale),
        "unit": unit.name if entered else item.unit,
        "units": entered or decimal_text(units, item.scale),
        **({"serial": serial} if serial else {}),
    }


def _seen(c: Context, location: str, item: str, lot: str, serial: str) -> dict[str, str]:
    """What was known to lie there before this, and when the ledger had last told it: for whoever settles a conflict.
    Of a piece with a serial number, whether it lay there. Empty before the ledger has told anything."""
    as_of, told = c.facts.stock_as_of(), item_of(c.facts, item)
    units = c.facts.stock(location, item, lot)
    if serial:
        units = told.one if (location, "") in c.facts.serial_at(item, serial) else 0
    return {"known": wire_quantity(units, told.scale), "as_of": utc_text(as_of)} if as_of else {}


def wire_quantity(units: int, scale: int) -> str:
    """The wire's decimal text: always with all decimals of the item."""
    whole, rest = divmod(abs(units), 10**scale)
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{rest:0{scale}d}" if scale else f"{sign}{whole}"


def _append(c: Context, kind: str, body: Mapping[str, str | bool], task: Task, part: Part) -> Context:
    note: dict[str, str | int] = {
        "item": task.item, "location": task.location, "lot": c.work.lot, "units": part.units, "unit": c.work.unit,
        "task": task.id, "line": task.line, "order": task.order,
    }  # fmt: skip
    scans = scans_of(c, part)[-_MOST_SCANS_CARRIED:]
    return c.ordering(Append(kind, body, c.state.operator, c.flow.label, task.id, task.rev, scans, note))


def _note(one: Kept) -> dict[str, str | int]:
    return {"item": one.item, "location": one.location, "lot": one.lot, "line": one.line, "order": one.order}
