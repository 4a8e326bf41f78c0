"""One picker's shift: a robot at a terminal's process, and what happens to both on the way.

A line counts as confirmed when its picker saw so: the answer that kept it or, after a kill, a prompt that moved on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from scanner_client.rehearsal.crew import TerminalProcess
from scanner_client.rehearsal.proof import Confirmed
from scanner_client.rehearsal.robot import Input, Seen, next_inputs, read
from scanner_client.rehearsal.warehouse import badge


class Trouble(Enum):
    """What can happen to a terminal when so many of its lines are done."""

    CUT = "the network is cut"
    MEND = "the network is back"
    SWALLOW = "the next reply to a sync with work in it is swallowed whole"
    KILL = "kill -9 as the next line is being confirmed"


@dataclass(slots=True)
class Picker:
    """`orders`: lines by order, in the order in which they are picked. `troubles`: what happens after how many lines.

    `said` hears of everything that happens, as (terminal, lines done, what).
    """

    terminal: TerminalProcess
    operator: str
    language: str
    orders: Mapping[str, int]
    troubles: Mapping[int, list[Trouble]]
    said: Callable[[str, int, str], None]
    confirmed: list[Confirmed] = field(default_factory=list)
    offline_lines: int = 0
    _kill_next: bool = False

    @property
    def lines(self) -> int:
        return sum(self.orders.values())

    @property
    def left(self) -> list[str]:
        """Orders with lines still to pick, the one in hand first."""
        done = Counter(one.order for one in self.confirmed)
        return [order for order, lines in self.orders.items() if done[order] < lines]

    async def work(self) -> None:
        """Pick every line. Raises Puzzled or RehearsalFailed."""
        self._meet(0)
        seen = read(await self.terminal.start(self.language))
        while inputs := next_inputs(seen, badge(self.operator), self.left):
            if self._kill_next and _closes_a_line(seen):
                seen = await self._killed_at(seen, inputs)
                continue
            for one in inputs:
                seen = await self._do(seen, one)

    async def _do(self, before: Seen, given: Input) -> Seen:
        answer = await self.terminal.ask(**_said(given))
        if answer.get("operations"):
            self._confirm(before)
        return read(answer)

    async def _killed_at(self, before: Seen, inputs: list[Input]) -> Seen:
        """Give the inputs, wait for nothing, kill the process and start it again."""
        self._kill_next = False
        for one in inputs:
            await self.terminal.give(**_said(one))
        await self.terminal.kill()
        self._say(f"killed at {before.step} of {before.asked.location}")
        seen = read(await self.terminal.start(self.language))
        if seen.asked.task != before.asked.task:
            self._confirm(before)
        return seen

    def _confirm(self, seen: Seen) -> None:
        asked = seen.asked
        pieces = int(asked.wanted)
        self.confirmed.append(Confirmed(self.terminal.name, asked.order, asked.location, asked.item, pieces))
        self.offline_lines += self.terminal.line.is_cut
        self._meet(len(self.confirmed))

    def _meet(self, done: int) -> None:
        for trouble in self.troubles.get(done, []):
            self._say(trouble.value)
            match trouble:
                case Trouble.CUT:
                    self.terminal.line.cut()
                case Trouble.MEND:
                    self.terminal.line.mend()
                case Trouble.SWALLOW:
                    self.terminal.line.swallow_next = True
                case Trouble.KILL:
                    self._kill_next = True

    def _say(self, what: str) -> None:
        self.said(self.terminal.name, len(self.confirmed), what)


def _said(given: Input) -> dict[str, str]:
    return {"scan": given.scan} if given.scan else {"key": given.key}


def _closes_a_line(seen: Seen) -> bool:
    return seen.step == "quantity" or (seen.step == "item" and seen.asked.wanted == "1")
