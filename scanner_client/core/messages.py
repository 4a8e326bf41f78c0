"""Messages of the office on the terminal: whom they are for, and how they fall into pages at each size."""

from __future__ import annotations

from msgspec import Struct

from scanner_client.core.cells import cut, width

_SHAPES = {2: (20, 2), 4: (40, 3)}
_TALL = (20, 7)


class Message(Struct, frozen=True):
    """`at`: when it was sent, milliseconds since 1970."""

    id: str
    text: str
    at: int


def pages(text: str, options: int) -> list[list[str]]:
    """The message in rows, page by page, on a screen that lists so many choices at once. There is always one page."""
    cells, count = _SHAPES.get(options, _TALL)
    rows = wrapped(text, cells)
    return [rows[at : at + count] for at in range(0, len(rows), count)] or [[""]]


def wrapped(text: str, cells: int) -> list[str]:
    """The text in rows of so many cells, broken between words where one can: Chinese anywhere, long words too."""
    rows, rest = list[str](), text.strip()
    while width(rest) > cells:
        row = cut(rest, cells)
        space = row.rfind(" ") if rest[len(row)] != " " and row[-1].isascii() and rest[len(row)].isascii() else -1
        row = row[:space] if space > 0 else row
        rows.append(row.rstrip())
        rest = rest[len(row) :].lstrip()
    return [*rows, rest] if rest else rows
