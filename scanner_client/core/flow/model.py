"""A flow as a frozen value: steps, what each accepts, where each input leads, what it asks for and shows.

A flow holds no code. `when` and `do` name guards and effects of the registry (`scanner_client.core.rules`); texts are
named too. The model says nothing about files; `scanner_client.core.flow.toml` reads it, `.check` proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class StepKind(StrEnum):
    SCAN = "scan"
    QUANTITY = "quantity"
    CHOICE = "choice"
    CONFIRM = "confirm"
    QUESTION = "question"
    TEXT = "text"
    INFO = "info"
    PIN = "pin"
    CUSTOM = "custom"


DELIBERATE = frozenset({StepKind.CONFIRM, StepKind.QUESTION})
"""Kinds of steps that ask something: they take only input that comes a while after the question was put."""

CHOOSING = frozenset({StepKind.CHOICE, StepKind.QUESTION})
"""Kinds of steps at which a digit chooses at once."""

SCANS = ("location", "tote", "item", "lot", "expiry", "serial", "order", "badge", "confirm", "plate", "text")
"""Inputs that come from a scan, by what the code means."""

KEYED = ("typed", "chosen", "enter")
"""Inputs that come from keys: an entry with Enter, a choice by its digit, Enter alone."""

ANSWERS = ("pin_right", "pin_wrong", "pin_kept", "pin_refused", "pin_unreachable")
"""Inputs that come from outside: the answers to a PIN that was typed or chosen."""

EXCEPTIONS: Mapping[str, int] = {
    "short": 1,
    "damaged": 2,
    "skip": 3,
    "wrong_lot": 4,
    "undo_line": 5,
    "location_empty": 6,
}
"""The exception paths and their numbers, the same everywhere (the screen contract, rule 13)."""

REFUSING = "refuse."
"""A transition whose `say` starts so takes the input and yet refuses it aloud."""

NEWS = "news"
"""Tried when the terminal has learned something, where nothing is being entered."""

ARRIVE = "arrive"
"""Tried when a step is entered, before any input; this is how a flow routes."""

BACK = "back"
INPUTS = (*SCANS, *KEYED, *ANSWERS, *EXCEPTIONS, ARRIVE, NEWS, BACK)

STAY, RETURN, EXIT, RUN = "@stay", "@return", "@exit", "@run:"
"""Targets that are no step: wait here for the next input; go back to where an exception path began; leave the flow;
enter another flow (`@run:pick`), which comes back here when it exits."""


class Transition(Struct, frozen=True):
    """First whose input fits and whose guards hold is taken: its effects in order, then its target.

    `option` narrows `chosen` to one option of the step. `say` names a note shown with the next prompt; one that begins
    with `refuse.` refuses aloud. `line` is the line in the file, 0 where unknown.
    """

    input: str
    to: str
    when: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
    option: str = ""
    say: str = ""
    line: int = 0


class Option(Struct, frozen=True):
    """A fixed choice of a step: `value` is what transitions name, `text` what is shown."""

    value: str
    text: str


class Step(Struct, frozen=True):
    """`wants` names what the refusal of a wrong scan asks for; `shows` names the frame that the view draws.

    `options_from` names a list of the facts (open orders); `offers` are the exceptions a wrong-scan notice proposes.
    `kind_text` is the kind as the file has it.
    """

    id: str
    kind: StepKind
    prompt: str
    shows: str = ""
    wants: str = ""
    help: str = ""
    transitions: tuple[Transition, ...] = ()
    options: tuple[Option, ...] = ()
    options_from: str = ""
    offers: tuple[str, ...] = ()
    line: int = 0

    def on(self, input: str) -> tuple[Transition, ...]:
        return tuple(one for one in self.transitions if one.input == input)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What an operator can do here, in the file's order, without doubles."""
        return tuple(dict.fromkeys(one.input for one in self.transitions if one.input not in (ARRIVE, NEWS)))


class Flow(Struct, frozen=True):
    """`owner` is the person who answers for this flow (R10); `title` names a text. `roles`: who may do it, empty where
    everyone may (R21)."""

    name: str
    version: int
    title: str
    start: str
    steps: Mapping[str, Step]
    owner: str = ""
    roles: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name operations carry: `pick@3`."""
        return f"{self.name}@{self.version}"


Library = Mapping[str, Flow]
"""The flows a terminal can run, by name."""


def targets(step: Step) -> tuple[str, ...]:
    """Ids of the steps of the same flow that this step leads to directly."""
    return tuple(dict.fromkeys(one.to for one in step.transitions if not one.to.startswith("@")))
