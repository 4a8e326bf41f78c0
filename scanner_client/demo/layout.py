"""How the demo's window is shared out: the terminal, and beside it the office where there is room. Pure."""

from __future__ import annotations

from scanner_client.core.view import SIZES, Size

WHOLE = Size(80, 24)
"""The smallest window with an office beside the terminal; in a smaller one the terminal stands alone."""

FRAME = 2
"""Cells that a frame adds to the terminal, both ways."""

MARGIN = 4
OFFICE = 50
"""Columns that the office needs at least."""

USUAL = Size(20, 16)


def device_size(window: Size, asked: Size) -> Size:
    """The terminal's size in a window of so many cells: the one asked for, where it fits."""
    if window.width >= WHOLE.width and window.height >= WHOLE.height:
        fits = office_width(window, asked.width) >= OFFICE and asked.height + FRAME + 3 <= window.height
        return asked if fits else USUAL
    fitting = [one for one in (asked, USUAL, *SIZES) if one.width <= window.width and one.height <= window.height]
    return fitting[0] if fitting else SIZES[-1]


def office_width(window: Size, terminal: int) -> int:
    """Columns beside a terminal of this width."""
    return window.width - terminal - FRAME - MARGIN
