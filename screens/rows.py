"""The one widget: it paints the rows of a view cell by cell, and of a new view only the rows that changed."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from scanner_client.core.view import View
from screens.marks import Mark, Span, marks


class Rows(Widget):
    """Rows that are longer or more than the widget has room for are cut, missing ones are blank."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"rows--{mark}" for mark in Mark}
    ALLOW_SELECT = False

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self._marks = marks(view)

    @property
    def view(self) -> View:
        return self._view

    def show(self, view: View) -> None:
        """Paint this view from now on."""
        before, marked = self._view, self._marks
        self._view, self._marks = view, marks(view)
        for y in range(max(len(before.rows), len(view.rows))):
            if _row(before, marked, y) != _row(view, self._marks, y):
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width, plain = self.size.width, self._style(Mark.PLAIN)
        if y >= len(self._view.rows):
            return Strip.blank(width, plain)
        strip = Strip([Segment(self._view.rows[y], plain)]).adjust_cell_length(width, plain)
        for span in self._marks[y]:
            strip = self._with(strip, span, width)
        return strip

    def _with(self, strip: Strip, span: Span, width: int) -> Strip:
        start, stop = min(span.start, width), min(span.stop, width)
        if start >= stop:
            return strip
        before, marked, after = strip.crop(0, start), strip.crop(start, stop), strip.crop(stop, width)
        style = self._style(span.mark)
        return Strip.join([before, Strip([Segment(marked.text, style)], stop - start), after])

    def _style(self, mark: Mark) -> Style:
        return self.get_component_rich_style(f"rows--{mark}")


def _row(view: View, marked: list[list[Span]], y: int) -> tuple[str, list[Span]] | None:
    return (view.rows[y], marked[y]) if y < len(view.rows) else None
