"""Columns for people: rows under the names of their columns, padded by terminal cells, keys with their parts apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sync.wire.codec import encode
from sync.wire.rows import SEPARATOR

PARTS = "/"


def columns_of(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[str]:
    """The lines of a table, the names first."""
    cells = [list(names), *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(_width(line[at]) for line in cells) for at in range(len(names))]
    for line in cells:
        yield "  ".join(cell + " " * (wide - _width(cell)) for cell, wide in zip(line, widths, strict=True)).rstrip()


def readable(text: str) -> str:
    """A key with its parts apart, without the empty ones at its end; `?` for what a terminal would carry out."""
    apart = text.rstrip(SEPARATOR).replace(SEPARATOR, PARTS)
    return "".join(one if one.isprintable() or one == "\u3000" else "?" for one in apart)


def _cell(value: Any) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case str() | int():
            return readable(str(value))
        case _:
            return readable(encode(value).decode())


def _width(text: str) -> int:
    """Chinese characters take two cells, combining marks none."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.combining(character) else 1
