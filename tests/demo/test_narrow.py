"""In a window with no room beside it the terminal keeps its place, and a row names the key; or words stand instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner_client.core.cells import width
from scanner_client.core.texts import LANGUAGES
from scanner_client.core.view import Size, View
from scanner_client.demo.figures import Fault, Tally
from scanner_client.demo.layout import WHOLE, device_size
from scanner_client.demo.minute import PLAYING, STOPS, Happened
from scanner_client.demo.narrow import Narrow, cells_of, is_over, is_smallest
from scanner_client.demo.pen import Mark, Row, rows_of, text_of
from scanner_client.demo.scene import OnShelf, Scene
from scanner_client.demo.story import shipped_story
from scanner_client.demo.texts import demo_texts
from scanner_client.flows import shipped_texts

SMALL, TALL, WIDE = Size(20, 4), Size(20, 16), Size(40, 8)
WINDOWS = (SMALL, TALL, WIDE)
SHELF = OnShelf(("A-03-02", "H1001"), ("Towel 30x70 blue soft", "毛巾30x70蓝"), "strip", "box", 12, 144)
TRUE = Tally(confirmed=8, in_ledger=8, waiting=0, lost=0, twice=0, conflicts=0, decided=1)
FALSE = replace(TRUE, in_ledger=5, lost=1, faults=(Fault("lost", "0193"),))


def view(size: Size, last: str = "") -> View:
    rows = [""] * (size.height - 1)
    return View((*rows, last.ljust(size.width)), size, "en")


def scene(place: int = 0, size: Size = TALL, **more: object) -> Scene:
    return replace(Scene("en", view=view(size), shelves=(SHELF,), place=place), **more)  # type: ignore[arg-type]


def drawn(one: Scene, cells: int = 20) -> Narrow:
    return Narrow(one, shipped_story(), demo_texts(), shipped_texts(), cells)


def lit(row: Row) -> list[str]:
    return [piece.text.strip() for piece in row if piece.mark is Mark.KEY]


# --- the row that names the key ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cells", [20, 31, 40, 79])
def test_the_key_that_is_due_stands_out_in_one_row_at_every_stop(language: str, cells: int) -> None:
    for place, stop in enumerate(STOPS):
        row = drawn(scene(place, language=language), cells).hint()
        assert width(text_of(row)) == cells
        assert [text.partition(" ")[0].lower() for text in lit(row)] == ([stop.key] if stop.key else [])
        assert text_of(row).startswith(f"{stop.step}/7 ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_row_fits_in_play_over_codes_over_the_card_and_while_opening(language: str) -> None:
    for one in (
        scene(PLAYING), scene(PLAYING, codes=(("A-03-02", "code.right"),)), scene(PLAYING, tally=TRUE),
        Scene("en"), scene(0, shelves=()),
    ):  # fmt: skip
        row = drawn(replace(one, language=language)).hint()
        assert width(text_of(row)) == 20
        assert not lit(row)
        assert "Q" in text_of(row)


def test_with_more_room_a_key_says_what_it_does_here() -> None:
    said = ["".join(lit(drawn(scene(place), 40).hint())) for place in (0, 2, 4, 14)]
    assert said == ["SPACE right scan", "X wrong scan", "SPACE a whole line", "SPACE the card"]


# --- whose row it is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "terminal"),
    [
        ((80, 24), "20x16"), ((79, 24), "20x16"), ((60, 12), "40x8"), ((40, 8), "40x8"), ((20, 16), "20x16"),
        ((20, 15), "20x4"), ((20, 5), "20x4"), ((20, 4), "20x4"), ((10, 2), "20x4"),
    ],
)  # fmt: skip
def test_the_terminal_gets_what_the_window_has_room_for(window: tuple[int, int], terminal: str) -> None:
    assert str(device_size(Size(*window), Size(20, 16))) == terminal


def test_a_terminal_that_leaves_the_office_no_room_is_the_usual_one() -> None:
    assert str(device_size(WHOLE, Size(40, 8))) == "20x16"
    assert str(device_size(Size(110, 24), Size(40, 8))) == "40x8"
    assert str(device_size(WHOLE, Size(20, 4))) == "20x4"


def test_hints_of_the_terminal_yield_only_where_no_row_is_spare() -> None:
    assert all(is_over(size, view(size)) for size in WINDOWS)
    assert not any(is_over(Size(size.width, size.height + 1), view(size)) for size in WINDOWS)
    assert [is_smallest(view(size)) for size in WINDOWS] == [True, False, False]


@pytest.mark.parametrize(
    ("prompt", "place", "key", "cells"),
    [
        ("Scan loc>     *=menu", 0, ["SPACE"], 6), ("Scan loc>     *=menu", 2, ["X"], 6), ("Scan loc A-03>", 0, [], 0),
        ("扫货位>       *菜单", 0, ["SPACE"], 6), ("1Count2Adj3Undo >", 0, [], 0), ("", 0, ["SPACE"], 7),
        ("Scan loc>     *=menu", 1, [], 0),
    ],
)  # fmt: skip
def test_on_the_smallest_layout_the_hint_yields_and_the_prompt_never(
    prompt: str, place: int, key: list[str], cells: int
) -> None:
    row = drawn(scene(place)).corner(view(SMALL, prompt))
    assert (lit(row), cells_of(row)) == (key, cells)


# --- words instead of the terminal, and below it ----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", WINDOWS, ids=str)
@pytest.mark.parametrize("tally", [TRUE, FALSE])
def test_the_card_has_room_in_every_window(size: Size, language: str, tally: Tally) -> None:
    one = scene(PLAYING, tally=tally, language=language)
    rows = drawn(one, size.width).instead(size.height - 1)
    assert 0 < len(rows) <= size.height - 1
    assert all(width(text_of(row)) <= size.width for row in rows)
    figures = "".join(text_of(row) for row in rows)
    assert ("8 in the" if language == "en" else "8次入账") in figures or tally is FALSE
    assert {piece.mark for piece in rows[0]} == {Mark.BAD if tally is FALSE else Mark.GOOD}


def test_a_card_leaves_out_first_what_it_is_read_from() -> None:
    said = [rows_of(drawn(scene(PLAYING, tally=TRUE), 20).instead(rows)) for rows in (15, 8, 3)]
    assert ["1 play on" in one for one in said] == [True, True, False]
    assert ["read from" in one for one in said] == [True, False, False]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("note", ["your_csv", "again"])
@pytest.mark.parametrize("size", WINDOWS, ids=str)
def test_notes_on_the_card_fit(size: Size, note: str, language: str) -> None:
    rows = drawn(scene(PLAYING, tally=TRUE, note=note, language=language), size.width).instead(size.height - 1)
    assert 0 < len(rows) <= size.height - 1
    assert all(width(text_of(row)) <= size.width for row in rows)


def test_while_it_opens_the_last_news_are_seen() -> None:
    parts = ("opening.ledger", "opening.warehouse", "opening.terminals")
    last = drawn(Scene("en", opening=parts)).instead(3)
    assert len(last) == 3
    assert text_of(last[-1]) == "* logging in ..."
    assert "ledger made" in rows_of(drawn(Scene("en", opening=parts)).instead(15))


def test_codes_stand_in_the_terminals_place_with_what_they_are_where_there_is_room() -> None:
    codes = (("A-03-02", "code.location"), ("09520000123451", "unit.box"))
    assert rows_of(drawn(scene(PLAYING, codes=codes)).instead(15)) == "1 A-03-02\n2 09520000123451"
    assert "this location" in rows_of(drawn(scene(PLAYING, codes=codes), 40).instead(7))


def test_the_terminal_has_its_place_in_the_minute_and_words_below_where_rows_are_spare() -> None:
    one = scene(3, happened=Happened(refused=1))
    assert drawn(one).instead(15) == []
    assert drawn(one).below(0) == []
    assert rows_of(drawn(one, 60).below(6)).startswith("\nRefused: it says")
    assert "N cuts the network." in rows_of(drawn(one, 60).below(6))
    assert rows_of(drawn(one, 60).below(2)) == "\nN cuts the network."
    assert rows_of(drawn(one, 60).below(1)) == "N cuts the network."
