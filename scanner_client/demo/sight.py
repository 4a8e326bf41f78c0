"""What the stage sees: the scene kept as the terminals' answers and the files say it is, and the tally at the end."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from scanner_client.core.view import View
from scanner_client.demo.figures import Fault, Figures, Shelf, Tally, names_of, read_figures, tally
from scanner_client.demo.opening import Programs
from scanner_client.demo.scene import OnShelf, Scene
from scanner_client.demo.story import Story
from scanner_client.rehearsal.crew import Answer, TerminalProcess
from scanner_client.rehearsal.office import RehearsalFailed
from scanner_client.rehearsal.proof import plant_loss

MOST_SHELVES = 4


class Sight:
    """`changed` hears of every new scene; set it before anything is opened. `planted`: tally a copy with a loss."""

    def __init__(self, programs: Programs, language: str, *, planted: bool = False) -> None:
        self.programs = programs
        self.scene = Scene(language)
        self.changed: Callable[[Scene], None] = lambda _scene: None
        self._planted = planted
        self._confirmed: list[tuple[str, str]] = []

    @property
    def story(self) -> Story:
        return self.programs.story

    @property
    def picker(self) -> TerminalProcess:
        return self.programs.terminals[self.story.picker]

    @property
    def other(self) -> TerminalProcess:
        return self.programs.terminals[self.story.second_picker]

    async def look(self) -> None:
        """Ask the terminals and the ledger's file how things stand."""
        for terminal in (self.picker, self.other):
            await self.ask(terminal, look=True)
        await self._remember_shelf()
        figures = await self._figures([one.shelf for one in self.scene.shelves])
        self.set(figures=figures)
        self.happen(unsent=sum(self.scene.unsent.values()), conflicts=figures.conflicts)

    async def ask(self, terminal: TerminalProcess, **said: Any) -> Answer:
        """Say a line to a terminal. Raises RehearsalFailed where it does not take it."""
        answer = await terminal.ask(**said)
        if "error" in answer:
            raise RehearsalFailed(f"terminal {terminal.name}: {answer['error']}")
        self.heard(terminal, answer)
        return answer

    def heard(self, terminal: TerminalProcess, answer: Answer) -> None:
        """Remember what an answer says."""
        self._confirmed += [(terminal.name, id) for id in answer["operations"]]
        status = answer["status"]
        if status:
            self.set(unsent={**self.scene.unsent, terminal.name: status["kept"] + status["sent"]})
        if terminal is self.picker:
            self.set(view=view_of(answer))

    async def tally(self, *, story: bool = False) -> Tally:
        """What the files say now. Every program must have ended. `story`: the minute was played to its end."""
        database = self.programs.office.database
        if self._planted:
            database = await asyncio.to_thread(_with_loss, database)
        read = await asyncio.to_thread(tally, database, self.programs.stores, self._confirmed)
        said = await self.programs.office.verify()
        faults = [*read.faults, *([Fault("verify", said)] if said else [])]
        if story and (read.waiting, read.conflicts, read.decided) != (0, 0, 1):
            faults.append(Fault("unfinished", f"{read.waiting}/{read.conflicts}/{read.decided}"))
        if story and not self.scene.same_prompt:
            faults.append(Fault("prompt"))
        return replace(read, faults=tuple(faults))

    def happen(self, **what: Any) -> None:
        self.set(happened=replace(self.scene.happened, **what))

    def set(self, **what: Any) -> None:
        scene = replace(self.scene, **what)
        if scene != self.scene:
            self.scene = scene
            self.changed(scene)

    async def _remember_shelf(self) -> None:
        """The shelf at hand comes into sight; the story's own and the last few stay."""
        view = self.scene.view
        if view is None or not view.asked.location or not view.asked.item:
            return
        shelf: Shelf = (view.asked.location, view.asked.item)
        if any(one.shelf == shelf for one in self.scene.shelves):
            return
        figures = await self._figures([shelf])
        names = await asyncio.to_thread(names_of, self.programs.office.database, [shelf[1]])
        factors = {unit: int(factor) for _, unit, factor in view.asked.codes}
        unit = view.asked.unit
        base = next((unit for unit, factor in factors.items() if factor == 1), unit)
        before = figures.stock[shelf]
        seen = OnShelf(shelf, names.get(shelf[1], ("", "")), base, unit, factors.get(unit, 1), before)
        kept = [one for one in self.scene.shelves if one.shelf == self._own_shelf]
        others = [one for one in self.scene.shelves if one.shelf != self._own_shelf][-(MOST_SHELVES - 2) :]
        self.set(shelves=tuple(sorted([*kept, *others, seen], key=lambda one: one.shelf)))

    @property
    def _own_shelf(self) -> Shelf:
        return self.story.location, self.story.item

    async def _figures(self, shelves: Sequence[Shelf]) -> Figures:
        database = self.programs.office.database
        return await asyncio.to_thread(read_figures, database, self.story.site, shelves, self._own_shelf)


def view_of(answer: Answer) -> View:
    return msgspec.convert(answer["view"], View)


def _with_loss(database: Path) -> Path:
    """A copy of the ledger from which one pick is gone."""
    copy = database.with_name("planted.db")
    for ending in ("", "-wal"):
        source = database.with_name(database.name + ending)
        if source.exists():
            shutil.copy(source, copy.with_name(copy.name + ending))
    plant_loss(copy)
    return copy
