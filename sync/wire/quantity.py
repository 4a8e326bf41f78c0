"""Quantities as the wire and the disk know them: an integer count of the item's smallest unit, and the scale.

`"12.500"` is 12,500 units at scale 3. The fraction digits always show the whole scale, so a reader needs no item
record to get the integer back. Floats appear nowhere.
"""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

_FORM = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?", re.ASCII)
MAX_UNITS = 10**15


class BadQuantity(ValueError):
    """The text is not a decimal quantity within the limits, or has more decimals than the item."""


class Quantity:
    """A signed quantity: `units` of the smallest unit, `scale` decimals (0 to 6) of the base unit.

    Immutable. A plain class: a dataclass would be encoded as an object, not as the decimal string of the wire. Equal
    means the same integer at the same scale.
    """

    __slots__ = ("scale", "units")
    units: Final[int]  # type: ignore[misc]  # set once, in __init__
    scale: Final[int]  # type: ignore[misc]

    def __init__(self, units: int, scale: int = 0) -> None:
        _set_units(self, units)
        _set_scale(self, scale)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"a Quantity does not change; {name} cannot be set")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and (self.units, self.scale) == (other.units, other.scale)

    def __hash__(self) -> int:
        return hash((self.units, self.scale))

    def __repr__(self) -> str:
        return f"Quantity({self})"

    def __str__(self) -> str:
        if not self.scale:
            return str(self.units)
        digits = f"{abs(self.units):0{self.scale + 1}d}"
        sign = "-" if self.units < 0 else ""
        return f"{sign}{digits[: -self.scale]}.{digits[-self.scale :]}"

    def __neg__(self) -> Quantity:
        return Quantity(-self.units, self.scale)

    def __add__(self, other: Quantity) -> Quantity:
        if self.scale == other.scale:
            return Quantity(self.units + other.units, self.scale)
        scale = max(self.scale, other.scale)
        return Quantity(self.at(scale).units + other.at(scale).units, scale)

    def __sub__(self, other: Quantity) -> Quantity:
        return self + -other

    def __bool__(self) -> bool:
        return self.units != 0

    def at(self, scale: int) -> Quantity:
        """The same quantity at another scale. Raises BadQuantity where digits would be lost."""
        if scale >= self.scale:
            return Quantity(self.units * 10 ** (scale - self.scale), scale)
        units, rest = divmod(self.units, 10 ** (self.scale - scale))
        if rest:
            raise BadQuantity(f"the quantity {self} has more decimals than its item allows ({scale})")
        return Quantity(units, scale)


# The slots' own setters: `__setattr__` refuses everyone, and a ledger makes many of these for each operation.
_set_units, _set_scale = Quantity.__dict__["units"].__set__, Quantity.__dict__["scale"].__set__


def parse_quantity(text: str) -> Quantity:
    """Read a decimal string (`"-3"`, `"12.500"`). Raises BadQuantity for any other form."""
    if len(text) > 24 or not _FORM.fullmatch(text):
        raise BadQuantity(f"{text[:24]!r} is not a decimal quantity such as 12 or 1.250")
    whole, _, fraction = text.partition(".")
    units = int(whole + fraction)
    if abs(units) > MAX_UNITS:
        raise BadQuantity(f"the quantity {text} is larger than any warehouse holds")
    return Quantity(units, len(fraction))
