"""The frame of a piece by piece count: how many are wanted and counted, and the serial number that counted last."""

from __future__ import annotations

from scanner_client.core.cells import right, shorten, width
from scanner_client.core.rules.goods import wanted_units
from scanner_client.core.view import small, tall, wide
from scanner_client.core.view.scene import Line, Scene

_AMOUNT = 10


def small_rows(one: Scene) -> list[str]:
    line = one.line
    if line is None:
        return ["", one.note, small.prompt_row(one)]
    where = f"{line.place} " if line.place else ""
    first = one.note or where + one.name(small.WIDTH - 1 - width(where))
    return [first, small.quantity_row(one, line), small.prompt_row(one)]


def tall_rows(one: Scene) -> list[str]:
    line = one.line
    told = [line.place, one.name(tall.WIDTH), line.lot] if line else ["", "", ""]
    amounts = [f"{word}{right(amount, _AMOUNT - width(word))}" for word, amount in _amounts(one, line)]
    counting = [*told, tall.RULE, *amounts, tall.RULE, _last(one, tall.WIDTH)]
    hints = " ".join(tall.exception_hints(one, 2))
    return [tall.title(one), *counting, hints, one.prompt, f">{one.state.entry}", one.note]


def wide_rows(one: Scene) -> list[str]:
    line = one.line
    lot = f"  {line.lot}" if line and line.lot else ""
    place = f"{line.place}  " if line and line.place else ""
    return [
        wide.titled(one, wide.WIDTH),
        place + one.name(wide.WIDTH - width(lot) - width(place)) + lot,
        "  ".join(f"{word} {amount}" for word, amount in _amounts(one, line)),
        one.note or _last(one, wide.WIDTH),
        f"{one.prompt} >{one.state.entry}",
        "  ".join(tall.exception_hints(one, 3)),
    ]


def _amounts(one: Scene, line: Line | None) -> list[tuple[str, str]]:
    """Each word with its amount: wanted, counted, left."""
    if line is None:
        return []
    wanted, count = wanted_units(line.task, one.state.work), one.state.work.count
    units = {"want": wanted, "have": count, "left": max(0, wanted - count)}
    return [(one.say(f"frame.{name}"), one.words.amount(many, line.unit, line.item)) for name, many in units.items()]


def _last(one: Scene, cells: int) -> str:
    serials = one.state.work.serials
    return shorten(one.say("frame.serial", serial=serials[-1]), cells) if serials else ""
