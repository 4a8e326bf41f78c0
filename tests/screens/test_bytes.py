"""Any byte at any prompt: what is no key changes nothing but what is being typed, and no byte moves an entry prompt."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from inbound import TEA_L9, inbound
from memory_terminal import Picker, guarded, picker

from devices.ports import SourceState
from devices.wedge import Wedge
from scanner_client.core.state import State
from scanner_client.keyboard import LineKeyboard

KEYS = frozenset(range(0x20, 0x7F)) | set(b"\r\n\b\x7f\x1b")
"""Bytes that a keyboard sends for a key that means something."""


class Typist:
    """Types at a terminal, byte by byte with time between, through the line's own keyboard."""

    def __init__(self, terminal: Picker) -> None:
        self._terminal = terminal
        self._now = 100.0
        self.scans: list[str] = []
        self._keyboard = LineKeyboard(Wedge(), self, clock=lambda: self._now, wall=lambda: round(1000 * self._now))

    def type(self, byte: int) -> None:
        self._keyboard.feed(bytes([byte]))
        self._now += 1
        self._keyboard.tick()

    def scan(self, raw: str, at: int) -> None:
        self.scans.append(f"{raw} at {at}")

    def press_at(self, key: str, at: int) -> None:
        assert at
        self._terminal.press(key)

    def tap(self, x: int, y: int) -> None:
        raise AssertionError(f"nobody taps {x} {y}")

    def partial(self, state: SourceState) -> None:
        raise AssertionError(f"nothing was cut: {state}")


def _receiving(what: str) -> Picker:
    terminal = Picker(inbound()).scan("B-WANG")
    terminal.press(next(digit for digit, value, _ in terminal.view.options if value == "receive"))
    if what == "text":
        return terminal.scan("PO-1", "4006381333931").press("1")
    return terminal.scan("PO-1", TEA_L9).press("*", "1")


ENTRIES: dict[str, Callable[[], Picker]] = {
    "location": picker,
    "item": lambda: picker().scan("A-03-02"),
    "quantity": lambda: picker().scan("A-03-02", "09520000123451"),
    "confirm": lambda: _receiving("confirm"),
    "text": lambda: _receiving("text"),
}
OTHERS: dict[str, Callable[[], Picker]] = {
    "log in": guarded,
    "pin": lambda: guarded().scan("B-WANG").press("2", "4"),
    "menu": lambda: picker().press("*"),
    "help": lambda: picker().press("*", "9"),
    "queue": lambda: picker().press("f5"),
    "conflicts": lambda: picker().press("f6"),
    "alerts": lambda: picker().press("f7"),
}


def place(state: State) -> tuple[object, ...]:
    """Where the operator stands, and with what."""
    return state.flow, state.step, state.work, state.operator, state.candidate, state.kept


def looks(state: State) -> tuple[object, ...]:
    return *place(state), state.menu, state.help, state.panel, state.language, state.secrets


@pytest.mark.parametrize("prompt", [*ENTRIES, *OTHERS])
def test_a_byte_that_is_no_key_changes_nothing_but_what_is_typed(prompt: str) -> None:
    """0x00 to 0x1f with Ctrl-C and Ctrl-Z, 0x80 to 0xff with a lone 0xe9; only help is closed by whatever is a key."""
    terminal = (ENTRIES | OTHERS)[prompt]()
    before, kept = looks(terminal.state), terminal.kept
    typist = Typist(terminal)
    for byte in sorted(set(range(0x100)) - KEYS - (set(range(0x80, 0x100)) if prompt == "help" else set())):
        typist.type(byte)
        assert looks(terminal.state) == before, hex(byte)
    assert (typist.scans, terminal.kept) == ([], kept)


@pytest.mark.parametrize("prompt", ENTRIES)
def test_no_single_byte_moves_an_entry_prompt(prompt: str) -> None:
    """Digits enter, `*`, `-` and Enter open the menu; the step and the work are where they were.

    Only where nothing need be typed is Enter the answer itself.
    """
    terminal = ENTRIES[prompt]()
    standing, kept = terminal.state, terminal.kept
    for byte in set(range(0x100)) - (set(b"\r\n") if prompt == "text" else set()):
        terminal.runtime._state = standing
        Typist(terminal).type(byte)
        assert (place(terminal.state), terminal.kept) == (place(standing), kept), hex(byte)


@pytest.mark.parametrize("prompt", ENTRIES)
def test_escape_clears_what_is_typed_and_the_digit_behind_it_is_entered(prompt: str) -> None:
    terminal = ENTRIES[prompt]()
    keyboard = LineKeyboard(Wedge(), Typist(terminal), clock=lambda: now[0], wall=lambda: round(1000 * now[0]))
    now = [100.0]
    for pause, byte in ((1.0, b"4"), (0.04, b"\x1b"), (1.0, b"7")):
        keyboard.feed(byte)
        now[0] += pause
        keyboard.tick()
    assert terminal.state.entry == "7"
