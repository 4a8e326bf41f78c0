"""Reads a barcode's text: routed by its AIM identifier where the scanner sends one, else in the order of trust.

AIM identifiers are those of ISO/IEC 15424; which carry GS1 data is GS1 General Specifications, figure 5.1.2-2.
"""

from __future__ import annotations

from scanner_client.core.barcode import gs1
from scanner_client.core.barcode.digits import GTIN_LENGTHS, gtin14, is_digits, is_sscc
from scanner_client.core.barcode.result import COMPOSITE, EAN, GTIN, PLAIN, SSCC, Parsed

_ELEMENT_CARRIERS = {"]C1", "]d2", "]Q3", "]e0", "]e1", "]e2", "]J1"}
_EAN_CARRIERS = {"]E0": 13, "]E3": 13, "]E4": 8}
_GTIN_14 = 14
_LINK_CARRIERS = {"]Q1", "]d1", "]J0"}
_IDENTIFIER_LENGTH = 3
_COMPOSITE_PART = "|]e0"
_SHORTEST_ELEMENT_STRING = 16
"""Below this, text without an AIM identifier is no element string: a location 21A03 is not serial A03."""


def parse_scan(raw: str) -> Parsed:
    """What `raw` is by its own form. Never raises; a code that is wrong in itself has `error` set."""
    if not raw:
        return Parsed(PLAIN, raw, error="the scan is empty")
    if raw.startswith("]"):
        return _routed(raw)
    return _by_trust(raw)


def split_identifier(raw: str) -> tuple[str, str]:
    """The AIM identifier (empty where there is none) and the data."""
    aim = raw[:_IDENTIFIER_LENGTH]
    has_one = len(aim) == _IDENTIFIER_LENGTH and aim[0] == "]" and aim[1].isalpha() and aim[2].isalnum()
    return (aim, raw[_IDENTIFIER_LENGTH:]) if has_one else ("", raw)


def _routed(raw: str) -> Parsed:
    symbology, data = split_identifier(raw)
    if not symbology:
        return Parsed(PLAIN, raw, error="the symbology identifier is cut off; scan again")
    if symbology in _ELEMENT_CARRIERS:
        return gs1.element_string(data, symbology)
    if symbology in _EAN_CARRIERS:
        return _ean(symbology, data)
    if symbology in _LINK_CARRIERS and gs1.is_link(data):
        return gs1.digital_link(data, symbology)
    if symbology == "]I1" and gtin14(data):
        return Parsed(GTIN, data, symbology, (("01", gtin14(data)),), gtin14(data))
    return Parsed(PLAIN, data, symbology)


def _ean(symbology: str, data: str) -> Parsed:
    primary, composite, addition = data.partition(_COMPOSITE_PART)
    kind = COMPOSITE if composite else EAN
    length = _EAN_CARRIERS[symbology]
    # With a composite part the key comes as 14 digits; a two or five digit add-on is no part of it.
    code = primary if len(primary) == _GTIN_14 else primary[:length]
    if not is_digits(code) or len(code) < length:
        return Parsed(kind, data, symbology, error="the EAN barcode is cut off; scan again")
    key = gtin14(code)
    if not key:
        return Parsed(kind, data, symbology, error="the check digit of the EAN barcode is wrong; scan again")
    if not composite:
        return Parsed(kind, data, symbology, (("01", key),), key)
    rest = gs1.element_string(addition, symbology)
    return Parsed(kind, data, symbology, (("01", key), *rest.elements), key, rest.error, rest.broken_rule)


def _by_trust(text: str) -> Parsed:
    """Without an identifier: SSCC with its check digit, GTIN by length and check digit, link, AI text that verifies."""
    if is_sscc(text):
        return Parsed(SSCC, text, elements=(("00", text),))
    if is_digits(text) and len(text) in GTIN_LENGTHS:
        key = gtin14(text)
        if key:
            return Parsed(GTIN, text, elements=(("01", key),), gtin14=key)
        return Parsed(GTIN, text, error="the check digit is wrong for a GTIN of this length")
    if gs1.is_link(text):
        return gs1.digital_link(text, "")
    in_brackets = gs1.bracketed(text)
    if in_brackets is not None:
        return in_brackets
    if gs1.GS in text or (text[:2].isdigit() and len(text) >= _SHORTEST_ELEMENT_STRING):
        parsed = gs1.element_string(text, "")
        if parsed.elements and not parsed.error:
            return parsed
    return Parsed(PLAIN, text)
