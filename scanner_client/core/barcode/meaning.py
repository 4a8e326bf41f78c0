"""What a scan means here, in the order of trust: site and master data, internal prefix, SSCC, GTIN, GS1, plain text.

Without that order codes turn into things they are not: a location `21A03` into serial A03, `3712` into a count of 12.
"""

from __future__ import annotations

from scanner_client.core.barcode.digits import gtin14
from scanner_client.core.barcode.parse import parse_scan, split_identifier
from scanner_client.core.barcode.result import DIGITAL_LINK, GTIN, Parsed
from scanner_client.core.facts import Facts
from scanner_client.core.matches import (
    CommandMatch,
    ExpiryMatch,
    ItemMatch,
    LotMatch,
    Match,
    PlateMatch,
    SerialMatch,
    TextMatch,
)

COMMANDS = (
    "confirm", "back", "short", "damaged", "skip", "wrong_lot", "undo_line", "location_empty",
)  # fmt: skip
"""Commands that exist as printed codes: `CONFIRM`, and each as `CMD:` with its name."""

_PREFIX = "CMD:"
_INTERNAL = ("LOC:", "ITEM:", "ORD:", "BADGE:", "LOT:")
_LONGEST_LOOKED_UP = 200
CODE_WRONG = "refuse.code_wrong"


def bare_text(raw: str) -> str:
    """The code without AIM identifier and surrounding blanks."""
    return split_identifier(raw)[1].strip(" \r\n")


def meaning(raw: str, facts: Facts) -> tuple[Match, ...]:
    """Everything the code can stand for, at least one."""
    text = bare_text(raw)
    if not text or len(text) > _LONGEST_LOOKED_UP:
        return (TextMatch(text, error="refuse.code_wrong" if text else "refuse.code_empty"),)
    known = (*facts.look_up(text), *_command(text))
    return known or _internal(text, facts) or _by_form(raw, text, facts)


def _command(text: str) -> tuple[Match, ...]:
    name = text.removeprefix(_PREFIX).lower()
    return (CommandMatch(name),) if name in COMMANDS and (text.startswith(_PREFIX) or text == "CONFIRM") else ()


def _internal(text: str, facts: Facts) -> tuple[Match, ...]:
    """A label printed by this program says what kind of thing it names."""
    for prefix in _INTERNAL:
        if text.startswith(prefix):
            code = text.removeprefix(prefix)
            return (LotMatch(code),) if prefix == "LOT:" else facts.look_up(code)
    return ()


def _by_form(raw: str, text: str, facts: Facts) -> tuple[Match, ...]:
    key = gtin14(text)
    if key:
        return _items(key, Parsed(GTIN, text, gtin14=key), facts) or (TextMatch(text),)
    parsed = parse_scan(raw.strip("\r\n"))
    if parsed.error and not parsed.broken_rule:
        # A web address without GS1 data was read well; it only says nothing here.
        plain_address = parsed.kind == DIGITAL_LINK and not parsed.elements
        return (TextMatch(text, error="" if plain_address else CODE_WRONG),)
    if parsed.gtin14:
        return _items(parsed.gtin14, parsed, facts) or (TextMatch(parsed.gtin14),)
    if parsed.element("00"):
        return (PlateMatch(parsed.element("00")),)
    return _without_item(parsed) or (TextMatch(text),)


def _without_item(parsed: Parsed) -> tuple[Match, ...]:
    """What a GS1 barcode beside that of the item says: lot, date, serial number."""
    lot, serial, expiry = parsed.element("10"), parsed.element("21"), _expiry(parsed)
    found: list[Match] = [LotMatch(lot, expiry)] if lot else []
    if serial:
        found.append(SerialMatch(serial, lot))
    return tuple(found) or ((ExpiryMatch(expiry),) if expiry else ())


def _items(key: str, parsed: Parsed, facts: Facts) -> tuple[Match, ...]:
    """The items this GTIN names, with the lot, expiry and serial of the same scan."""
    found = [one for one in facts.look_up(key) if isinstance(one, ItemMatch)]
    lot, serial, expiry = parsed.element("10"), parsed.element("21"), _expiry(parsed)
    return tuple(ItemMatch(one.item, one.unit, one.factor, lot, expiry, serial) for one in found)


def _expiry(parsed: Parsed) -> str:
    """AI 17 as YYYY-MM-DD; empty for a day 00, which only master data can make a date of."""
    value = parsed.element("17")
    return f"20{value[:2]}-{value[2:4]}-{value[4:]}" if value and value[4:] != "00" else ""
