"""The demo in a window with no room beside the terminal: words in its place or below it, and a row that names the key.

The row lies below the terminal where there is one to spare, else over the terminal's own hints, which are what yields
first (the screen contract, rule 2); on the smallest layout it has the end of the prompt's row, if that is free. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner_client.core.cells import pad, right, shorten, width
from scanner_client.core.view import SIZES, Size, View, layout_for
from scanner_client.demo.minute import PLAYING, STOPS, due
from scanner_client.demo.panel import AGAIN, YOUR_CSV, Drawn
from scanner_client.demo.pen import Mark, Piece, Row, text_of

SMALLEST = SIZES[-1]
NAMES_FROM = 32
"""From so many columns on a key is named with what it does."""

CODE, WORDS = 16, 12
"""Columns of a code in the list, and the fewest that words behind it are worth."""


class Narrow(Drawn):
    """A scene in a small window; `width` is the window's."""

    def instead(self, rows: int) -> list[Row]:
        """What stands in the terminal's place: the opening, the card, the codes. Empty where the terminal does."""
        if self.scene.failed:
            return [*self.wrapped(self.scene.failed, Mark.BAD)]
        if self.scene.view is None or not self.scene.shelves:
            return [*self.opening()][-rows:]
        if self.scene.tally:
            return self._card(rows)
        return self._listed() if self.scene.codes else []

    def _card(self, rows: int) -> list[Row]:
        """As much of the card as there are rows for, what is most important first."""
        if self.scene.note == AGAIN:
            return [*self.wrapped(self.says(f"note.{AGAIN}"), Mark.PLAIN)]
        if self.scene.note == YOUR_CSV:
            told = [*self.wrapped(self.says(f"note.{YOUR_CSV}"), Mark.PLAIN)]
            return told if len(told) <= rows else [*self.wrapped(self.says("small.your_csv"), Mark.PLAIN)]
        tally = self.scene.tally
        assert tally
        mark = Mark.BAD if tally.faults else Mark.GOOD
        parts: list[list[Row]] = [[*self.wrapped(self.sum(tally), mark)]]
        parts += [[*self.wrapped(self.fault(fault), mark)] for fault in tally.faults]
        if tally.waiting:
            parts.append([*self.wrapped(self.says("card.waiting", waiting=str(tally.waiting)), Mark.PLAIN)])
        parts.append([(), *((Piece(self.says(f"small.{name}"), Mark.KEY),) for name in ("one", "two", "three"))])
        parts.append([(), *self.wrapped(self.says("card.read"), Mark.DIM)])
        shown: list[Row] = parts[0]
        for part in parts[1:]:
            shown = [*shown, *part] if len(shown) + len(part) <= rows else shown
        return shown

    def _listed(self) -> list[Row]:
        """The codes; what each of them is where there is room."""
        room = self.width - CODE - 2
        rows: list[Row] = []
        for digit, (code, named) in enumerate(self.scene.codes, start=1):
            words = pad(code, CODE) + shorten(self.named(named), room) if room >= WORDS else code
            rows.append((Piece(str(digit), Mark.KEY), Piece(f" {words}")))
        return rows

    def below(self, rows: int) -> list[Row]:
        """What has come about and what to do, where the terminal leaves so many rows; of the two the second first."""
        told = [*self.told()]
        todo = told[told.index(()) + 1 :]
        return next((one for one in ([(), *told], [(), *todo], todo) if len(one) <= rows), [])

    def hint(self) -> Row:
        """How far the minute is, the key that is due, how to end it."""
        end = self.says("small.end")
        if self.scene.tally:
            return (Piece(right(end, self.width), Mark.DIM),)
        if self.scene.view is None or not self.scene.shelves:
            return self._between(Piece(self.says("small.opening"), Mark.DIM), end)
        if self.scene.place >= PLAYING:
            keys = self.says("small.codes" if self.scene.codes else "small.play")
            return (Piece(keys + right("Q", self.width - width(keys)), Mark.DIM),)
        step, key = f"{STOPS[self.scene.place].step}/7 ", due(self.scene.place)
        if not key:
            return self._between(Piece(step + self.says("small.wait"), Mark.DIM), end)
        named = self._does() if self.width >= NAMES_FROM else self.key_name(key)
        return (Piece(step, Mark.DIM), *self._between(Piece(f" {named} ", Mark.KEY), end, used=width(step)))

    def _does(self) -> str:
        """The key that is due with what it does here: SPACE is a scan, a whole line or the card."""
        stop = STOPS[self.scene.place]
        own = f"small.{stop.act.name.lower()}" if stop.act else ""
        return self.says(own if own in self.own else f"keys.{stop.key}")

    def _between(self, first: Piece, end: str, used: int = 0) -> Row:
        return (first, Piece(right(end, self.width - used - width(first.text)), Mark.DIM))

    def corner(self, view: View) -> Row:
        """The key that is due in place of the hint behind the prompt; empty where there is no room for it."""
        key = due(self.scene.place) if self.scene.shelves and not self.scene.tally else ""
        if not key:
            return ()
        row = view.rows[SMALLEST.height - 1]
        prompt = row.rpartition("*")[0] if "*" in row else row.rstrip() + " "
        room = view.size.width - width(prompt)
        name = f" {self.key_name(key)} "
        return (Piece(pad(name, room) if "*" in row else name, Mark.KEY),) if width(name) <= room + 1 else ()


def is_over(window: Size, view: View) -> bool:
    """Whether the terminal takes every row, so that the hint lies over its last one."""
    return window.height <= view.size.height


def is_smallest(view: View) -> bool:
    """Whether the layout has no row of hints that could yield."""
    return layout_for(view.size) == SMALLEST


def cells_of(row: Sequence[Piece]) -> int:
    return width(text_of(tuple(row)))
