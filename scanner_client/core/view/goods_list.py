"""Lists of goods to choose from: where an item lies, what lies at a place, which line did not come."""

from __future__ import annotations

from collections.abc import Sequence

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.rules.goods import item_of
from scanner_client.core.values import PART, Holding
from scanner_client.core.view import small, tall, wide
from scanner_client.core.view.receiving import lacking_rows, two_columns
from scanner_client.core.view.scene import Scene

LOOKUP = "lookup"
_TALL_ROWS = 7
_PARTS_OF_A_HOLDING = 3


def small_rows(one: Scene) -> list[str]:
    rows = [*_listed(one, small.WIDTH), "", ""][:2]
    if one.note:
        rows[1] = one.note
    told = _age(one)
    if not told:
        return [*rows, small.prompt_row(one, _heading(one, small.WIDTH))]
    hint = f" {one.say('frame.page')}" if one.more else ""
    room = small.WIDTH - width(told) - width(hint) - 2
    return [*rows, f"{pad(shorten(_subject(one), room), room)} {told}>{hint}"]


def _heading(one: Scene, cells: int) -> str:
    subject = _subject(one)
    return f"{shorten(subject, cells - 1)}>" if subject else ""


def tall_rows(one: Scene) -> list[str]:
    listed = _listed(one, tall.WIDTH)
    head = [tall.title(one), tall.RULE, shorten(_subject(one), tall.WIDTH), _told(one), tall.RULE]
    return [*head, *listed, *[""] * (_TALL_ROWS - len(listed)), one.prompt, f">{one.state.entry}"]


def wide_rows(one: Scene, rows: int = 4) -> list[str]:
    told = _told(one)
    title = f"{one.say(one.flow.title)} {_subject(one)}"
    head = two_columns(title, told, wide.WIDTH) if told else wide.titled(one, wide.WIDTH)
    listed = [*_listed(one, wide.WIDTH), *[""] * rows][:rows]
    return [head, *listed, f"{one.prompt} >{one.state.entry}"]


def desk_rows(one: Scene) -> list[str]:
    return wide_rows(one, _TALL_ROWS)


# --- what is asked about ----------------------------------------------------------------------------------------------


def _subject(one: Scene) -> str:
    """The item's name or the place's code, empty where nothing is asked about."""
    looking = one.state.work.looking
    if one.step.shows != LOOKUP or not looking:
        return ""
    return looking if one.step.options_from == "goods_of_place" else one.words.item_name(looking)


def _told(one: Scene) -> str:
    """How much there is in all, and how old that knowledge is (R9, R52)."""
    if one.step.shows != LOOKUP or not one.step.options_from:
        return ""
    looking = one.state.work.looking
    if one.step.options_from == "goods_of_place":
        return _age(one)
    total = sum(one.units for one in one.facts.holdings(item=looking))
    return f"{one.words.base(total, item_of(one.facts, looking))} {_age(one)}".rstrip()


def _age(one: Scene) -> str:
    shown = one.step.shows == LOOKUP and one.step.options_from
    return one.words.age(one.facts.stock_as_of(), one.status.now) if shown else ""


# --- rows -------------------------------------------------------------------------------------------------------------


def _listed(one: Scene, cells: int) -> list[str]:
    rows = [f"{digit} {row}" for (digit, *_), row in zip(one.options, _rows(one, cells - 2), strict=True)]
    if rows or not one.step.options_from:
        return rows
    return [one.say("frame.nothing_known" if one.step.shows == LOOKUP else "frame.received_all")]


def _rows(one: Scene, cells: int) -> list[str]:
    """A line and what it lacks; a place or an item with its lot, and how much lies there."""
    values = [value for _, value, _ in one.options]
    tasks = [one.facts.task(value) for value in values] if one.step.options_from == "open_lines" else [None]
    if all(tasks):
        return lacking_rows(one, [task for task in tasks if task], cells)
    return [two_columns(*_columns(one, value), cells) for value in values]


def _columns(one: Scene, value: str) -> tuple[str, str]:
    if value.count(PART) != _PARTS_OF_A_HOLDING:
        return value, ""
    location, item, lot, status = value.split(PART)
    units = _units(one.facts.holdings(item=item, location=location), lot, status)
    first = one.words.item_name(item) if one.step.options_from == "goods_of_place" else location
    named = " ".join(filter(None, (first, one.say("frame.lot", lot=lot) if lot else "")))
    amount = one.words.base(units, item_of(one.facts, item))
    return named, f"{one.words.status(status)}{amount}"


def _units(found: Sequence[Holding], lot: str, status: str) -> int:
    return sum(one.units for one in found if (one.lot, one.status) == (lot, status))
