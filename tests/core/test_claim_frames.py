"""The frames of who works on what at every size, in both languages, cell by cell (X10, SCREENS.md)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from memory_terminal import SITE, Picker, line, order, warehouse

from scanner_client.core.cells import cells_known, width
from scanner_client.core.view import SIZES, Size
from scanner_client.runtime import Surroundings
from sync.wire.rows import Claim, Operator, Row

FRAMES = Path(__file__).parent / "frames" / "claims"
MINUTE = 60_000
TOWEL, LONG = "9520000123451", "SO-20260921-0042"


def claim(code: str, by: str) -> Claim:
    return Claim(site=SITE, order=code, by=by, terminal="T9", since="2026-09-21T13:12:00Z")


def hall() -> list[Row]:
    """SO-1 is free, SO-2 Zhao's; of an order with a long code somebody with a long name has all."""
    people = [Operator(code="zhao", name="赵敏"), Operator(code="zhou", name="Bartholomew Zhou")]
    return [
        *warehouse(), *people, order(LONG), *line(1, "SOAP", "A-03-04", 1, order=LONG),
        claim("SO-2", "zhao"), claim(LONG, "zhou"),
    ]  # fmt: skip


def taken(terminal: Picker) -> Picker:
    """Zhao takes SO-1 over while its first line is picked."""
    terminal.scan("SO-1", "A-03-02", TOWEL)
    row = claim("SO-1", "zhao")
    terminal.store.live[(row.table, row.key)] = row
    return terminal.scan(TOWEL, TOWEL)


SHOWN: dict[str, Callable[[Picker], Picker]] = {
    "orders": lambda t: t,
    "own": lambda t: t.scan("SO-1", "A-03-02", TOWEL, TOWEL, TOWEL).press("*", "0"),
    "held": lambda t: t.scan("SO-2"),
    "held_long": lambda t: t.scan(LONG),
    "taken": taken,
    "log_off": lambda t: t.scan("SO-1", "A-03-02", TOWEL, TOWEL, TOWEL).press("*", "0", "0", "0"),
    "kept": lambda t: t.scan("SO-1", "A-03-02", TOWEL, TOWEL, TOWEL).press("*", "0", "0", "0", "1"),
    "given_back": lambda t: t.scan("SO-1", "A-03-02", TOWEL, TOWEL, TOWEL).press("*", "0", "0", "0", "2"),
    "error": lambda t: t.scan("SO-2", "A-03-02"),
    "help": lambda t: t.scan("SO-2").press("9"),
}


def drawn(what: str, size: Size, language: str) -> list[str]:
    terminal = Picker(hall(), size=size, language=language)
    terminal.runtime.surroundings = Surroundings(online=False, since=terminal.now - 42 * MINUTE, battery=62)
    terminal.scan("B-LI" if language == "zh_CN" else "B-WANG").press("1")
    return [row.rstrip() for row in SHOWN[what](terminal).view.rows]


def sheet(what: str, language: str) -> str:
    """The frame at all sizes, each under its name."""
    sizes = sorted(SIZES, key=lambda size: (size.width, size.height))
    return "\n".join(line for size in sizes for line in (f"[{size}]", *drawn(what, size, language), ""))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("what", SHOWN)
def test_a_frame_is_the_one_that_was_agreed(what: str, language: str) -> None:
    assert sheet(what, language) == (FRAMES / f"{what}-{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("what", SHOWN)
def test_every_row_fits_in_cells_that_all_terminals_agree_on(what: str, language: str) -> None:
    """Rule 3."""
    for size in SIZES:
        rows = drawn(what, size, language)
        assert len(rows) == size.height
        assert all(width(row) <= size.width and cells_known(row) for row in rows)


@pytest.mark.parametrize("what", ["held", "held_long", "taken", "log_off"])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_answers_are_on_the_screen_at_every_size(what: str, language: str) -> None:
    for size in SIZES:
        text = "\n".join(drawn(what, size, language))
        assert "1 " in text
        assert ("0back" if language == "en" else "0返回") in text
