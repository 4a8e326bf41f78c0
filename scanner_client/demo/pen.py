"""What every part of the demo's picture is drawn with: marked pieces of text, in the language of the scene. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scanner_client.core.texts import Texts
from scanner_client.demo.figures import Fault
from scanner_client.demo.scene import OnShelf, Scene
from scanner_client.demo.story import Story
from scanner_client.demo.texts import wrapped


class Mark(StrEnum):
    PLAIN = "plain"
    BAR = "bar"
    KEY = "key"
    DIM = "dim"
    HEAD = "head"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    mark: Mark = Mark.PLAIN


Row = tuple[Piece, ...]


def text_of(row: Row) -> str:
    return "".join(piece.text for piece in row)


def rows_of(rows: Sequence[Row]) -> str:
    """Plain text, for a run without a window."""
    return "\n".join(text_of(row).rstrip() for row in rows)


@dataclass(frozen=True, slots=True)
class Pen:
    """A scene about to be drawn, in the language of the scene. `terminal` and `own` are the two tables of texts."""

    scene: Scene
    story: Story
    own: Texts
    terminal: Texts
    width: int

    def says(self, name: str, **facts: str) -> str:
        return self.own.text(name, self.scene.language, **facts)

    def fault(self, one: Fault) -> str:
        return f"{self.says('card.false')}: {self.says(f'false.{one.name}', what=one.what)}"

    def name(self, one: OnShelf) -> str:
        return one.names[1 if self.scene.language == "zh_CN" else 0]

    def amount(self, units: int, one: OnShelf) -> str:
        """In the unit of the task where it is even, else in the item's own."""
        count, unit = (units // one.factor, one.unit) if units % one.factor == 0 else (units, one.base)
        between = "" if self.scene.language == "zh_CN" else " "
        return f"{count}{between}{self.terminal.text(f'unit.{unit}', self.scene.language)}"

    def grey(self, mark: Mark = Mark.PLAIN) -> Mark:
        return Mark.DIM if self.scene.happened.cut else mark

    def rule(self, mark: Mark = Mark.DIM) -> Row:
        return (Piece("-" * self.width, mark),)

    def wrapped(self, text: str, mark: Mark) -> Iterator[Row]:
        return ((Piece(row, mark),) for row in wrapped(text, self.width))
