"""GS1 element strings and Digital Links, split by biip and checked by us.

biip splits every valid element string rightly, but its validation is thin: a wrong check digit is a field there and an
error here; repeated and excluded elements are refused here. biip is imported when first
needed, for the import costs more than a prompt may wait.
"""

from __future__ import annotations

import re

from scanner_client.core.barcode.digits import check_digit_fits
from scanner_client.core.barcode.gs1_rules import wrong_together, wrong_values
from scanner_client.core.barcode.result import DIGITAL_LINK, ELEMENTS, Elements, Parsed

GS = "\x1d"
_HRI = re.compile(r"\((\d{2,4})\)((?:\\\(|[^(])+)")
_LINK = re.compile(r"(https?|HTTPS?)://", re.ASCII)
_QUERY = re.compile(r"[?&;]([0-9]{2,4})=([^&;#]*)")
_SHORT_GTIN = re.compile(r"/01/[0-9]{1,13}(?![0-9])")
_LINK_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


class NotGs1(ValueError):
    """The text is no element string. The message says where it fails."""


def element_string(text: str, symbology: str) -> Parsed:
    """The elements of `text` (the carrier's leading FNC1 already gone). Always a result; `error` says what is wrong."""
    if not text.strip(GS):
        return Parsed(ELEMENTS, text, symbology, error="the barcode holds no GS1 data")
    try:
        elements = split(text)
    except NotGs1 as error:
        return Parsed(ELEMENTS, text, symbology, error=str(error))
    return _judged(Parsed(ELEMENTS, text, symbology, elements))


def split(text: str) -> Elements:
    """Application identifiers with their values in order of appearance. Raises NotGs1."""
    from biip import ParseError  # noqa: PLC0415
    from biip.gs1_messages import GS1Message  # noqa: PLC0415

    try:
        message = GS1Message.parse(text.removeprefix(GS))
    except (ParseError, ValueError, IndexError) as error:
        raise NotGs1(f"no valid GS1 data: {_one_line(error)}") from error
    return tuple((element.ai.ai, element.value) for element in message.element_strings)


def bracketed(text: str) -> Parsed | None:
    """Human readable text such as `(01)09521234543213(10)AB`, None where `text` is no such thing."""
    if not text.startswith("("):
        return None
    parts = _HRI.findall(text)
    if "".join(f"({ai}){value}" for ai, value in parts) != text:
        return Parsed(ELEMENTS, text, error="the bracketed text is no list of (AI)value")
    values = [(ai, value.replace("\\(", "(")) for ai, value in parts]
    raw = GS.join(ai + value for ai, value in values)
    parsed = element_string(raw, "")
    if not parsed.error and [ai for ai, _ in parsed.elements] != [ai for ai, _ in values]:
        return Parsed(ELEMENTS, text, error="the bracketed text names an unknown application identifier")
    return parsed


def is_link(text: str) -> bool:
    return _LINK.match(text) is not None


def digital_link(text: str, symbology: str) -> Parsed:
    """A GS1 Digital Link URI. Always a result."""
    from biip import ParseError  # noqa: PLC0415
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI  # noqa: PLC0415

    wrong = _wrong_link(text)
    if wrong:
        return Parsed(DIGITAL_LINK, text, symbology, error=wrong)
    try:
        link = GS1DigitalLinkURI.parse(text)
    except (ParseError, ValueError, IndexError) as error:
        return Parsed(DIGITAL_LINK, text, symbology, error=f"no valid GS1 Digital Link: {_one_line(error)}")
    elements = tuple((element.ai.ai, element.value) for element in link.element_strings)
    return _judged(Parsed(DIGITAL_LINK, text, symbology, elements))


def _wrong_link(text: str) -> str:
    """What biip lets pass in a link (GS1 Digital Link 1.2.1, section 4)."""
    if not _LINK_CHARACTERS.fullmatch(text) or "%00" in text:
        return "the link has a character that no Digital Link may have"
    if _SHORT_GTIN.search(text):
        return "AI (01) in a link has all its 14 digits"
    # Counted from the end, every second part of the path is an application identifier; a stem may stand before them.
    seen = set(text.partition("?")[0].split("/")[-2:2:-2])
    for ai, value in _QUERY.findall(text):
        if not value or ai in seen:
            return f"AI ({ai}) stands twice in the link" if value else f"AI ({ai}) has no value in the link"
        seen.add(ai)
    return ""


def _judged(parsed: Parsed) -> Parsed:
    """The result with its GTIN, and the first thing that is wrong with it."""
    value = next(wrong_values(parsed.elements), "")
    rule = "" if value else next(wrong_together(parsed.elements), "")
    gtin = next((text for ai, text in parsed.elements if ai == "01" and check_digit_fits(text)), "")
    return Parsed(
        parsed.kind, parsed.text, parsed.symbology, parsed.elements, gtin, value or rule, broken_rule=bool(rule)
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
