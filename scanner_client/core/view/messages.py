"""A message of the office drawn: the page that is read, how many there are, and what says that it was read."""

from __future__ import annotations

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.messages import pages
from scanner_client.core.view import small, status_row, tall, wide
from scanner_client.core.view.scene import Scene

Rows = list[str]
_SMALL_ROWS, _TALL_ROWS = 2, 7


def small_rows(one: Scene) -> Rows:
    """20x4: two rows of it; the prompt has the page."""
    rows, number = _page(one)
    prompt = f"{one.prompt}>"
    return [*[*rows, ""][:_SMALL_ROWS], pad(prompt, small.WIDTH - width(number)) + number]


def tall_rows(one: Scene) -> Rows:
    rows, number = _page(one)
    return [
        _title(one, number, tall.WIDTH), tall.RULE, *[*rows, *[""] * _TALL_ROWS][:_TALL_ROWS], tall.RULE,
        one.say(one.step.help), one.prompt, ">",
    ]  # fmt: skip


def wide_rows(one: Scene) -> Rows:
    rows, number = _page(one)
    return [_title(one, number, wide.WIDTH), *[*rows, *[""] * 3][:max(3, len(rows))], one.say(one.step.help),
            f"{one.prompt} >"]  # fmt: skip


def _title(one: Scene, number: str, cells: int) -> str:
    """`消息 09:41 1/2`."""
    known = one.facts.message(one.state.message)
    at = status_row.clock(one, known.at) if known else ""
    return shorten(" ".join(filter(None, (one.say(one.flow.title), at, number))), cells)


def _page(one: Scene) -> tuple[Rows, str]:
    known = one.facts.message(one.state.message)
    found = pages(known.text if known else "", one.state.options)
    place = min(one.state.first, len(found) - 1)
    return found[place], f"{place + 1}/{len(found)}"
