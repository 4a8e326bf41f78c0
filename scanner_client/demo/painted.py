"""The demo's widget: it paints rows of marked pieces. What is too long is cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from scanner_client.demo.pen import Mark, Row


class Painted(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"painted--{mark}" for mark in Mark}
    ALLOW_SELECT = False

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._rows: Sequence[Row] = ()

    def show(self, rows: Sequence[Row]) -> None:
        if rows != self._rows:
            self._rows = rows
            self.refresh()

    def row(self, y: int) -> Row:
        return self._rows[y] if 0 <= y < len(self._rows) else ()

    def render_line(self, y: int) -> Strip:
        row = self.row(y)
        styles = {piece.mark: self.get_component_rich_style(f"painted--{piece.mark}") for piece in row}
        plain = self.get_component_rich_style(f"painted--{Mark.PLAIN}")
        painted = [Segment(piece.text, styles[piece.mark]) for piece in row]
        return Strip(painted).adjust_cell_length(self.size.width, plain)
