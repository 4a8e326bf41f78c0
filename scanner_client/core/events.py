"""What comes into the engine, and what it orders done. Times are milliseconds since 1970, UTC, given from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct


class Scan(Struct, frozen=True):
    """A code as the device sent it. `at`: when it arrived; `taken`: when the runtime took it up (0 = at once)."""

    raw: str
    at: int = 0
    taken: int = 0


class Partial(Struct, frozen=True):
    """What came of a code that broke off; it means nothing, whatever it looks like."""

    raw: str
    at: int = 0
    taken: int = 0


class Key(Struct, frozen=True):
    """One key by name: `enter`, `backspace`, `esc`, `up`, `down`, `space`, `f1` … `f10`, or the character itself."""

    name: str
    at: int = 0
    taken: int = 0


class Resized(Struct, frozen=True):
    """The screen now shows `options` choices at a time."""

    options: int
    at: int = 0
    taken: int = 0


class PinChecked(Struct, frozen=True):
    """The answer to CheckPin."""

    operator: str
    right: bool
    at: int = 0
    taken: int = 0


class PinAnswered(Struct, frozen=True):
    """What became of ChoosePin: `kept`, `refused` by the ledger, or `unreachable` because no ledger answered."""

    operator: str
    answer: str
    at: int = 0
    taken: int = 0


class News(Struct, frozen=True):
    """The terminal has learned something, from the ledger or by time passing."""

    at: int = 0
    taken: int = 0


Event = Scan | Partial | Key | Resized | PinChecked | PinAnswered | News


class Journal(Struct, frozen=True):
    """One durable line of what happened on this terminal."""

    kind: str
    entry: Mapping[str, str | int | bool]


class Append(Struct, frozen=True):
    """Queue an operation. Quantities in the body are decimal texts. `note` is what the state remembers of it."""

    kind: str
    body: Mapping[str, str | bool]
    by: str
    flow: str
    task: str = ""
    task_rev: int = 0
    scans: tuple[str, ...] = ()
    note: Mapping[str, str | int] = {}


class Signal(Struct, frozen=True):
    """`kept` (1 short), `attention` (2 long) or `refused` (3); given only after everything before it is durable."""

    name: str


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Compare the PIN with the operator's verifier, outside the transaction; the answer is the event PinChecked."""

    operator: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChoosePin:
    """Bring the operator's new PIN to the ledger; the answer is the event PinAnswered."""

    operator: str
    pin: str = field(repr=False)
    code: str = field(default="", repr=False)


class ChooseMode(Struct, frozen=True):
    """Talk to the ledger so from now on: `automatic` or `offline`."""

    mode: str


class SyncNow(Struct, frozen=True):
    """Talk to the ledger once, whatever the mode."""


class AskAround(Struct, frozen=True):
    """Ask the ledger how the site's terminals stand; the picture is found in the facts then."""


class TryOut(Struct, frozen=True):
    """Ask the ledger what would become of what is unsent; the answer is found in the facts under this token."""

    token: str


Outward = ChoosePin | ChooseMode | SyncNow | AskAround | TryOut
"""Orders for whoever holds the line to the ledger; given once everything before them is durable."""

Command = Journal | Append | Signal | CheckPin | Outward
