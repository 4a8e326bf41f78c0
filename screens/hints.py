"""What a tap on the screen means: the keys that the words under the finger name. Pure.

A tap is a shortcut for keys and nothing else: `*9` under the finger is `*` and `9`, in a list a row is its number. At a
prompt that digits are entered at, only what begins with `*` can be tapped; figures of the work never can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

from scanner_client.core.view import View, layout_for
from screens.marks import DESK, PANE, SMALL

_STARRED = re.compile(r"(?<!\S)\*(?:(\d)|(?=[^\s*\d]))=?[^\s*]*(?: [^\s*\d>]+)*")
_NUMBERED = re.compile(r"(?<!\S)(\d) ?(?=[^\s\d])")
_COLUMN = re.compile(r"(?:^ ?|  )(\d) ?(?=[^\s\d])")
_GLUED = re.compile(r"(\d)(?=[^\s\d>])")
_PAGE = re.compile(r"(?<!\S)(8)(?=[^\s\d])[^\s>]* *$")
_BACK = re.compile(r"(?<=\s)(0)(?=[^\s\d])")
_MODES = "12345"


class Hint(Struct, frozen=True):
    """Cells of a row from `start` up to, not including, `stop`, and the keys they name."""

    row: int
    start: int
    stop: int
    keys: tuple[str, ...]


class _Digit(Struct, frozen=True):
    """A number that a row shows: its place among the row's characters, and how far it is from the left."""

    row: int
    at: int
    digit: str


def keys_under(view: View, x: int, y: int) -> tuple[str, ...]:
    """The keys to press for a tap on this cell; none where it shows no hint."""
    return next((one.keys for one in hints(view) if one.row == y and one.start <= x < one.stop), ())


def hints(view: View) -> list[Hint]:
    """Everything on the screen that names keys."""
    if view.alert or not view.rows:
        return []
    body = _body(view)
    starred = [one for y, row in enumerate(body) for one in _starred(y, row)] if not view.panel else []
    return [*starred, *_spans(body, [*_numbered(view, body)])]


def _body(view: View) -> list[str]:
    """The rows without the status row, and beside a pane only what is left of it."""
    layout = layout_for(view.size)
    rows = ["", *view.rows[1 : layout.height]]
    if layout != DESK:
        return rows
    return [*(set_cell_size(row, PANE) for row in rows[:-1]), rows[-1]]


def _starred(y: int, row: str) -> Iterator[Hint]:
    for found in _STARRED.finditer(row):
        yield Hint(y, cell_len(row[: found.start()]), cell_len(row[: found.end()]), ("*", *(found[1] or "")))


def _numbered(view: View, body: Sequence[str]) -> Iterator[_Digit]:
    """Numbers that act: those of a menu, a list or a panel, and in its last row those that lead away."""
    small = layout_for(view.size) == SMALL
    last = len(body) - 1
    if view.panel:
        yield from _of_panel(view.panel, body, small=small)
    elif view.menu:
        yield from _rising(_found(_NUMBERED, body, 1 if small else 2, last + small))
    elif view.kind in ("choice", "question"):
        yield from _of_list(view, body)
        yield from _found(_PAGE, body, last, last + small)
        if view.kind == "question" and small:
            yield from _found(_BACK, body, last, last + 1)
    else:
        return
    if not small:
        yield from _found(_NUMBERED, body, last, last + 1)


def _of_panel(panel: str, body: Sequence[str], *, small: bool) -> Iterator[_Digit]:
    last = len(body) - 1
    if panel == "conflicts":
        yield from _leading(body, "1234")
    elif panel == "conflict":
        found = _found(_GLUED, body, last, last + 1) if small else _found(_COLUMN, body, 1, last)
        yield from _counting(_from_the_last_one(found))
    elif panel == "queue" and not small:
        modes = [one for one in _from_the_last_one(_found(_NUMBERED, body, 1, last)) if one.digit in _MODES]
        yield from {one.digit: one for one in reversed(modes)}.values()


def _of_list(view: View, body: Sequence[str]) -> Iterator[_Digit]:
    """Rows of choices begin with their number; where several stand in one row, their texts tell them."""
    row, at = 1, 0
    for digit, _, text in view.options:
        named = re.compile(rf"(?<!\S){digit} {re.escape(text)}") if text else re.compile(r"(?!)")
        led = re.compile(rf"^ ?({digit}) ")
        found = _first(named, body, row, at) or _first(led, body, row + bool(at), 0)
        if found is None:
            return
        row, at = found.row, found.at + 1
        yield _Digit(found.row, found.at, digit)


def _leading(body: Sequence[str], digits: str) -> Iterator[_Digit]:
    row = 1
    for digit in digits:
        found = _first(re.compile(rf"^ ?({digit}) (?=\S)"), body, row, 0)
        if found is None:
            return
        row = found.row + 1
        yield _Digit(found.row, found.at, digit)


def _first(wanted: re.Pattern[str], body: Sequence[str], row: int, at: int) -> _Digit | None:
    for y in range(row, len(body)):
        found = wanted.search(body[y], at if y == row else 0)
        if found:
            return _Digit(y, found.start(), "")
    return None


def _found(wanted: re.Pattern[str], body: Sequence[str], first: int, stop: int) -> list[_Digit]:
    rows = range(first, stop)
    return [_Digit(y, found.start(1), found[1]) for y in rows for found in wanted.finditer(body[y])]


def _rising(found: Sequence[_Digit]) -> Iterator[_Digit]:
    """A menu counts upwards, `0` last."""
    before = 0
    for one in found:
        if (int(one.digit) or 10) > before:
            before = int(one.digit) or 10
            yield one


def _counting(found: Sequence[_Digit]) -> Iterator[_Digit]:
    """Answers are numbered without gaps."""
    before = 0
    for one in found:
        if int(one.digit) == before + 1:
            before += 1
            yield one


def _from_the_last_one(found: Sequence[_Digit]) -> Sequence[_Digit]:
    """What is numbered comes after figures of the work, which may be a 1 too."""
    begins = max((place for place, one in enumerate(found) if one.digit == "1"), default=len(found))
    return found[begins:]


def _spans(body: Sequence[str], digits: Sequence[_Digit]) -> Iterator[Hint]:
    """Each number with the words behind it, up to the next one; above the last row up to the row's end."""
    for one in digits:
        row = body[one.row]
        end = len(row.rstrip(" >")) if one.row == len(body) - 1 else len(row)
        after = min((other.at for other in digits if other.row == one.row and other.at > one.at), default=end)
        yield Hint(one.row, cell_len(row[: one.at]), cell_len(row[:after]), (one.digit,))
