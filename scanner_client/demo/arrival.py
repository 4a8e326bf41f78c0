"""How the minute begins: the programs opened, both pickers logged in, and three boxes set aside as damaged."""

from __future__ import annotations

import asyncio

from scanner_client.demo.hand import right
from scanner_client.demo.sight import Sight, view_of
from scanner_client.rehearsal.crew import Answer, TerminalProcess
from scanner_client.rehearsal.office import RehearsalFailed

MOST_INPUTS = 40
"""A line takes a few inputs; a hand that needs more has lost its way."""

LATER_SECONDS = 0.1
DAMAGED = "2"
"""The exception's number, the same everywhere (SCREENS, rule 13)."""


class Arrival(Sight):
    """Both terminals brought to where the minute starts from."""

    async def arrive(self) -> None:
        """From an empty folder to the picker before the first line. Raises RehearsalFailed."""
        await self.programs.open(lambda part: self.set(opening=(*self.scene.opening, part)))
        await asyncio.gather(*(self._start(one) for one in (self.picker, self.other)))
        await self._walk(self.other, self.story.second_picker, "quantity")
        await self._set_aside()
        await self.ask(self.other, sync="wait")
        await self.ask(self.picker, sync="wait")
        await self._walk(self.picker, self.story.picker, "location")

    async def _start(self, terminal: TerminalProcess) -> None:
        self.heard(terminal, await terminal.start(self.scene.language))
        await self.ask(terminal, sync="wait")

    async def _walk(self, terminal: TerminalProcess, operator: str, step: str) -> None:
        """From wherever it stands to this step of picking."""
        view = view_of(await self.ask(terminal, look=True))
        for _ in range(MOST_INPUTS):
            if view.flow == "pick" and view.step == step:
                return
            inputs = right(view, self.story, operator)
            for one in inputs:
                view = view_of(await self.ask(terminal, **one.said))
            if not inputs:
                view = view_of(await self.later(terminal))
        raise RehearsalFailed(f"terminal {terminal.name} does not come to {step}:\n{view.text}")

    async def later(self, terminal: TerminalProcess) -> Answer:
        """The terminal's answer when something else has had time to happen."""
        await asyncio.sleep(LATER_SECONDS)
        return await self.ask(terminal, look=True)

    async def _set_aside(self) -> None:
        """What the second picker finds damaged, so that fewer boxes lie there than the orders were made for."""
        for key in ("*", DAMAGED, *str(self.story.boxes_at_start - self.story.boxes_seen)):
            await self.ask(self.other, key=key)
        asked = view_of(await self.ask(self.other, key="enter"))
        for one in right(asked, self.story, self.story.second_picker):
            await self.ask(self.other, **one.said)
