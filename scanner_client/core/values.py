"""The values the flow engine works with: what the terminal knows about goods, places, work and people.

All quantities are integers in the item's smallest unit; `Item.scale` says how many decimals the base unit has.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from msgspec import Struct

PICK, RECEIVE = "pick", "receive"
PUT_BACK, TO_SUPPLIER, COUNT = "put_back", "to_supplier", "count"
"""Kinds of tasks; decisions open those of the second row."""

OWN_TOTE = "TOTE:"
"""How the name of a terminal's own tote begins; it has no label."""

PART = "\x1f"
"""Between the parts of an id that is made of codes; no code holds it."""

_NUMBER = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?", re.ASCII)


class Item(Struct, frozen=True):
    """`tracking` holds the letters of what is mandatory: l(ot) e(xpiry) s(erial)."""

    code: str
    name: str = ""
    name_zh: str = ""
    unit: str = "pcs"
    scale: int = 0
    tracking: str = ""
    blocked: bool = False

    @property
    def one(self) -> int:
        """One base unit in smallest units."""
        return int(10**self.scale)

    @property
    def lot_tracked(self) -> bool:
        return "l" in self.tracking

    @property
    def expiry_tracked(self) -> bool:
        return "e" in self.tracking

    @property
    def serial_tracked(self) -> bool:
        return "s" in self.tracking


class Unit(Struct, frozen=True):
    """`factor` smallest units of the item make one of this unit."""

    name: str
    factor: int


class Location(Struct, frozen=True):
    """`check` are the check digits on the label, empty where the label has none."""

    code: str
    kind: str = "bin"
    check: str = ""
    blocked: bool = False


class Lot(Struct, frozen=True):
    """`expiry` is a date, YYYY-MM-DD, or empty."""

    lot: str
    expiry: str = ""
    blocked: bool = False


class Order(Struct, frozen=True):
    """`tasks_left` counts its open tasks, `tasks` all that were not cancelled."""

    order: str
    kind: str = "outbound"
    state: str = "open"
    tasks: int = 0
    tasks_left: int = 0


class Task(Struct, frozen=True):
    """Work on one line at one location. `units` is what the task asks for, `left` what its line still lacks.

    The lines of an inbound order are worked on without tasks of the ledger: `kind` is then `receive` and `id` names
    the line; a task of goods that stand on no line has no `line`. Of goods that go back, `to` is where, and `serial`
    which piece it is, if one.
    """

    id: str
    order: str
    line: str
    item: str
    location: str
    units: int
    left: int
    lot: str = ""
    unit: str = ""
    state: str = "open"
    sequence: int = 0
    rev: int = 1
    kind: str = PICK
    to: str = ""
    serial: str = ""

    @property
    def is_receipt(self) -> bool:
        return self.kind == RECEIVE


class Claim(Struct, frozen=True):
    """Who has an order, on which terminal, and since when (milliseconds since 1970, 0 where they did not say)."""

    order: str
    by: str
    terminal: str
    since: int = 0


class Holding(Struct, frozen=True):
    """Goods known to lie at a place. `units` are the item's smallest; `status` is empty for goods that are free."""

    location: str
    item: str
    lot: str
    status: str
    units: int


class Operator(Struct, frozen=True):
    """`roles` are those at this site; `bound`: whether any role is on record, for those without one are not limited."""

    code: str
    name: str = ""
    language: str = ""
    roles: tuple[str, ...] = ()
    bound: bool = False


class PinState(Struct, frozen=True):
    """What is known of an operator's PIN.

    `chosen`: there is one to ask for. Without one it must be chosen before working where it is `needed`, and `by_code`
    only with a supervisor's one-time code.
    """

    chosen: bool = False
    needed: bool = False
    by_code: bool = False


def receipt_id(order: str, line: str, item: str) -> str:
    """The id of work on a line of an inbound order; on goods that stand on none of its lines where `line` is empty."""
    return PART.join((order, line, item))


def decimal_text(units: int, scale: int) -> str:
    """Smallest units as a decimal text of the base unit, without trailing zeros: 12500 at scale 3 is `12.5`."""
    if not scale:
        return str(units)
    digits = f"{abs(units):0{scale + 1}d}"
    text = f"{digits[:-scale]}.{digits[-scale:]}".rstrip("0").rstrip(".")
    return f"-{text}" if units < 0 else text


def utc_text(milliseconds: int) -> str:
    """The time, in milliseconds since 1970, as operations carry it."""
    at = datetime.fromtimestamp(milliseconds // 1000, tz=UTC) + timedelta(milliseconds=milliseconds % 1000)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def typed_units(text: str, unit: Unit, scale: int) -> int | None:
    """A typed quantity of `unit` in smallest units; None where it is no quantity, or finer than the item allows."""
    if not _NUMBER.fullmatch(text):
        return None
    whole, _, fraction = text.partition(".")
    numerator = int(whole + fraction) * unit.factor
    units, rest = divmod(numerator, 10 ** len(fraction))
    return None if rest or (fraction and not scale) else units


def in_unit(units: int, unit: Unit, item: Item) -> str:
    """`units` counted in `unit`, empty where they do not come out even (a piece is no whole box)."""
    if unit.factor == item.one:
        return decimal_text(units, item.scale)
    whole, rest = divmod(units, unit.factor)
    return "" if rest else str(whole)
