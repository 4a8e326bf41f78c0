"""Where an operator stands in a flow: everything needed to show the same prompt again after the power went.

A state is a frozen value with a JSON form. It holds no goods: what is known of orders and stock comes from the facts.
"""

from __future__ import annotations

import msgspec

_OPTIONS_BEFORE_ANY_SIZE = 2
HISTORY = 20
"""Kept operations a state remembers, for undo and for the list of recent scans; more where one line took more."""

VERSION = 1


class StateError(ValueError):
    """Stored bytes are no state this program can stand in."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    flow: str
    step: str


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refusal (`refused`) or a remark shown over the prompt, in no language.

    `kind` and `code` say what was scanned (`location`, `item`, `lot` … or empty); `reason` names the text that says why
    it does not fit, empty where being another thing than the wanted one says it all.
    """

    refused: bool = True
    reason: str = ""
    kind: str = ""
    code: str = ""


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An operation of this terminal. `group` is shared by those that closed one line together."""

    id: str
    kind: str
    group: int
    at: int
    item: str = ""
    location: str = ""
    lot: str = ""
    units: int = 0
    unit: str = ""
    task: str = ""
    line: str = ""
    order: str = ""
    undone: bool = False


class Work(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The line in hand. Quantities are smallest units.

    `offered`: the count that the last input proposes, -1 for none; it becomes `count` once no deviation is open.
    `serial`: the serial number of the offered piece; `serials`: those counted; `broken`: those found damaged.
    `partial`: by task, what was already kept of it. `stray`: an unknown code that was scanned and refused last, and
    `description` what its goods are in words. `looking`: the item or the place that was asked about.
    """

    order: str = ""
    task: str = ""
    to: str = ""
    lot: str = ""
    expiry: str = ""
    count: int = 0
    offered: int = -1
    unit: str = ""
    over_order: bool = False
    over_stock: bool = False
    damaged: int = 0
    serial: str = ""
    serials: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    partial: dict[str, int] = {}
    wrong_checks: int = 0
    stray: str = ""
    description: str = ""
    looking: str = ""


class Tries(msgspec.Struct, frozen=True, array_like=True):
    """Wrong PINs of one operator in a row, and until when no further one is taken (milliseconds since 1970)."""

    failed: int
    locked_until: int = 0


class Secrets(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is typed at a PIN prompt. It lives in memory alone: no stored state, frame or report has it."""

    entry: str = ""
    pin: str = ""
    code: str = ""

    def __repr__(self) -> str:
        return "Secrets()"


class Approval(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a second person is asked to agree to, in no language: `kind` names its text (`approval.KIND`). Units are
    the item's smallest and signed; `unit` is the one they are told in."""

    kind: str
    item: str = ""
    location: str = ""
    units: int = 0
    unit: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a conflict that is about to be given. `by`: who gives it, once they have proved who they are.
    `order` and `line`: what goods are for; `item`: what an unknown code is."""

    conflict: str
    answer: str = ""
    by: str = ""
    order: str = ""
    line: str = ""
    item: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is about to be said to a request: `word` approved or denied, and of the latter why."""

    request: str
    word: str = ""
    reason: str = ""


class Panel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A view laid over the step: `queue`, `conflicts`, `conflict` (the one at `first`) or `alerts`, from `first` on.

    `told` names the text that stands in place of the prompt: why the last key did nothing.
    """

    shows: str
    first: int = 0
    told: str = ""


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`stack`: flows that wait for this one to exit. `came_from`: the step an exception path goes back to.

    `candidate`: who scanned a badge and has yet to prove it is theirs; `tries`: by operator, wrong PINs in a row.

    `approval`: what the candidate is to agree to, where that is not to log in; `decision`: the answer to a conflict
    that is being given; `reply`: what is being said to a request; `message`: that of the office which is read. `told`:
    the news that the people here have been told, by what it is about.

    `begun`: the order in hand, if it was not the operator's before it was opened.

    `asked_at`: when the question on the screen was put; `scanned_at`: when the last scan came.
    """

    v: int = VERSION
    flow: str
    step: str
    stack: tuple[Place, ...] = ()
    came_from: str = ""
    operator: str = ""
    language: str = ""
    entry: str = ""
    candidate: str = ""
    secrets: Secrets = Secrets()
    tries: dict[str, Tries] = {}
    approval: Approval | None = None
    decision: Decision | None = None
    reply: Reply | None = None
    message: str = ""
    told: tuple[str, ...] = ()
    panel: Panel | None = None
    menu: bool = False
    help: bool = False
    notice: Notice | None = None
    first: int = 0
    options: int = _OPTIONS_BEFORE_ANY_SIZE
    asked_at: int = 0
    scanned_at: int = 0
    work: Work = Work()
    kept: tuple[Kept, ...] = ()
    group: int = 0
    begun: str = ""

    @property
    def place(self) -> Place:
        return Place(self.flow, self.step)


def state_bytes(state: State) -> bytes:
    """The state as it is stored, without what was typed at a PIN prompt."""
    return msgspec.json.encode(msgspec.structs.replace(state, secrets=Secrets()))


def read_state(data: bytes) -> State:
    """Raises StateError where the bytes are no state of this version."""
    try:
        state = msgspec.json.decode(data, type=State)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StateError(f"the saved flow state cannot be read: {error}") from error
    if state.v != VERSION:
        raise StateError(f"the saved flow state has version {state.v}; this program reads {VERSION}")
    return state
