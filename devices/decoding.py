"""Bytes of a code as text: UTF-8, else the site's code page, else Latin-1. Every byte string has one, none is damaged.

U+FFFD never stands in for a byte: two different labels must not become the same text.
"""

from __future__ import annotations

LAST_RESORT = "latin-1"
"""Gives each byte a character of its own, so it never fails."""


def known_code_page(name: str) -> bool:
    """Whether `name` is a text encoding; empty means none besides UTF-8."""
    try:
        "".encode(name or LAST_RESORT)
    except LookupError:
        return False
    return True


def decode(raw: bytes, code_page: str = "") -> str:
    """The text of a code. Never raises and never replaces a byte."""
    for encoding in ("utf-8", code_page):
        try:
            if encoding:
                return raw.decode(encoding)
        except UnicodeError:
            continue
    return raw.decode(LAST_RESORT)
