"""What the demo draws fits beside the terminal in both languages, and the card says what is false."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from scanner_client import demo
from scanner_client.core.cells import cells_known, width
from scanner_client.core.texts import LANGUAGES
from scanner_client.core.view import Size, View
from scanner_client.demo.figures import Fault, Figures, Tally
from scanner_client.demo.layout import WHOLE, office_width
from scanner_client.demo.minute import PLAYING, STOPS, Happened
from scanner_client.demo.panel import Drawn
from scanner_client.demo.pen import Mark, rows_of, text_of
from scanner_client.demo.scene import OnShelf, Scene
from scanner_client.demo.story import shipped_story
from scanner_client.demo.texts import demo_texts, wrapped
from scanner_client.flows import shipped_texts

BESIDE = office_width(WHOLE, 20)
SHELVES = tuple(
    OnShelf((f"A-03-0{n}", "H1001"), ("Towel 30x70 blue soft thick", "毛巾30x70蓝 柔软加厚"), "strip", "box", 12, 144)
    for n in range(1, 5)
)
SCENE = Scene(
    "en",
    view=View(rows=(), size=Size(20, 16), language="en"),
    unsent={"WANG": 3, "LI": 0},
    figures=Figures(6, 0, 1, 0, {("A-03-02", "H1001"): -36}, {"WANG": 96, "LI": 84}),
    shelves=SHELVES,
)
TRUE = Tally(confirmed=8, in_ledger=8, waiting=0, lost=0, twice=0, conflicts=0, decided=1)


def _drawn(scene: Scene, cells: int = BESIDE) -> Drawn:
    return Drawn(scene, shipped_story(), demo_texts(), shipped_texts(), cells)


def _text(scene: Scene) -> str:
    return rows_of(_drawn(scene).office())


@pytest.mark.parametrize("name", sorted(demo_texts().table))
def test_every_text_is_in_both_languages_with_the_same_facts_and_can_be_drawn(name: str) -> None:
    wordings = demo_texts().table[name]
    assert set(wordings) == set(LANGUAGES)
    assert all(wording and cells_known(wording) for wording in wordings.values())
    assert len({frozenset(re.findall(r"{\w+}", wording)) for wording in wordings.values()}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", range(PLAYING + 1))
@pytest.mark.parametrize("reading", [False, True])
def test_every_stop_fits_beside_the_terminal(language: str, place: int, reading: bool) -> None:
    scene = replace(SCENE, language=language, place=place, happened=Happened(cut=True, reading=reading), note="not_now")
    rows = _drawn(scene).office()
    assert len(rows) <= WHOLE.height - 3
    assert all(width(text_of(row)) <= BESIDE for row in rows)
    assert not any("{" in text_of(row) or "stop" in text_of(row) for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", range(PLAYING + 1))
def test_the_keys_fit_into_the_last_row_and_the_next_one_stands_out(language: str, place: int) -> None:
    row = _drawn(replace(SCENE, language=language, place=place), WHOLE.width).hints()
    assert width(text_of(row).rstrip()) <= WHOLE.width
    lit = [piece.text for piece in row if piece.mark is Mark.KEY]
    key = STOPS[place].key if place < PLAYING else ""
    assert [text.partition(" ")[0].lower() for text in lit] == ([key] if key else [])


def test_the_conflict_is_four_figures() -> None:
    shown = _text(replace(SCENE, place=9, happened=Happened(reading=True)))
    assert re.findall(r"(Wang saw|Wang took|Li took|ledger now) +(-?\d+) box", shown) == [
        ("Wang saw", "12"), ("Wang took", "8"), ("Li took", "7"), ("ledger now", "-3"),
    ]  # fmt: skip


def test_another_prompt_after_the_kill_is_not_called_the_same() -> None:
    killed = replace(SCENE, place=6, happened=Happened(kills=1, cut=True))
    assert "same prompt" in _text(replace(killed, same_prompt=True))
    assert "ANOTHER PROMPT" in _text(killed)


def test_a_true_card_says_so_in_one_row() -> None:
    drawn = _drawn(replace(SCENE, place=PLAYING, tally=TRUE))
    rows = drawn.card()
    assert text_of(rows[1]) == "8 scans, 8 in the ledger, 0 lost, 0 twice, 1 decided"
    assert rows[1][0].mark is Mark.GOOD
    assert "1 play on" in rows_of(drawn.office())


FALSE = {"en": "FALSE: confirmed and not in the ledger: 0193", "zh_CN": "不对: 已确认,却没有入账: 0193"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_false_card_is_red_and_names_what_is_lost_in_its_own_language(language: str) -> None:
    lost = replace(TRUE, in_ledger=5, lost=1, faults=(Fault("lost", "0193"),))
    rows = _drawn(replace(SCENE, place=PLAYING, tally=lost, language=language)).card()
    assert ("1 lost" if language == "en" else "丢1") in text_of(rows[1])
    assert {piece.mark for row in rows[:3] for piece in row} == {Mark.BAD}
    assert FALSE[language] in rows_of(rows)


def test_every_fault_has_its_text() -> None:
    """Those of the code, for no play brings them all about."""
    code = "".join(path.read_text(encoding="utf-8") for path in Path(demo.__file__).parent.glob("*.py"))
    named = set(re.findall(r'Fault\("(\w+)"', code))
    assert named == {name.removeprefix("false.") for name in demo_texts().table if name.startswith("false.")}


def test_what_is_no_whole_box_is_told_in_pieces() -> None:
    odd = replace(SCENE, figures=Figures(6, 0, 0, 0, {("A-03-02", "H1001"): 139}))
    (row,) = (text_of(row) for row in _drawn(odd).office() if text_of(row).startswith("A-03-02"))
    assert row.split()[-4:] == ["12", "box", "139", "pcs"]


def test_what_is_cut_off_is_grey() -> None:
    rows = _drawn(replace(SCENE, place=4, happened=Happened(cut=True))).office()
    (row,) = (row for row in rows if text_of(row).startswith("A-03-02"))
    assert {piece.mark for piece in row} == {Mark.DIM}


@pytest.mark.parametrize("cells", [-6, 0, 3, 4, 5])
def test_text_without_room_comes_to_an_end(cells: int) -> None:
    assert all(width(row) <= cells for row in wrapped("两人都拿了、、毛巾、boxes 一个冲突", cells))


def test_text_is_broken_at_blanks_and_loses_nothing() -> None:
    assert list(wrapped("two boxes of towels", 9)) == ["two boxes", "of towels"]
    assert list(wrapped("items.csv, barcodes.csv, more", 20)) == ["items.csv,", "barcodes.csv, more"]
    assert "".join(wrapped("两人都拿了毛巾,一个冲突", 8)) == "两人都拿了毛巾,一个冲突"
    assert not any(row.startswith(",") for row in wrapped("两人都拿了毛巾,一个冲突", 14))
