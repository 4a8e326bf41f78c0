"""The registry of guards and effects that flows name, and what each of them is given.

A guard answers whether a transition may be taken: None, or the name of the text that says why not ("" where the kind of
what was scanned says it already). An effect changes the state and orders commands. Both are pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner_client.core.events import Command
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import Flow, Step
from scanner_client.core.matches import Match
from scanner_client.core.state import State, Work
from scanner_client.core.values import Task


class Input(Struct, frozen=True):
    """One reading of an event: the input's name in flows, what a scan matched, what was typed or chosen.

    `keyed`: a label that was typed because it could not be read. `raw`: the scan as it came.
    """

    name: str
    match: Match | None = None
    text: str = ""
    raw: str = ""
    keyed: bool = False


class Context(Struct, frozen=True):
    """What a guard or an effect sees. `at`: when the input came, milliseconds since 1970."""

    flow: Flow
    state: State
    facts: Facts
    given: Input
    at: int
    commands: tuple[Command, ...] = ()

    @property
    def work(self) -> Work:
        return self.state.work

    @property
    def task(self) -> Task | None:
        return self.facts.task(self.work.task) if self.work.task else None

    @property
    def step(self) -> Step:
        return self.flow.steps[self.state.step]

    def with_state(self, **changes: Any) -> Context:
        return replace(self, state=replace(self.state, **changes))

    def with_work(self, **changes: Any) -> Context:
        return self.with_state(work=replace(self.work, **changes))

    def ordering(self, *commands: Command) -> Context:
        return replace(self, commands=(*self.commands, *commands))


Guard = Callable[[Context], str | None]
Effect = Callable[[Context], Context]

GUARDS: dict[str, Guard] = {}
EFFECTS: dict[str, Effect] = {}


def guard(function: Guard) -> Guard:
    """Enter a guard in the registry under its own name."""
    GUARDS[function.__name__] = function
    return function


def effect(function: Effect) -> Effect:
    """Enter an effect in the registry under its own name."""
    EFFECTS[function.__name__] = function
    return function


def unless(holds: bool, reason: str = "") -> str | None:
    """A guard's answer: None where it holds, else the reason."""
    return None if holds else reason
