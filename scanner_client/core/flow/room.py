"""How many cells each kind of text has at each size; what `check_flow` holds the texts of flows to.

The view draws whatever it is given and shortens what is too long, with the mark; a text of ours is never to need that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scanner_client.core.cells import width

ROOMS: Mapping[str, Mapping[str, int]] = {
    "title": {"20x4": 18, "20x16": 18, "40x8": 38, "80x24": 38},
    "prompt": {"20x4": 14, "20x16": 18, "40x8": 30, "80x24": 38},
    "pin": {"20x4": 10, "20x16": 19, "40x8": 26, "80x24": 26},
    "option": {"20x4": 18, "20x16": 18, "40x8": 38, "80x24": 38},
    "help": {"20x4": 20, "20x16": 20, "40x8": 40, "80x24": 38},
    "note": {"20x4": 20, "20x16": 20, "40x8": 40, "80x24": 42},
    "refusal": {"20x4": 17, "20x16": 20, "40x8": 25, "80x24": 25},
}
"""By what a text is for, then by size. A title is also a row of the menu; a prompt has what is typed beside it, and
at a PIN prompt stars; a refusal stands behind the word for it at 20x4, behind what was scanned at 40x8."""

LEAST_OF_A_FACT = 4
"""Cells that are kept for each `{fact}` in a text; the rest of it yields."""

_FACT = re.compile(r"\{[a-z_]+\}")


def cells_of(wording: str) -> int:
    """The width of a text with the least of each fact in it."""
    return width(_FACT.sub("", wording)) + LEAST_OF_A_FACT * len(_FACT.findall(wording))


def too_narrow(wording: str, role: str) -> Iterator[tuple[str, int]]:
    """The sizes at which the text does not fit, smallest first, with the cells that there are."""
    cells = cells_of(wording)
    yield from ((size, room) for size, room in ROOMS[role].items() if cells > room)
