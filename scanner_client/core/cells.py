"""Width of text in terminal cells. East Asian Wide and Fullwidth characters take two, combining marks none.

Texts use only ASCII and wide characters: ambiguous ones (`─ → ● …`) are drawn as one cell here and as two on many
Chinese terminals, so `cells_known` refuses them.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MARK = "~"
_LAST_ASCII = 0x7E
_WIDE_BLANK = "\u3000"


def width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_width_of, text))


def _width_of(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.combining(character) or unicodedata.category(character) == "Cf" else 1


def cells_known(text: str) -> bool:
    """Whether every character is printable ASCII or East Asian Wide, so that all terminals agree on the width."""
    return all(" " <= c <= chr(_LAST_ASCII) or unicodedata.east_asian_width(c) in "WF" for c in text)


def cut(text: str, cells: int) -> str:
    """The longest beginning of `text` that fits."""
    used = 0
    for place, character in enumerate(text):
        used += _width_of(character)
        if used > cells:
            return text[:place]
    return text


@lru_cache(maxsize=4096)
def shorten(text: str, cells: int) -> str:
    """`text`, or as much of it as fits with the mark of shortening after it."""
    return text if width(text) <= cells else cut(text, cells - 1).rstrip() + MARK


def paintable(text: str) -> str:
    """`text` without what a terminal would carry out instead of showing it (controls, marks of direction): `?` stands
    for each. A code may hold any character."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == _WIDE_BLANK else "?" for one in text)


def keep_end(text: str, end: str, cells: int) -> str:
    """`text` that ends with `end`, as one types it: where it does not fit, the last of it behind the mark."""
    if not end or width(text) <= cells or not text.endswith(end):
        return text
    before, tail = text.removesuffix(end), end
    while tail and width(before) + 1 + width(tail) > cells:
        tail = tail[1:]
    return f"{before}{MARK}{tail}"


def pad(text: str, cells: int) -> str:
    """`text` filled with blanks to exactly `cells`; what is too long is cut."""
    fitting = cut(text, cells)
    return fitting + " " * (cells - width(fitting))


def right(text: str, cells: int) -> str:
    return " " * max(0, cells - width(text)) + text
