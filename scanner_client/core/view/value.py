"""The view: what is on the screen, as rows of text and as named fields; the contract between engine and screens."""

from __future__ import annotations

from msgspec import Struct, field


class Size(Struct, frozen=True):
    """A screen in cells."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


SIZES = (Size(80, 24), Size(40, 8), Size(20, 16), Size(20, 4))
"""The layouts there are, largest first; any screen of at least 20x4 uses the first that fits."""


class Status(Struct, frozen=True):
    """What the status row shows. `now` in milliseconds since 1970; `since`: when the connection last changed.

    `clock` is local time, HH:MM. `battery` in percent, -1 where unknown. `waiting` counts what has no outcome yet,
    `concerns` what people must see until its cause ends.
    """

    now: int = 0
    clock: str = ""
    online: bool = True
    since: int = 0
    waiting: int = 0
    conflicts: int = 0
    kept: int = 0
    sent: int = 0
    accepted: int = 0
    training: bool = False
    battery: int = -1
    held: int = 0
    refused: int = 0
    quarantined: int = 0
    concerns: int = 0


class Asked(Struct, frozen=True):
    """What the step asks for, for programs that drive a terminal: codes as a scanner would read them.

    `wanted`, `count` (taken so far) and `left` are decimal texts in `unit`, `left_base` what is missing in base units.
    `codes` are the item's printed codes with unit and factor; `confirm` is the location whose label answers a question.
    """

    order: str = ""
    task: str = ""
    line: str = ""
    location: str = ""
    check: str = ""
    item: str = ""
    codes: tuple[tuple[str, str, str], ...] = ()
    lot: str = ""
    unit: str = ""
    wanted: str = ""
    count: str = ""
    left: str = ""
    left_base: str = ""
    confirm: str = ""


class View(Struct, frozen=True):
    """`rows` fill the size exactly. `error` is the reason or kind of a refusal, empty where none is shown.

    `panel` names the view that is laid over the step. `question` names what is put to somebody: a deviation, or what a
    second person is to agree to.

    `options` are (digit, value, text) of what can be chosen now, `exceptions` the paths that are legal.
    """

    rows: tuple[str, ...]
    size: Size
    language: str
    flow: str = ""
    version: int = 0
    step: str = ""
    kind: str = ""
    prompt: str = ""
    entry: str = ""
    operator: str = ""
    error: str = ""
    scanned: str = ""
    note: str = ""
    question: str = ""
    alert: str = ""
    menu: bool = False
    panel: str = ""
    asked: Asked = field(default_factory=Asked)
    options: tuple[tuple[str, str, str], ...] = ()
    exceptions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The rows as one text, trailing blanks left out."""
        return "\n".join(row.rstrip() for row in self.rows)


def layout_for(size: Size) -> Size:
    """The largest layout that fits, the smallest where none does."""
    fitting = (one for one in SIZES if one.width <= size.width and one.height <= size.height)
    return next(fitting, SIZES[-1])


def options_shown(size: Size) -> int:
    """How many choices a list shows at this size; digits 1 to 7 choose."""
    return {4: 2, 8: 4, 16: 7, 24: 7}[layout_for(size).height]
