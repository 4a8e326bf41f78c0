"""Records become rows of the ledger, compared with what it has: unknown codes, other units, other owners are reasons.

A record crosses from the command to the service as plain JSON, so values are read from their text here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from server_stub.importing.accounting import Record
from server_stub.importing.suspicion import GTIN_LENGTHS, has_check_digit
from server_stub.ledger.book import Draft
from server_stub.roles import BadRoles, read_roles
from sync.wire.quantity import BadQuantity, Quantity, parse_quantity
from sync.wire.rows import Balance, Barcode, Item, Location, Lot, Operator, OrderLine, Partner, Row, Site, row_key

MAX_SCALE = 6
LENGTH_OF_A_DATE = len("2026-11-22")
TRACKING_LETTERS = frozenset("les")


class NotTaken(Exception):
    """Why the ledger does not take a record."""


@dataclass(slots=True)
class Builder:
    """Builds rows against one draft. `create_items`: an item that is not known is made from its order line."""

    draft: Draft
    create_items: bool = False
    made: dict[str, Item] = field(default_factory=dict)

    def row(self, kind: str, record: Record) -> Row:
        """The row of a record. Raises NotTaken."""
        row = _BUILDERS[kind](self, record)
        if kind in _OWN_TEXTS:
            known = self.draft.get(type(row), row.key)
            row = _laid_over(known, row, record) if known else row
        return row

    def item(self, record: Record) -> Item:
        code = record.text("item")
        known = self.made.get(code) or self.draft.get(Item, code)
        if known is not None and not (code in self.made and not known.name):
            return known
        if not self.create_items:
            raise NotTaken(f"item {code} is not in the ledger; import items first")
        self.made[code] = Item(code=code, name=record.text("description"), unit=record.text("unit") or "pcs")
        return self.made[code]

    def site(self, record: Record) -> str:
        code = record.text("site")
        if not code:
            raise NotTaken("site is missing; name it with --site")
        if self.draft.get(Site, code) is None:
            raise NotTaken(f"site {code} is not in the ledger; import sites first")
        return code

    def pieces(self, record: Record, item: Item) -> Quantity:
        """The quantity in the item's base unit."""
        quantity, unit = parse_quantity(record.text("quantity")), record.text("unit")
        if unit and unit != item.unit:
            quantity = _times(quantity, self._factor(item, unit))
        return _scaled(quantity, item)

    def _factor(self, item: Item, unit: str) -> Quantity:
        packs = {one.factor for one in self.draft.select(Barcode, item=item.code) if one.unit == unit}
        if len(packs) != 1:
            raise NotTaken(f"unit conflict: item {item.code} is kept in {item.unit}, and no pack {unit} of it is known")
        return packs.pop()


def _times(quantity: Quantity, factor: Quantity) -> Quantity:
    product = Quantity(quantity.units * factor.units, quantity.scale + factor.scale)
    while product.scale and product.units % 10 == 0:
        product = Quantity(product.units // 10, product.scale - 1)
    return product


def _scaled(quantity: Quantity, item: Item) -> Quantity:
    try:
        return quantity.at(item.scale)
    except BadQuantity as error:
        raise NotTaken(str(error)) from error


# --- one function a kind ----------------------------------------------------------------------------------------------


def _site(_: Builder, record: Record) -> Row:
    return Site(
        code=record.text("code"),
        name=record.text("name"),
        name_zh=record.text("name_zh"),
        code_page=record.text("code_page"),
    )


def _location(builder: Builder, record: Record) -> Row:
    return Location(
        site=builder.site(record),
        code=record.text("code"),
        kind=record.text("kind") or "bin",
        zone=record.text("zone"),
        walk=int(record.text("walk") or 0),
        check=record.text("check"),
        blocked=record.values.get("blocked") is True,
    )


def _item(builder: Builder, record: Record) -> Row:
    scale, tracking = int(record.text("scale") or 0), record.text("tracking").casefold()
    if not 0 <= scale <= MAX_SCALE:
        raise NotTaken(f"scale {scale} is not between 0 and {MAX_SCALE} decimals")
    if not TRACKING_LETTERS.issuperset(tracking):
        raise NotTaken(f"tracking {tracking} is not made of l (lot), e (expiry) and s (serial)")
    item = Item(
        code=record.text("code"),
        name=record.text("name"),
        name_zh=record.text("name_zh"),
        unit=record.text("unit") or "pcs",
        scale=scale,
        tracking=tracking,
        item_class=record.text("item_class"),
        blocked=record.values.get("blocked") is True,
    )
    known = builder.draft.get(Item, item.code)
    told = {"unit", "scale"} & record.values.keys()
    if known and any(getattr(known, name) != getattr(item, name) for name in told):
        raise NotTaken(
            f"unit conflict: the ledger keeps item {item.code} in {known.unit} with {known.scale} decimals, the file in"
            f" {item.unit} with {item.scale}"
        )
    return item


def _barcode(builder: Builder, record: Record) -> Row:
    item = builder.item(record)
    code, unit = record.text("barcode"), record.text("unit") or item.unit
    digits = code.isascii() and code.isdigit()
    if digits and len(code) in GTIN_LENGTHS and has_check_digit(code):
        code = code.zfill(14)
    factor = _scaled(parse_quantity(record.text("factor") or "1"), item)
    known = builder.draft.get(Barcode, code)
    if known and known.item != item.code:
        raise NotTaken(f"barcode {code} belongs to item {known.item} in the ledger")
    if unit == item.unit and factor != Quantity(1).at(item.scale):
        raise NotTaken(f"unit conflict: one {unit} of item {item.code} cannot hold {factor} {item.unit}")
    return Barcode(code=code, item=item.code, unit=unit, factor=factor)


def _lot(builder: Builder, record: Record) -> Row:
    return Lot(
        item=builder.item(record).code,
        lot=record.text("lot"),
        expiry=record.text("expiry")[:LENGTH_OF_A_DATE],
        blocked=record.values.get("blocked") is True,
    )


def _balance(builder: Builder, record: Record) -> Row:
    site, item = builder.site(record), builder.item(record)
    place = record.text("location")
    if builder.draft.get(Location, row_key(site, place)) is None:
        raise NotTaken(f"location {place} is not in the ledger for site {site}; import locations first")
    for letter, name in (("l", "lot"), ("s", "serial")):
        if letter in item.tracking and not record.text(name):
            raise NotTaken(f"{name} is missing, and item {item.code} is tracked by it")
    return Balance(
        site=site,
        location=place,
        item=item.code,
        lot=record.text("lot"),
        serial=record.text("serial"),
        lpn=record.text("lpn"),
        status=record.text("status"),
        quantity=builder.pieces(record, item),
    )


def _order_line(builder: Builder, record: Record) -> Row:
    site, item = builder.site(record), builder.item(record)
    place = record.text("location")
    if place and builder.draft.get(Location, row_key(site, place)) is None:
        raise NotTaken(f"location {place} is not in the ledger for site {site}; import locations first")
    return OrderLine(
        site=site,
        order=record.text("order"),
        line=record.text("line"),
        item=item.code,
        quantity=builder.pieces(record, item),
        unit=record.text("unit") or item.unit,
        lot=record.text("lot"),
    )


def _operator(_: Builder, record: Record) -> Row:
    return Operator(
        code=record.text("code"),
        name=record.text("name"),
        badge=record.text("badge"),
        roles=_roles(record.text("roles")),
        language=record.text("language"),
        active=record.values.get("active", True) is True,
    )


def _roles(text: str) -> dict[str, list[str]]:
    try:
        return read_roles(text)
    except BadRoles as error:
        raise NotTaken(str(error)) from error


def _partner(_: Builder, record: Record) -> Row:
    return Partner(code=record.text("code"), name=record.text("name"), role=record.text("role"))


_BUILDERS: dict[str, Callable[[Builder, Record], Row]] = {
    "sites": _site,
    "locations": _location,
    "items": _item,
    "barcodes": _barcode,
    "lots": _lot,
    "stock": _balance,
    "orders": _order_line,
    "operators": _operator,
    "partners": _partner,
}
_OWN_TEXTS = ("sites", "locations", "items", "lots", "operators", "partners")


def _laid_over(known: Row, row: Row, record: Record) -> Row:
    """The ledger's row with the fields this file has; a file without a column leaves what is known as it is."""
    told = {name: getattr(row, name) for name in row.__struct_fields__ if name in record.values}
    if "expiry" in told:
        told["told_by"] = ""  # from now on the date is the office's
    return msgspec.structs.replace(known, **told)
