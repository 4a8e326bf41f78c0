"""Which cells of a view stand out, and how. Pure: it reads the view's fields, and of its rows only where they begin.

Everything is also said in words: without colours the screen loses nothing.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from rich.cells import cell_len

from scanner_client.core.view import Size, View, layout_for

SMALL, TALL, WIDE, DESK = Size(20, 4), Size(20, 16), Size(40, 8), Size(80, 24)
PANE = 44
_ERROR_ROWS = {SMALL: 2, TALL: 9, WIDE: 3, DESK: 3}
_QUESTION_ROWS = {SMALL: range(1, 3), TALL: range(3, 7), WIDE: range(2, 4), DESK: range(2, 4)}
_ALERT_ROWS = 3


class Mark(StrEnum):
    PLAIN = "plain"
    STATUS = "status"
    TITLE = "title"
    ERROR = "error"
    QUESTION = "question"
    PLACE = "place"
    PROMPT = "prompt"
    CURSOR = "cursor"
    HINT = "hint"
    RULE = "rule"


class Span(Struct, frozen=True):
    """Cells of a row from `start` up to, not including, `stop`."""

    start: int
    stop: int
    mark: Mark


def marks(view: View) -> list[list[Span]]:
    """For each row of the view the spans that stand out, later ones over earlier ones."""
    width = view.size.width
    if view.alert:
        return [[Span(0, width, Mark.ERROR)] if y < _ALERT_ROWS else [] for y in range(view.size.height)]
    layout = layout_for(view.size)
    pane = PANE if layout == DESK else width
    spans = [_structure(view, y, layout) for y in range(len(view.rows))]
    for y in _emphasised(view, layout):
        spans[y].append(Span(0, pane, Mark.ERROR if view.error else Mark.QUESTION))
    _mark_place(view, spans, pane)
    _mark_prompt(view, spans, pane)
    return spans


def _structure(view: View, y: int, layout: Size) -> list[Span]:
    """What is the same at every step: status row, title, rules, hints."""
    width, row = view.size.width, view.rows[y].rstrip()
    if y == 0:
        return [Span(0, width, Mark.STATUS)]
    if layout != SMALL and y == layout.height - 1:
        return [Span(0, width, Mark.HINT)]
    if row and not row.strip("-"):
        return [Span(0, width, Mark.RULE)]
    spans = [Span(0, width, Mark.TITLE)] if y == 1 and layout != SMALL and not view.error else []
    if layout == DESK and y < layout.height:
        spans = [Span(one.start, PANE, one.mark) for one in spans] + [Span(PANE, PANE + 1, Mark.RULE)]
    return spans


def _emphasised(view: View, layout: Size) -> range:
    if view.menu or view.panel:
        return range(0)
    if view.error:
        return range(1, 1 + _error_rows(view, layout))
    return _QUESTION_ROWS[layout] if view.question else range(0)


def _error_rows(view: View, layout: Size) -> int:
    """In the tall layout the refusal ends at a rule."""
    ending = next((y for y, row in enumerate(view.rows) if y and row.startswith("--")), 1 + _ERROR_ROWS[layout])
    return min(ending - 1, _ERROR_ROWS[layout])


def _mark_place(view: View, spans: list[list[Span]], pane: int) -> None:
    """Where to go: the first time the location is named."""
    place = view.asked.location
    for y in range(1, len(view.rows)) if place and not view.error else ():
        at = view.rows[y].find(place)
        start = cell_len(view.rows[y][:at])
        if at >= 0 and start < pane:
            spans[y].append(Span(start, start + cell_len(place), Mark.PLACE))
            return


def _mark_prompt(view: View, spans: list[list[Span]], pane: int) -> None:
    """The lowest row with the prompt's sign, the words above it where it stands alone, and the cell typed into."""
    sign = f">{view.entry}"
    for y in range(len(view.rows) - 1, 0, -1):
        place = view.rows[y].rfind(sign)
        if place < 0 or cell_len(view.rows[y][:place]) >= pane:
            continue
        at = cell_len(view.rows[y][:place] + sign)
        alone = not view.rows[y][:place].strip() and not view.error
        for row in (y - 1, y) if alone and view.rows[y - 1].strip() else (y,):
            spans[row].append(Span(0, pane, Mark.PROMPT))
        spans[y].append(Span(at, at + 1, Mark.CURSOR))
        return
