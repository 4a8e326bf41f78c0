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
    """The text in rows of at most so many cells. Words of letters stay whole, and no row begins with what closes."""
    if cells < FEWEST_CELLS:
        return
    rest = text.strip()
    while width(rest) > cells:
        whole = len(cut(rest, cells))
        at = whole
        while at and not _may_break(rest, at):
            at -= 1
        taken = rest[: at or whole]
        yield taken.rstrip()
        rest = rest[len(taken) :].lstrip()
    if rest:
        yield rest


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    inside_a_word = before.isascii() and after.isascii() and not (before + after).count(" ")
    return not inside_a_word and after not in CLOSING
