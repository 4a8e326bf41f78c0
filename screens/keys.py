"""What a terminal sends for keys and taps, as the names the engine knows. Pure.

Only what a person typed comes here. A key that has no name here, a control character and an escape sequence that was
cut or is unknown mean nothing: they are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from msgspec import Struct

_SEQUENCE = re.compile(
    rb"\x1b(?:\[<(?P<tap>\d+;\d+;\d+)(?P<end>[Mm])|\[M(?P<old>[ -\xff]{3})"
    rb"|\[(?P<control>\[[A-E]|[0-?]*[ -/]*[@-~])|O(?P<keypad>[A-Za-z])|(?P<cut>\[[0-?]*[ -/]*\Z))"
)
_REPORT = re.compile(r"\x1b\[(?:20[01]~|<\d+;\d+;\d+[Mm]|M[ -\xff]{3})")
_CONTROL = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "3~": "delete",
    "11~": "f1", "12~": "f2", "13~": "f3", "14~": "f4", "15~": "f5", "17~": "f6", "18~": "f7", "19~": "f8",
    "20~": "f9", "21~": "f10", "[A": "f1", "[B": "f2", "[C": "f3", "[D": "f4", "[E": "f5",
}  # fmt: skip
_KEYPAD = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "M": "enter",
    "P": "f1", "Q": "f2", "R": "f3", "S": "f4",
    "j": "*", "k": "+", "m": "-", "n": ".", "o": "/", **{chr(ord("p") + digit): str(digit) for digit in range(10)},
}  # fmt: skip
_NAMED = {"\r": "enter", "\n": "enter", "\x7f": "backspace", "\b": "backspace", "\x1b": "esc", " ": "space"}
_PRESSED = 0
"""The left button, or a finger, without anything held."""

_NO_DIGIT = "No"
"""Unicode's numbers that are no digits, such as the raised two that a lone byte 0xB2 may be: NFKC makes a 2 of it,
and what nobody meant as a key would act in a menu."""

_OLD_FORM = 32
"""Added to each figure of a tap by terminals that do not know the form with digits (xterm's X10 form)."""


class Tap(Struct, frozen=True):
    """A cell of the screen that was tapped, counted from 0 at the upper left."""

    x: int
    y: int


def read_keys(typed: bytes, decode: Callable[[bytes], str]) -> Iterator[str | Tap]:
    """Keys and taps in the order they came. Esc and a digit are two keys, however close they come."""
    end = 0
    for found in _SEQUENCE.finditer(typed):
        yield from _characters(decode(typed[end : found.start()]))
        end = found.end()
        if found["tap"]:
            button, column, row = map(int, found["tap"].split(b";"))
            if button == _PRESSED and found["end"] == b"M":
                yield Tap(column - 1, row - 1)
        elif found["old"]:
            button, column, row = (byte - _OLD_FORM for byte in found["old"])
            if button == _PRESSED:
                yield Tap(column - 1, row - 1)
        elif found["control"]:
            yield from _known(_CONTROL, found["control"])
        elif found["keypad"]:
            yield from _known(_KEYPAD, found["keypad"])
    yield from _characters(decode(typed[end:]))


def without_reports(code: str) -> str:
    """A code without what a terminal put around or into it: the marks of a paste, reports of the mouse."""
    return _REPORT.sub("", code)


def _known(names: dict[str, str], sequence: bytes) -> Iterator[str]:
    name = names.get(sequence.decode("ascii"))
    if name:
        yield name


def _characters(text: str) -> Iterator[str]:
    for character in text:
        if character in _NAMED:
            yield _NAMED[character]
        elif character.isprintable() and unicodedata.category(character) != _NO_DIGIT:
            yield character
