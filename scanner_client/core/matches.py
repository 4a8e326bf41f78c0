"""What a scan can mean, once it was recognised: a closed union, `Match`."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from scanner_client.core.values import Location, Operator


class LocationMatch(Struct, frozen=True):
    location: Location

    @property
    def kind(self) -> str:
        return "tote" if self.location.kind == "tote" else "location"

    @property
    def code(self) -> str:
        return self.location.code


class ItemMatch(Struct, frozen=True):
    """`unit` and `factor` say what one scan of this code stands for; lot, expiry and serial came in the same scan."""

    kind: ClassVar[str] = "item"
    item: str
    unit: str
    factor: int
    lot: str = ""
    expiry: str = ""
    serial: str = ""

    @property
    def code(self) -> str:
        return self.item


class LotMatch(Struct, frozen=True):
    kind: ClassVar[str] = "lot"
    lot: str
    expiry: str = ""

    @property
    def code(self) -> str:
        return self.lot


class ExpiryMatch(Struct, frozen=True):
    """An expiry date alone: lot and expiry may come in two barcodes."""

    kind: ClassVar[str] = "expiry"
    expiry: str

    @property
    def code(self) -> str:
        return self.expiry


class SerialMatch(Struct, frozen=True):
    """The serial number of one piece. `lot`: that of the same scan, empty where it names none."""

    kind: ClassVar[str] = "serial"
    serial: str
    lot: str = ""

    @property
    def code(self) -> str:
        return self.serial


class OrderMatch(Struct, frozen=True):
    kind: ClassVar[str] = "order"
    code: str


class BadgeMatch(Struct, frozen=True):
    kind: ClassVar[str] = "badge"
    operator: Operator

    @property
    def code(self) -> str:
        return self.operator.code


class CommandMatch(Struct, frozen=True):
    """A printed command code: `confirm`, `back`, `short` …."""

    kind: ClassVar[str] = "command"
    code: str


class PlateMatch(Struct, frozen=True):
    """A licence plate (SSCC)."""

    kind: ClassVar[str] = "plate"
    code: str


class TextMatch(Struct, frozen=True):
    """Nothing this terminal knows. `error` is the name of a text where the code itself is wrong."""

    kind: ClassVar[str] = "text"
    code: str
    error: str = ""


Match = (
    LocationMatch
    | ItemMatch
    | LotMatch
    | ExpiryMatch
    | SerialMatch
    | OrderMatch
    | BadgeMatch
    | CommandMatch
    | PlateMatch
    | TextMatch
)
