"""What can be imported: the kinds, their fields, and the names under which a file may carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class Form(Enum):
    """How a cell is to be read. A CODE is text whose every character counts."""

    CODE = "code"
    TEXT = "text"
    QUANTITY = "quantity"
    NUMBER = "number"
    YES_NO = "yes/no"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Field:
    """`names`: further headers under which a file may carry it."""

    name: str
    form: Form = Form.TEXT
    required: bool = False
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """The only words allowed, where there is a list."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`key`: the fields that may stand together only once in a file."""

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    has_site: bool = False

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def column(self, field: Field, columns: Mapping[str, str], header: Sequence[str]) -> str | None:
        """The header of this field: the mapped one, or one of the field's own names in any case. None without one."""
        if field.name in columns:
            return columns[field.name] if columns[field.name] in header else None
        plain = {title.casefold().strip(): title for title in reversed(header)}
        return next((plain[name] for name in (field.name, *field.names) if name in plain), None)


def _code(name: str, *names: str) -> Field:
    return Field(name, Form.CODE, required=True, names=names)


_SITE = Field("site", Form.CODE)
_NAME = Field("name", names=("description",))
_NAME_ZH = Field("name_zh", names=("名称",))
_ITEM = _code("item", "sku", "item_code")
_QUANTITY = Field("quantity", Form.QUANTITY, required=True, names=("qty",))
_LOT = Field("lot", Form.CODE)
_BLOCKED = Field("blocked", Form.YES_NO)
LOCATION_KINDS = ("bin", "dock", "staging", "tote")
ORDER_KINDS = ("outbound", "inbound", "transfer", "return")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("sites", (_code("code", "site"), _NAME, _NAME_ZH, Field("code_page")), ("code",)),
        Kind(
            "locations",
            (
                _SITE,
                _code("code", "location", "bin"),
                Field("kind", words=LOCATION_KINDS),
                Field("zone", Form.CODE),
                Field("walk", Form.NUMBER, names=("sequence",)),
                Field("check", Form.CODE, names=("check_digits",)),
                _BLOCKED,
            ),
            ("site", "code"),
            has_site=True,
        ),
        Kind(
            "items",
            (
                _code("code", "item", "sku", "item_code"),
                _NAME,
                _NAME_ZH,
                Field("unit"),
                Field("scale", Form.NUMBER, names=("decimals",)),
                Field("tracking"),
                Field("item_class", names=("class",)),
                _BLOCKED,
            ),
            ("code",),
        ),
        Kind(
            "barcodes",
            (_ITEM, _code("barcode", "code", "gtin", "ean"), Field("unit"), Field("factor", Form.QUANTITY)),
            ("barcode",),
        ),
        Kind("lots", (_ITEM, _code("lot"), Field("expiry", Form.TIME), _BLOCKED), ("item", "lot")),
        Kind(
            "stock",
            (
                _SITE,
                _code("location", "bin"),
                _ITEM,
                _QUANTITY,
                Field("unit"),
                _LOT,
                Field("serial", Form.CODE),
                Field("lpn", Form.CODE),
                Field("status"),
            ),
            ("site", "location", "item", "lot", "serial", "lpn", "status"),
            has_site=True,
        ),
        Kind(
            "orders",
            (
                _SITE,
                _code("order", "order_no", "order_number"),
                Field("line", Form.CODE, names=("line_no",)),
                _ITEM,
                Field("description", names=("name",)),
                _QUANTITY,
                Field("unit"),
                _LOT,
                Field("location", Form.CODE, names=("bin",)),
                Field("kind", words=ORDER_KINDS),
                Field("partner", Form.CODE, names=("customer", "supplier")),
                Field("due", Form.TIME),
                Field("priority", Form.NUMBER),
            ),
            ("site", "order", "line"),
            has_site=True,
        ),
        Kind(
            "operators",
            (
                _code("code", "operator", "id"),
                _NAME,
                Field("badge", Form.CODE),
                Field("roles"),
                Field("language", names=("lang",)),
                Field("active", Form.YES_NO),
            ),
            ("code",),
        ),
        Kind("partners", (_code("code", "partner", "id"), _NAME, Field("role")), ("code",)),
    )
}
