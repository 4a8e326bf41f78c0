"""Ten scans of one code, 100 ms apart: all count, or the one too many asks and the rest answer nothing (rule 7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from inbound import inbound, receipt_line
from memory_terminal import Picker, line, order, stock

from sync.wire.rows import Order, Row

TOWEL, TEN = "9520000123451", 10


def hall(wanted: int, known: int) -> list[Row]:
    """SO-9 wants towels, of which so many are known; PO-9 brings as many."""
    rows = [row for row in inbound() if row.key != stock("A-03-02", "TOWEL", 0).key]
    return [
        *rows, order("SO-9"), *line(1, "TOWEL", "A-03-02", wanted, order="SO-9"), stock("A-03-02", "TOWEL", known),
        *line(2, "SOAP", "A-03-04", 1, order="SO-9"),
        Order(site="S1", order="PO-9", kind="inbound"), receipt_line("PO-9", 1, "TOWEL", wanted),
    ]  # fmt: skip


def picking(wanted: int, known: int) -> Picker:
    return Picker(hall(wanted, known)).scan("B-WANG").press("1").scan("SO-9", "A-03-02")


def receiving(wanted: int, _known: int) -> Picker:
    return Picker(hall(wanted, 1)).scan("B-WANG").press("2").scan("PO-9")


@pytest.mark.parametrize("job", [picking, receiving])
def test_all_ten_count(job: Callable[[int, int], Picker]) -> None:
    terminal = job(20, 90).scan(*[TOWEL] * TEN, pause=100)
    assert (terminal.view.asked.count, terminal.heard[-TEN:]) == ("10", ["kept"] * TEN)


@pytest.mark.parametrize(
    ("job", "wanted", "known", "question"),
    [(picking, 20, 5, "over_stock"), (picking, 5, 90, "extra"), (receiving, 5, 0, "over_order")],
    ids=["above stock", "line full", "above the inbound order"],
)
def test_five_count_the_sixth_asks_and_four_are_refused_aloud(
    job: Callable[[int, int], Picker], wanted: int, known: int, question: str
) -> None:
    terminal = job(wanted, known)
    terminal.scan(*[TOWEL] * TEN, pause=100)
    assert terminal.heard[-TEN:] == ["kept"] * 5 + ["attention"] + ["refused"] * 4
    early = [entry["raw"] for kind, entry in terminal.store.journal if kind == "early"]
    assert (terminal.view.question, early) == (question, [TOWEL] * 4)
    terminal.press("*", "0")
    counted = [str(body.quantity) for _, body in terminal.kept] or [terminal.view.asked.count]
    assert (counted, terminal.view.question) == (["5"], "")


@pytest.mark.parametrize("late", [700, 5000])
def test_the_item_itself_answers_no_question_however_late(late: int) -> None:
    terminal = picking(20, 5).scan(*[TOWEL] * 6, pause=100).scan(TOWEL, pause=late)
    assert (terminal.view.question, terminal.view.error, terminal.view.asked.count) == ("over_stock", "item", "5")
