"""`scanner parse`: what one scan is by its own form, as JSON or as a line for people."""

from __future__ import annotations

from typing import Any

import msgspec

from scanner_client.core.barcode import Parsed, parse_scan


def parsed_line(line: str, *, as_json: bool) -> str:
    """The result for one line: a JSON string, in which control characters can be written, or the scan itself."""
    parsed = parse_scan(scan_in(line))
    return msgspec.json.encode(as_fields(parsed)).decode() if as_json else _for_people(parsed)


def scan_in(line: str) -> str:
    """The scan a line holds. A line that only looks like a JSON string is taken as it is."""
    if not line.startswith('"'):
        return line
    try:
        return msgspec.json.decode(line, type=str)
    except msgspec.DecodeError:
        return line


def as_fields(parsed: Parsed) -> dict[str, Any]:
    """The stable shape: kind, symbology, elements, gtin14, error."""
    return {
        "kind": parsed.kind,
        "symbology": parsed.symbology or None,
        "elements": [list(element) for element in parsed.elements],
        "gtin14": parsed.gtin14 or None,
        "error": parsed.error or None,
    }


def _for_people(parsed: Parsed) -> str:
    elements = " ".join(f"({ai}){value}" for ai, value in parsed.elements)
    told = [parsed.kind, parsed.symbology, elements or parsed.text, parsed.error and f"wrong: {parsed.error}"]
    return "  ".join(filter(None, told))
