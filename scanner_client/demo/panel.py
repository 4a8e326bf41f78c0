"""The demo's rows around the terminal, drawn from a scene as marked pieces of text. Pure.

`office` is the right side, `bar` the title, `hints` the keys with the next one highlighted, `card` the minute's end.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner_client.core.cells import pad, right, shorten, width
from scanner_client.demo.figures import Tally
from scanner_client.demo.minute import PLAYING, STOPS, due
from scanner_client.demo.pen import Mark, Pen, Piece, Row

STEPS_KEYS = ("space", "x", "n", "b", "s")
PLAY_KEYS = ("scan", "x", "n", "b", "s", "c")
AFTER_KILL = "stop6"
OPENING_PARTS = 3
"""Ledger, warehouse, terminals; then both pickers log in."""

AGAIN, YOUR_CSV = "again", "your_csv"
NAME, AMOUNT = 30, 11
"""Columns of the table of shelves, in cells: place and name, one quantity."""


class Drawn(Pen):
    """A scene as it stands on the two sides of the demo."""

    # --- the right side

    def office(self) -> list[Row]:
        """The office's side: title, shelves, figures, and below what to read now."""
        if self.scene.failed:
            return [*self.wrapped(self.scene.failed, Mark.BAD)]
        if self.scene.view is None or not self.scene.shelves:
            return list(self.opening())
        if self.scene.tally:
            return [*self.card(), *self._choices()]
        return [*self._title(), *self._body(), self.rule(), *self.told()]

    def opening(self) -> Iterator[Row]:
        yield from self.wrapped(self.says("opening.title"), Mark.HEAD)
        yield self.rule()
        for part in self.scene.opening:
            yield from self.wrapped("* " + self.says(part), Mark.PLAIN)
        opened = len(self.scene.opening) == OPENING_PARTS
        yield from self.wrapped("* " + (self.says("opening.wait") if opened else "..."), Mark.DIM)

    def _title(self) -> Iterator[Row]:
        cut = self.scene.happened.cut
        name = self.says("office.title")
        state = self.says("office.cut" if cut else "office.up")
        yield (Piece(name, Mark.HEAD), Piece(right(state, self.width - width(name)), Mark.BAD if cut else Mark.DIM))
        yield self.rule()

    def _body(self) -> Iterator[Row]:
        if self.scene.codes:
            yield from self._codes()
        elif self.scene.happened.reading:
            yield from self._conflict()
        else:
            yield from self._shelves()
        yield self.rule()
        yield from self._figures()

    def _shelves(self) -> Iterator[Row]:
        head = pad(self.says("office.shelf"), NAME) + right(self.says("office.was"), AMOUNT)
        yield (Piece(head + right(self.says("office.now"), AMOUNT), Mark.DIM),)
        for one in self.scene.shelves:
            now = self.scene.figures.stock.get(one.shelf, one.before)
            place = f"{one.shelf[0]} {self.name(one)}"
            before, after = (right(self.amount(units, one), AMOUNT) for units in (one.before, now))
            changed = self.grey(Mark.GOOD if now < one.before else Mark.PLAIN)
            yield (Piece(pad(shorten(place, NAME - 1), NAME) + before, self.grey()), Piece(after, changed))

    def _figures(self) -> Iterator[Row]:
        unsent = self.scene.unsent
        people = "   ".join(f"{self.says(f'people.{name}')} {unsent.get(name, 0)}" for name in self._people)
        waits = bool(sum(unsent.values()))
        yield (Piece(pad(self.says("office.unsent"), 11), Mark.DIM), Piece(people, Mark.KEY if waits else Mark.PLAIN))
        figures = self.scene.figures
        for name, count in (("ledger", figures.operations), ("twice", figures.twice)):
            yield (Piece(pad(self.says(f"office.{name}"), 11), Mark.DIM), Piece(str(count), self.grey()))
        conflicts = Mark.BAD if figures.conflicts else Mark.PLAIN
        yield (
            Piece(pad(self.says("office.conflicts"), 11), Mark.DIM),
            Piece(str(figures.conflicts), self.grey(conflicts)),
        )

    @property
    def _people(self) -> tuple[str, str]:
        return self.story.picker, self.story.second_picker

    def _conflict(self) -> Iterator[Row]:
        """Four figures that a person needs to decide: all of them from the ledger's file."""
        own = (self.story.location, self.story.item)
        one = next((shelf for shelf in self.scene.shelves if shelf.shelf == own), None)
        if one is None:
            return
        yield (Piece(self.says("conflict.title", place=f"{own[0]} {self.name(one)}"), Mark.BAD),)
        now = self.scene.figures.stock.get(one.shelf, one.before)
        takes = [self.scene.figures.taken.get(name, 0) for name in self._people]
        for name, units in zip(("saw", "took", "other", "now"), (one.before, *takes, now), strict=True):
            said = pad(self.says(f"conflict.{name}"), 14)
            yield (Piece(said, Mark.DIM), Piece(right(self.amount(units, one), AMOUNT)))

    def _codes(self) -> Iterator[Row]:
        yield (Piece(self.says("code.title"), Mark.HEAD),)
        for digit, (code, named) in enumerate(self.scene.codes, start=1):
            yield (Piece(f"{digit} ", Mark.KEY), Piece(pad(f" {code}", 20) + self.named(named)))

    def named(self, named: str) -> str:
        if named.startswith("unit."):
            return self.says("code.item", unit=self.terminal.text(named, self.scene.language))
        return self.says(named)

    def told(self) -> Iterator[Row]:
        """What has just come about and what to do now."""
        stop = "playing" if self.scene.place >= PLAYING else f"stop{self.scene.place}"
        facts = {
            "unsent": str(self.scene.unsent.get(self.story.picker, 0)),
            "li": str(self.story.boxes_second),
            "wang": str(self.story.boxes_first),
            "more": str(self.scene.figures.operations - self.scene.before_mending),
            "twice": str(self.scene.figures.twice),
        }
        moved = stop == AFTER_KILL and not self.scene.same_prompt
        yield from self.wrapped(self.says(f"{stop}.{'moved' if moved else 'done'}", **facts), Mark.PLAIN)
        yield ()
        yield from self.wrapped(self.says(f"{stop}.todo", **facts), Mark.HEAD)
        if self.scene.note:
            said = self.says(f"note.{self.scene.note}", key=self.key_name(due(self.scene.place)))
            yield from self.wrapped(said, Mark.DIM)

    # --- the card

    def card(self) -> list[Row]:
        """The figures read from the files, and why they are false where they are."""
        tally = self.scene.tally
        assert tally
        mark = Mark.BAD if tally.faults else Mark.GOOD
        rows = [self.rule(mark), *self.wrapped(self.sum(tally), mark)]
        if tally.waiting:
            rows += self.wrapped(self.says("card.waiting", waiting=str(tally.waiting)), Mark.PLAIN)
        for fault in tally.faults:
            rows += self.wrapped(self.fault(fault), mark)
        return [*rows, self.rule(mark), *self.wrapped(self.says("card.read"), Mark.DIM)]

    def sum(self, tally: Tally) -> str:
        return self.says("card.sum", **self._counts(tally))

    @staticmethod
    def _counts(tally: Tally) -> dict[str, str]:
        counts = {"confirmed": tally.confirmed, "ledger": tally.in_ledger, "lost": tally.lost, "twice": tally.twice}
        return {name: str(count) for name, count in (counts | {"decided": tally.decided}).items()}

    def _choices(self) -> Iterator[Row]:
        yield ()
        yield from self.wrapped(self.says("card.choose"), Mark.KEY)
        if self.scene.note in (AGAIN, YOUR_CSV):
            yield ()
            yield from self.wrapped(self.says(f"note.{self.scene.note}"), Mark.PLAIN)

    # --- title and keys

    def bar(self) -> Row:
        place = self.scene.place
        last = STOPS[min(place, PLAYING - 1)]
        step = self.says("bar.play") if self.playing else self.says("bar.step", step=str(last.step))
        title, end = f" {self.says('bar.title')}   {step}", f"{self.says('bar.end')} "
        return (Piece(title + right(end, self.width - width(title)), Mark.BAR),)

    def hints(self) -> Row:
        """The keys of the demo; the next one is highlighted."""
        next_key = due(self.scene.place) if self.scene.shelves else ""
        names = PLAY_KEYS if self.playing else STEPS_KEYS
        if next_key and next_key not in names:
            names = (*names[:-1], next_key)  # an answer's number, where the supervisor reads
        said = {name: self.says(f"keys.{name}") for name in (*names, "l")}
        apart = "  " if sum(width(text) + 2 for text in said.values()) < self.width else " "
        marks = {name: Mark.KEY if name == next_key else Mark.DIM for name in said}
        return (Piece(" "), *(piece for name in said for piece in (Piece(said[name], marks[name]), Piece(apart))))

    # --- pieces

    @property
    def playing(self) -> bool:
        return self.scene.place >= PLAYING and not self.scene.tally

    def key_name(self, key: str) -> str:
        return self.says(f"keys.{key}").partition(" ")[0] if key else "-"
