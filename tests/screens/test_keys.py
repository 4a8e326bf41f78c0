"""What a terminal sends for keys and taps, as the engine's names; and what a line's bytes become, in their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.decoding import decode
from devices.ports import SourceState
from devices.wedge import Wedge
from scanner_client.keyboard import LineKeyboard
from screens.keys import Tap, read_keys, without_reports


def keys(typed: bytes, code_page: str = "") -> list[str | Tap]:
    return list(read_keys(typed, lambda raw: decode(raw, code_page)))


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (b"7", ["7"]),
        (b"12\r", ["1", "2", "enter"]),
        (b"\x7f\x08", ["backspace", "backspace"]),
        (b"*9-", ["*", "9", "-"]),
        (b" ", ["space"]),
        (b"\x1b", ["esc"]),
        (b"\x1b7", ["esc", "7"]),
        (b"\x1b\x1b", ["esc", "esc"]),
        (b"\x1b[A\x1b[B\x1bOA", ["up", "down", "up"]),
        (b"\x1bOP\x1b[11~\x1b[[A\x1b[21~", ["f1", "f1", "f1", "f10"]),
        (b"\x1bOq\x1bOj\x1bOM", ["1", "*", "enter"]),
        ("１２".encode(), ["１", "２"]),
        ("货".encode("gb18030"), ["货"]),
        (b"\x1b[<0;3;5M\x1b[<0;3;5m", [Tap(2, 4)]),
        (b"\x1b[M #%\x1b[M##%", [Tap(2, 4)]),
        (b"\x1b[M 1!7", [Tap(16, 0), "7"]),
    ],
)
def test_a_key_has_the_name_the_engine_knows(typed: bytes, named: list[str | Tap]) -> None:
    assert keys(typed, "gb18030") == named


@pytest.mark.parametrize(
    "typed",
    [
        b"\x03\x04\x11\x13\x1a\x1c\x00\t", b"\x1b[", b"\x1b[1;", b"\x1b[99~", b"\x1b[200~\x1b[201~", b"\x1b[<64;3;5M",
        b"\x1b[I\x1b[O", b"\x1b[?2026;2$y", b"\xb2", b"\xb9\xb3\xbc", "²①".encode(),
    ],
)  # fmt: skip
def test_what_has_no_name_means_nothing(typed: bytes) -> None:
    assert keys(typed) == []


@given(st.binary(max_size=60))
def test_any_bytes_can_be_read(typed: bytes) -> None:
    assert all(one in NAMES or len(one) == 1 for one in keys(typed) if isinstance(one, str))


NAMES = {"enter", "backspace", "esc", "space", "up", "down", "left", "right", "home", "end", "delete"} | {
    f"f{number}" for number in range(1, 11)
}


def test_marks_of_a_paste_and_reports_of_the_mouse_are_no_part_of_a_code() -> None:
    assert without_reports("\x1b[200~]C1\x1d\x1b[<0;3;5M01\x1b[201~") == "]C1\x1d01"


# --- the line ---------------------------------------------------------------------------------------------------------


class Heard:
    def __init__(self) -> None:
        self.all: list[tuple[str, object, int]] = []

    def scan(self, raw: str, at: int) -> None:
        self.all.append(("scan", raw, at))

    def press_at(self, key: str, at: int) -> None:
        self.all.append(("key", key, at))

    def tap(self, x: int, y: int) -> None:
        self.all.append(("tap", (x, y), 0))

    def partial(self, state: SourceState) -> None:
        self.all.append(("partial", state.raw, 0))


class Line:
    """A line whose clock stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0
        self.heard = Heard()
        self.keyboard = LineKeyboard(Wedge(), self.heard, clock=lambda: self.now, wall=lambda: round(1000 * self.now))

    def send(self, data: bytes, pause: float = 1.0) -> Line:
        self.keyboard.feed(data)
        self.now += pause
        self.keyboard.tick()
        return self

    @property
    def told(self) -> list[tuple[str, object]]:
        return [(kind, what) for kind, what, _ in self.heard.all]


def test_scans_and_keys_keep_the_order_they_came_in() -> None:
    line = Line().send(b"A-03-02\r").send(b"1").send(b"2").send(b"\r").send(b"9520000123451\r")
    assert line.told == [
        ("scan", "A-03-02"), ("key", "1"), ("key", "2"), ("key", "enter"), ("scan", "9520000123451"),
    ]  # fmt: skip


def test_escape_and_a_digit_within_80_ms_are_two_keys() -> None:
    assert Line().send(b"\x1b", pause=0.04).send(b"4").told == [("key", "esc"), ("key", "4")]


def test_a_sequence_cut_between_two_reads_is_one_key() -> None:
    assert Line().send(b"\x1b", pause=0.01).send(b"[A").told == [("key", "up")]


def test_a_scan_is_timed_by_when_it_came() -> None:
    line = Line()
    line.keyboard.feed(b"9520000123451")
    line.now += 2
    line.keyboard.tick()
    assert line.heard.all == [("scan", "9520000123451", 100_000)]


def test_the_line_says_how_long_it_may_sleep() -> None:
    line = Line()
    assert line.keyboard.wait is None
    line.keyboard.feed(b"7")
    assert line.keyboard.wait == pytest.approx(0.05)
    line.now += 1
    assert line.keyboard.wait == 0


@pytest.mark.parametrize("tap", [b"\x1b[<0;17;5M\x1b[<0;17;5m", b"\x1b[M 1%\x1b[M#1%"])
def test_a_finger_that_taps_is_no_scan(tap: bytes) -> None:
    """Neither form's bytes come as slowly as a person types, nor are they characters of a code."""
    assert Line().send(tap).told == [("tap", (16, 4))]


def test_a_paste_with_separators_is_one_scan() -> None:
    line = Line().send(b"\x1b[200~]C121A\x1d0109520000123451\x1b[201~")
    assert line.told == [("scan", "]C121A\x1d0109520000123451")]
