"""The demo's own table of texts, beside the terminal's; and text broken into rows of cells."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

from scanner_client.core.cells import cut, width
from scanner_client.core.texts import Texts, read_texts

FEWEST_CELLS = 4
"""Narrower than this there is nothing to read."""

CLOSING = "、,。:;)"
"""What does not begin a row."""


@cache
def demo_texts() -> Texts:
    return read_texts(resources.files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))


def wrapped(text: str, cells: int) -> Iterator[str]:
    """The text in rows of at most so many cells, broken at blanks where there are any near the end of a row."""
    if cells < FEWEST_CELLS:
        return
    rest = text.strip()
    while width(rest) > cells:
        row = cut(rest, cells)
        blank = row.rfind(" ") if rest[len(row)] != " " else len(row)
        taken = row[:blank] if blank > len(row) // 2 else row
        if rest[len(taken)] in CLOSING:
            taken = taken[:-1]
        yield taken.rstrip()
        rest = rest[len(taken) :].lstrip()
    if rest:
        yield rest
