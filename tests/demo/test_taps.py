"""Keys of the demo can be tapped: those it names, and the choices that rows begin with."""

from __future__ import annotations

import pytest

from scanner_client.demo.pen import Mark, Piece, Row
from scanner_client.demo.taps import key_at

HINTS: Row = (Piece(" "), Piece("SPACE right scan", Mark.KEY), Piece("  "), Piece("X wrong scan", Mark.DIM))
CARD: Row = (Piece("1 play on   2 your CSV   3 at 20x4   Q end", Mark.KEY),)
CODE: Row = (Piece("2 ", Mark.KEY), Piece(" A-03-04            a neighbour: wrong"))
UNSENT: Row = (Piece("unsent     ", Mark.DIM), Piece("Wang 3   Li 0", Mark.KEY))


@pytest.mark.parametrize(
    ("row", "x", "hints", "key"),
    [
        (HINTS, 1, True, "space"),
        (HINTS, 10, True, "space"),
        (HINTS, 19, True, "x"),
        (HINTS, 0, True, ""),
        (HINTS, 40, True, ""),
        ((Piece("6/7 "), Piece(" S ", Mark.KEY), Piece("        Q结束")), 17, True, "q"),
        ((Piece("SPACE X N B S C L  Q"),), 6, True, "x"),
        ((Piece(" A minute in a warehouse   step 1 of 7"),), 33, True, ""),
        (CARD, 0, False, "1"),
        (CARD, 14, False, "2"),
        (CARD, 26, False, "3"),
        (CARD, 40, False, "q"),
        (CODE, 30, False, "2"),
        (UNSENT, 17, False, ""),
        ((Piece("8 box of towels"),), 0, False, ""),
    ],
)
def test_a_tap_presses_the_key_that_is_named_there(row: Row, x: int, hints: bool, key: str) -> None:
    assert key_at(row, x, hints=hints) == key
