"""The effects of the shipped flows on the line in hand: orders, tasks, counts, lots.

Each stands in the registry under its function's name; the docstring is what flow authors read. Effects that order
operations are in `keeping`.
"""

from __future__ import annotations

import msgspec

from scanner_client.core.events import Append
from scanner_client.core.matches import ItemMatch, LocationMatch, LotMatch, OrderMatch
from scanner_client.core.rules.goods import counting_unit, item_of, wanted_units
from scanner_client.core.rules.registry import Context, effect
from scanner_client.core.state import Work
from scanner_client.core.values import Task, Unit, typed_units

# --- people and orders ------------------------------------------------------------------------------------------------


@effect
def choose_language(c: Context) -> Context:
    """Screens speak the chosen language until a badge says otherwise."""
    return c.with_state(language=c.given.text)


@effect
def take_order(c: Context) -> Context:
    """The scanned or chosen order is the one in hand; its first open line comes next."""
    code = c.given.match.code if isinstance(c.given.match, OrderMatch) else c.given.text
    return next_task(c.with_state(work=Work(order=code, to=c.work.to)))


@effect
def leave_order(c: Context) -> Context:
    """The order is put down; the tote stays."""
    return c.with_state(work=Work(to=c.work.to))


@effect
def take_tote(c: Context) -> Context:
    """Picks go to the scanned tote."""
    match = c.given.match
    return c.with_work(to=match.location.code) if isinstance(match, LocationMatch) else c


@effect
def next_task(c: Context) -> Context:
    """The next open line in walking order is in hand; skipped ones come at the end."""
    open_tasks = [task for task in c.facts.tasks(c.work.order) if task.state == "open" and task.id not in _closed(c)]
    ahead = [task for task in open_tasks if task.id not in c.work.skipped]
    task = next(iter(ahead or open_tasks), None)
    skipped = c.work.skipped if ahead else ()
    work = Work(order=c.work.order, to=c.work.to, partial=c.work.partial, skipped=skipped)
    return c.with_state(work=msgspec.structs.replace(work, task=task.id if task else ""))


def _closed(c: Context) -> set[str]:
    """Tasks that this very event closes: the facts are of the moment before it."""
    done = {one.task for one in c.commands if isinstance(one, Append) and _closes(one)}
    return done - {""}


def _closes(append: Append) -> bool:
    return append.kind == "short_reported" or append.body.get("done") is True


@effect
def skip_task(c: Context) -> Context:
    """The line in hand goes to the end of the walk."""
    return c.with_work(skipped=(*c.work.skipped, c.work.task))


# --- counting ---------------------------------------------------------------------------------------------------------


@effect
def offer_unit(c: Context) -> Context:
    """One more of what the scanned code stands for is offered; a lot in the same code is taken with it. Of an item
    with serial numbers a code that names none offers nothing yet."""
    match = c.given.match
    if not isinstance(match, ItemMatch):
        return c
    lot = {"lot": match.lot, "expiry": match.expiry} if match.lot else {}
    return c.with_work(**offered_by(c, match), **lot)


def offered_by(c: Context, match: ItemMatch) -> dict[str, int | str]:
    """What a scanned code adds to the count in hand."""
    item = item_of(c.facts, match.item)
    if not item.serial_tracked:
        return {"offered": c.work.count + match.factor, "unit": match.unit}
    if not match.serial:
        return {"unit": item.unit}
    return {"offered": c.work.count + item.one, "unit": item.unit, "serial": match.serial}


@effect
def offer_piece(c: Context) -> Context:
    """One base unit of the line's item is offered."""
    if c.task is None:
        return c
    item = item_of(c.facts, c.task.item)
    return c.with_work(offered=c.work.count + item.one, unit=item.unit)


@effect
def offer_typed(c: Context) -> Context:
    """The typed quantity, in the unit the prompt counts in, is offered in place of the count."""
    units = typed_here(c)
    return c if units is None else c.with_work(offered=units)


def typed_here(c: Context) -> int | None:
    if c.task is None:
        return None
    item = item_of(c.facts, c.task.item)
    return typed_units(c.given.text, prompt_unit(c, c.task), item.scale)


def prompt_unit(c: Context, task: Task) -> Unit:
    """The unit of the quantity prompt."""
    return counting_unit(c.facts, task, wanted_units(task, c.work))


@effect
def offer_extra(c: Context) -> Context:
    """One more of the scanned code is offered for the line closed last."""
    match = c.given.match
    if not isinstance(match, ItemMatch):
        return c
    return c.with_work(offered=match.factor, unit=match.unit, serial=match.serial)


@effect
def accept_offer(c: Context) -> Context:
    """The offered count is the count; the serial number of the offered piece is counted."""
    serials = (*c.work.serials, c.work.serial) if c.work.serial else c.work.serials
    return c.with_work(count=max(c.work.offered, 0), offered=-1, serial="", serials=serials)


@effect
def drop_offer(c: Context) -> Context:
    """The offered count is forgotten."""
    return c.with_work(offered=-1, serial="")


@effect
def drop_count(c: Context) -> Context:
    """Nothing of the line in hand counts any more; nothing of it had been kept."""
    return c.with_work(count=0, offered=-1, lot="", expiry="", scans=(), serial="", serials=())


@effect
def allow_over_order(c: Context) -> Context:
    """More than the line asks for was confirmed."""
    return c.with_work(over_order=True)


@effect
def allow_over_stock(c: Context) -> Context:
    """More than is known to lie there was confirmed."""
    return c.with_work(over_stock=True)


@effect
def take_lot(c: Context) -> Context:
    """The scanned lot is in hand."""
    match = c.given.match
    if not isinstance(match, LotMatch | ItemMatch):
        return c
    return c.with_work(lot=match.lot, expiry=match.expiry)


@effect
def count_wrong_check(c: Context) -> Context:
    """One more wrong entry of check digits at this location."""
    return c.with_work(wrong_checks=c.work.wrong_checks + 1)


@effect
def set_damaged(c: Context) -> Context:
    """The typed quantity is how many were found damaged."""
    units = typed_here(c)
    return c if units is None else c.with_work(damaged=units)
