"""A hand at the terminal: what to scan or press next, by what the view asks for. Pure.

It knows what a label on the shelf or on the goods reads; of orders and stock it knows what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scanner_client.core.view import View
from scanner_client.core.view.value import Asked
from scanner_client.demo.story import Story

COUNT_BY_SCANNING = 3
"""Up to so many units are counted by scanning each; more are typed."""

QUESTION_MS = 800
"""A deviation's question takes nothing earlier than 700 ms after it was painted (SCREENS, rule 7)."""

PIN = "952001"
PIN_STEPS = ("pin", "new_pin", "pin_again")
CONFIRM = "CONFIRM"
MOST_CODES = 9


@dataclass(frozen=True, slots=True)
class Input:
    """A scan, or else a key, `after` so many milliseconds."""

    scan: str = ""
    key: str = ""
    after: int = 0

    @property
    def said(self) -> dict[str, Any]:
        """As a line for the terminal's process."""
        what = {"scan": self.scan} if self.scan else {"key": self.key}
        return {**what, "after": self.after} if self.after else what


def right(view: View, story: Story, operator: str) -> list[Input]:
    """What the terminal asks for now; nothing where it asks for nothing this hand could give."""
    if view.menu:
        return [Input(key="esc")]
    if view.panel:
        return [Input(key="0")]
    if view.entry and view.kind != "pin":
        return [Input(key="backspace")] * len(view.entry)
    if view.kind == "question":
        return [Input(key="1", after=QUESTION_MS)]
    if view.kind == "confirm":
        return [Input(scan=view.asked.confirm or CONFIRM, after=QUESTION_MS)]
    if view.flow == "pick":
        return _picking(view, story, operator)
    return _beginning(view, story, operator)


def _beginning(view: View, story: Story, operator: str) -> list[Input]:
    """From the badge to the menu's job."""
    job = next((digit for digit, value, _ in view.options if value == "pick"), "")
    if job:
        return [Input(key=job)]
    if view.step in PIN_STEPS:
        return _pin()
    return [Input(scan=story.badges[operator])] if view.step == "badge" else []


def _pin() -> list[Input]:
    return [*(Input(key=digit) for digit in PIN), Input(key="enter")]


def _picking(view: View, story: Story, operator: str) -> list[Input]:
    asked = view.asked
    match view.step:
        case "order" | "finished":
            return [Input(scan=_order(view, story, operator))]
        case "location":
            return [Input(scan=asked.location)]
        case "item":
            return [Input(scan=label(asked))]
        case "lot":
            return [Input(scan=asked.lot)]
        case "quantity" if int(asked.wanted) <= COUNT_BY_SCANNING:
            return [Input(scan=label(asked))]
        case "quantity":
            return [*(Input(key=digit) for digit in asked.wanted), Input(key="enter")]
        case _:
            return []


def _order(view: View, story: Story, operator: str) -> str:
    own = story.order if operator == story.picker else story.second_order
    open_orders = [value for _, value, _ in view.options]
    return own if own in open_orders or not open_orders else open_orders[0]


def label(asked: Asked) -> str:
    """The printed code of the unit that is asked for."""
    codes = {unit: code for code, unit, _ in asked.codes}
    return codes.get(asked.unit) or next(iter(codes.values()), asked.item)


def deciding(view: View, story: Story) -> list[Input]:
    """The supervisor's badge, and the PIN where one is asked for."""
    if view.kind == "pin":
        return _pin()
    return [Input(scan=story.badges[story.supervisor], after=QUESTION_MS)]


def putting_back(view: View, story: Story) -> list[Input]:
    """From wherever the picker stands to the task that a decision opened, and through it."""
    tasks = next((digit for digit, value, _ in view.options if value == "tasks"), "")
    match view.flow, view.step:
        case "put_back", "item":
            return [Input(scan=label(view.asked))]
        case "put_back", "to":
            return [Input(scan=story.location)]
        case "tasks", _:
            return [Input(key="1")]
        case "main", _ if tasks:
            return [Input(key=tasks)]
        case _:
            return [Input(key="*"), Input(key="0")]


def wrong(view: View, story: Story) -> Input:
    """The label of a neighbour of the shelf."""
    return Input(scan=story.location if view.asked.location == story.wrong_location else story.wrong_location)


def codes_now(view: View, story: Story, operator: str) -> list[tuple[str, str]]:
    """Codes that make sense now, the right one first, each with the text that names it; as many as there are digits."""
    found: dict[str, str] = {}
    for code, named in _codes(view, story, operator):
        found.setdefault(code, named)
    return list(found.items())[:MOST_CODES]


def _codes(view: View, story: Story, operator: str) -> Iterator[tuple[str, str]]:
    asked = view.asked
    yield from ((one.scan, "code.right") for one in right(view, story, operator) if one.scan)
    yield from ((one, "code.location") for one in (asked.location,) if one)
    yield from ((code, f"unit.{unit}") for code, unit, _ in asked.codes)
    yield from ((one, "code.lot") for one in (asked.lot,) if one)
    if asked.confirm:
        yield CONFIRM, "code.confirm"
    if view.flow == "main":
        yield story.badges[operator], "code.badge"
    yield wrong(view, story).scan, "code.wrong"
    yield story.second_order if asked.order == story.order else story.order, "code.order"
