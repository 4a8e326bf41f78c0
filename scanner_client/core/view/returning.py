"""The frames of goods that go back: which, how many, from where and where to."""

from __future__ import annotations

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.view import small, tall, wide
from scanner_client.core.view.scene import Line, Scene

_NAME = 18
_AMOUNT_EDGE = 19


def small_rows(one: Scene) -> list[str]:
    if one.line is None:
        return [one.note, "", small.prompt_row(one)]
    place = _here(one, one.line)
    first = f"{pad(place, _AMOUNT_EDGE - width(one.line.take))} {one.line.take}"
    rows = [first if width(first) <= small.WIDTH else place, one.note or _name(one, small.WIDTH - 1)]
    return [*rows, small.prompt_row(one)]


def tall_rows(one: Scene) -> list[str]:
    if one.line is None:
        return [one.note, tall.RULE, one.prompt, ">"]
    return [
        one.say(one.flow.title), tall.RULE, *_ways(one, one.line), tall.RULE, _name(one, _NAME), one.line.code,
        one.line.lot, f"{one.say('task.how_many')} {_amount(one.line)}", tall.RULE,
        tall.asking(one, _asked(one, one.line)), f">{one.state.entry}", one.note,
    ]  # fmt: skip


def wide_rows(one: Scene) -> list[str]:
    if one.line is None:
        return [one.note, "", f"{one.prompt} >"]
    told = f"{_amount(one.line)}  {one.line.lot}".rstrip()
    return [
        wide.titled(one, wide.WIDTH), "  ".join(_ways(one, one.line)), _name(one, wide.WIDTH), told, one.note,
        f"{one.prompt} {_asked(one, one.line)} >{one.state.entry}",
    ]  # fmt: skip


def _here(one: Scene, line: Line) -> str:
    """The place that counts now: where the goods go, until then where they are."""
    return _named(one, line.task.to if one.step.wants != "location" and _has_label(line.task.to) else line.place)


def _ways(one: Scene, line: Line) -> list[str]:
    """`从 TOTE:WANG` and `到 A-03-02`."""
    places = (("from", line.place), ("to", line.task.to))
    return [f"{one.say(f'task.{name}')} {_named(one, place)}" for name, place in places]


def _named(one: Scene, place: str) -> str:
    return place if _has_label(place) else one.say("task.supplier")


def _has_label(place: str) -> bool:
    return not place.startswith("@")


def _asked(one: Scene, line: Line) -> str:
    """The place that is wanted now; no label stands for the goods."""
    return {"location": line.place, "target": line.task.to}.get(one.step.wants, "")


def _amount(line: Line) -> str:
    return f"{line.take} (={line.take_base})" if line.take_base else line.take


def _name(one: Scene, cells: int) -> str:
    return shorten(one.names(cells)[one.line.task.item], cells) if one.line else ""
