"""Which key of the demo a tap on its own rows means. Taps on the terminal are the terminal's. Pure."""

from __future__ import annotations

import re

from scanner_client.core.cells import width
from scanner_client.demo.pen import Mark, Row, text_of

_KEYS = re.compile(r"(?<![^\s])(SPACE|[XNBSCLQ])(?=[\s=]|[^\x00-\x7f]|$)")
_CHOICES = re.compile(r"(?:^|  +)([1-9]|Q)(?= |$)")


def key_at(row: Row, x: int, *, hints: bool) -> str:
    """The key under this cell, empty where none is. `hints`: a row of keys; else a row that begins with its choice."""
    if not hints and not (row and row[0].mark is Mark.KEY):
        return ""
    text, key = text_of(row), ""
    for found in (_KEYS if hints else _CHOICES).finditer(text):
        if width(text[: found.start(1)]) <= x:
            key = found[1].lower()
    return key if x < width(text.rstrip()) else ""
