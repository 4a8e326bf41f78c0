"""What was scanned reaches the screen as text, whatever its bytes would make a terminal do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_terminal import picker

from scanner_client.core.cells import paintable, width
from scanner_client.core.view import SIZES, Size

COMMANDS = {
    "escape sequence": "\x1b[2JA1",
    "control sequence of eight bits": "\x9b2JA1",
    "title": "\x1b]0;x\x07A1",
    "separator": "]C1\x1d10L1",
    "from right to left": "\u202eA1",
}


@pytest.mark.parametrize("code", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_scanned_command_of_terminals_is_shown_and_not_carried_out(size: Size, code: str) -> None:
    view = picker(size=size).scan(code).view
    assert view.error
    assert all(row.isprintable() for row in view.rows)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_code_leaves_rows_as_wide_as_the_screen(code: str) -> None:
    view = picker(size=Size(20, 4)).scan(code).view
    assert all(row.replace("\u3000", "").isprintable() and width(row) == 20 for row in view.rows)


def test_what_people_read_stays_as_it_is() -> None:
    name = "Müller Ø 毛巾\u300030x70 e\u0301"
    assert paintable(name) == name
