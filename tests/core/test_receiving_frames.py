"""The frames of receiving and of looking things up at every size, in both languages, cell by cell (X10, SCREENS.md)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from inbound import TEA, TEA_L9, inbound
from memory_terminal import Picker

from scanner_client.core.cells import cells_known, width
from scanner_client.core.view import SIZES, Size
from scanner_client.runtime import Surroundings

FRAMES = Path(__file__).parent / "frames" / "receiving"
MINUTE = 60_000

SHOWN: dict[str, Callable[[Picker], Picker]] = {
    "order": lambda t: t,
    "item": lambda t: t.scan("PO-1"),
    "error": lambda t: t.scan("PO-2", "9520000123451"),
    "stray": lambda t: t.scan("PO-1", "4006381333931"),
    "description": lambda t: t.scan("PO-1", "4006381333931").press("1"),
    "lot": lambda t: t.scan("PO-1", TEA),
    "expiry": lambda t: t.scan("PO-1", TEA, "L9").press("2", "8"),
    "quantity": lambda t: t.scan("PO-1", "19520000123458").press("2"),
    "broken": lambda t: t.scan("PO-1", TEA_L9).type("5").press("*", "2").type("2"),
    "staging": lambda t: t.scan("PO-1", "SOAP", "IN-1", TEA_L9).type("6"),
    "over_order": lambda t: t.scan("PO-1", "SOAP", "IN-1", TEA_L9).type("8"),
    "not_delivered": lambda t: t.scan("PO-1").press("*", "1"),
    "short": lambda t: t.scan("PO-1", TEA_L9).press("*", "1"),
    "undo": lambda t: t.scan("PO-1", "SOAP", "IN-1").press("*", "5"),
    "finished": lambda t: (
        t.scan("PO-1", "SOAP", "IN-1", TEA_L9).type("6").scan("IN-1", *["19520000123458"] * 2, "IN-1")
    ),
    "menu": lambda t: t.scan("PO-1", "SOAP").press("*"),
    "help": lambda t: t.scan("PO-1", "SOAP").press("*", "9"),
}
LOOKED_UP: dict[str, Callable[[Picker], Picker]] = {
    "ask": lambda t: t,
    "places": lambda t: t.scan(TEA),
    "goods": lambda t: t.scan("A-03-02"),
    "nothing": lambda t: t.scan("DOCK-1"),
    "lookup_error": lambda t: t.scan(TEA, "SO-1"),
}


def drawn(what: str, size: Size, language: str) -> list[str]:
    terminal = Picker(inbound(), size=size, language=language)
    terminal.runtime.surroundings = Surroundings(online=False, since=terminal.now - 42 * MINUTE, battery=62)
    terminal.scan("B-LI" if language == "zh_CN" else "B-WANG")
    steps = SHOWN.get(what) or LOOKED_UP[what]
    wanted = "receive" if what in SHOWN else "lookup"
    while not (choice := [digit for digit, value, _ in terminal.view.options if value == wanted]):
        terminal.press("8")
    return [row.rstrip() for row in steps(terminal.press(*choice)).view.rows]


def sheet(what: str, language: str) -> str:
    """The frame at all sizes, each under its name."""
    sizes = sorted(SIZES, key=lambda size: (size.width, size.height))
    return "\n".join(line for size in sizes for line in (f"[{size}]", *drawn(what, size, language), ""))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("what", [*SHOWN, *LOOKED_UP])
def test_a_frame_is_the_one_that_was_agreed(what: str, language: str) -> None:
    assert sheet(what, language) == (FRAMES / f"{what}-{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("what", [*SHOWN, *LOOKED_UP])
def test_every_row_fits_in_cells_that_all_terminals_agree_on(what: str, language: str) -> None:
    """Rule 3."""
    for size in SIZES:
        rows = drawn(what, size, language)
        assert len(rows) == size.height
        assert all(width(row) <= size.width and cells_known(row) for row in rows)


@pytest.mark.parametrize("what", ["item", "lot", "quantity", "staging", "over_order", "short", "stray"])
def test_offline_and_the_number_of_unsent_scans_never_yield(what: str) -> None:
    """Rule 2, at the narrowest."""
    status = drawn(what, Size(20, 4), "zh_CN")[0]
    assert status.startswith("离4")
    assert "待" in status
