"""The first minute as a table: which key is due, what it does, and what must be true before the next one is. Pure.

In the minute only the key that is due does something, so that its figures come out as told; afterwards every key does
what it says, and what is no key of the demo goes to the terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto


class Act(Enum):
    """What a key has the stage do."""

    SCAN = auto()
    LINE = auto()
    WRONG = auto()
    CUT = auto()
    OTHER = auto()
    KILL = auto()
    MEND = auto()
    CONFLICT = auto()
    ANSWER = auto()
    BADGE = auto()
    PUT_BACK = auto()
    CARD = auto()
    LANGUAGE = auto()
    CODES = auto()
    CODE = auto()
    FORWARD = auto()
    PLAY_ON = auto()
    YOUR_CSV = auto()
    SMALL = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Happened:
    """What has come about so far. `lines`: lines the picker confirmed; `unsent` counts all terminals' operations."""

    lines: int = 0
    refused: int = 0
    cut: bool = False
    other: bool = False
    kills: int = 0
    unsent: int = 0
    conflicts: int = 0
    reading: bool = False
    answering: bool = False
    decided: bool = False
    put_back: bool = False
    card: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A place in the minute: `step` as SCREENS numbers them, the key that is due ("" where none is) and its act.

    `then` follows by itself when `until` has come true.
    """

    step: int
    key: str
    act: Act | None
    until: Callable[[Happened], bool]
    then: Act | None = None


LINES_OFFLINE = 3
STOPS = (
    Stop(1, "space", Act.SCAN, lambda so_far: so_far.lines >= 1),
    Stop(1, "", None, lambda so_far: so_far.unsent == 0),
    Stop(2, "x", Act.WRONG, lambda so_far: so_far.refused >= 1),
    Stop(3, "n", Act.CUT, lambda so_far: so_far.cut),
    Stop(3, "space", Act.LINE, lambda so_far: so_far.lines > LINES_OFFLINE, then=Act.OTHER),
    Stop(4, "b", Act.KILL, lambda so_far: so_far.kills >= 1),
    Stop(5, "n", Act.MEND, lambda so_far: not so_far.cut),
    Stop(5, "", None, lambda so_far: so_far.unsent == 0 and so_far.conflicts >= 1),
    Stop(6, "s", Act.CONFLICT, lambda so_far: so_far.reading),
    Stop(6, "3", Act.ANSWER, lambda so_far: so_far.answering),
    Stop(6, "space", Act.BADGE, lambda so_far: so_far.decided),
    Stop(6, "", None, lambda so_far: so_far.unsent == 0 and so_far.conflicts == 0),
    Stop(6, "space", Act.PUT_BACK, lambda so_far: so_far.put_back),
    Stop(6, "", None, lambda so_far: so_far.unsent == 0),
    Stop(7, "space", Act.CARD, lambda so_far: so_far.card),
)
PLAYING = len(STOPS)
"""The place behind the minute."""

ALWAYS = {"l": Act.LANGUAGE, "q": Act.END, "ctrl+c": Act.END}
ON_CARD = {"1": Act.PLAY_ON, "2": Act.YOUR_CSV, "3": Act.SMALL}
IN_PLAY = {"space": Act.SCAN, "x": Act.WRONG, "b": Act.KILL, "s": Act.CONFLICT, "c": Act.CODES}


def due(place: int) -> str:
    """The key to highlight; empty where none is due, and in play."""
    return STOPS[place].key if place < PLAYING else ""


def act_of(place: int, key: str, happened: Happened, *, codes: bool = False) -> Act | None:
    """What a key does here; None where it does nothing. `codes`: whether the list of codes is shown."""
    name = key.lower()
    if name in ALWAYS:
        return ALWAYS[name]
    if happened.card:
        return ON_CARD.get(name)
    if place < PLAYING:
        return STOPS[place].act if name == STOPS[place].key else None
    if codes and name.isdigit():
        return Act.CODE
    if name == "n":
        return Act.MEND if happened.cut else Act.CUT
    return IN_PLAY.get(name, Act.FORWARD)


def advance(place: int, happened: Happened) -> tuple[int, Act | None]:
    """The place after what has happened, and what now follows by itself. One place at a time."""
    if place >= PLAYING or not STOPS[place].until(happened):
        return place, None
    return place + 1, STOPS[place].then
