"""What a tap on the screen means: the keys that the words under the finger name. Pure.

A tap is a shortcut for keys and nothing else: `*9` under the finger is `*` and `9`, in a list `2 English` is `2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

from scanner_client.core.view import View

_STARRED = re.compile(r"\*(\d?)=?[^\s*]*(?: [^\s*\d>]+)*")
_NUMBERED = re.compile(r"(?<!\S)(\d)\s?(?=[^\s\d])[^\s]*(?: [^\s\d>*]\S*)*")


def keys_under(view: View, x: int, y: int) -> tuple[str, ...]:
    """The keys to press for a tap on this cell; none where it shows no hint."""
    if not 0 < y < len(view.rows):
        return ()
    row = view.rows[y]
    for start, stop, keys in _hints(view, row):
        if cell_len(row[:start]) <= x < cell_len(row[:stop]):
            return keys
    return ()


def _hints(view: View, row: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for found in _STARRED.finditer(row):
        yield found.start(), found.end(), ("*", *found[1])
    if view.menu or view.kind == "choice":
        for found in _NUMBERED.finditer(row):
            yield found.start(), found.end(), (found[1],)
