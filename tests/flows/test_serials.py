"""Pieces with serial numbers, picked and received: each is a scan of its own, and none counts twice (R17, R40)."""

from __future__ import annotations

from typing import Any

import pytest
from inbound import inbound, receipt_line, receiver
from memory_terminal import Picker, line, order, warehouse
from power_tools import DRILL, METER, PACK, WITH_S1, pieces, tools

from scanner_client.core.view import SIZES, Size
from sync.wire.bodies import Damaged, Picked, Received, Undone
from sync.wire.rows import Balance, Row


def at_drills(rows: list[Row] | None = None, **more: Any) -> Picker:
    return Picker(rows or tools(), **more).scan("B-WANG").press("1").scan("SO-9", "A-03-02")


def at_dock(**more: Any) -> Picker:
    return receiver("PO-9", tools(), **more)


def taken(terminal: Picker) -> list[tuple[str, str, bool]]:
    return [(b.serial, str(b.quantity), b.done) for _, b in terminal.kept if isinstance(b, Picked | Received)]


# --- picking ----------------------------------------------------------------------------------------------------------


def test_each_serial_number_counts_one_and_becomes_an_operation_of_its_own() -> None:
    terminal = at_drills().scan(DRILL)
    assert (terminal.view.step, terminal.view.asked.wanted, terminal.view.asked.count) == ("serial", "3", "0")
    terminal.scan("S1", "S2").scan("S3")
    assert taken(terminal) == [("S1", "1", False), ("S2", "1", False), ("S3", "1", True)]
    assert (terminal.view.asked.item, terminal.operations[0][0].task) == ("SOAP", "SO-9/1")


def test_item_and_serial_number_come_in_one_barcode() -> None:
    """R12: a scan a piece."""
    terminal = at_drills().scan(*[f"]C1010952000012370321S{number}" for number in (1, 2, 3)])
    assert [serial for serial, *_ in taken(terminal)] == ["S1", "S2", "S3"]


def test_an_operation_carries_the_scans_of_its_own_piece() -> None:
    terminal = at_drills().scan(WITH_S1, "S2", "]C121S3")
    assert [one.scans for one, _ in terminal.operations] == [
        ("A-03-02", WITH_S1), ("A-03-02", "S2"), ("A-03-02", "]C121S3"),
    ]  # fmt: skip


@pytest.mark.parametrize("again", ["S1", WITH_S1, "]C121S1"])
def test_the_same_serial_number_does_not_count_twice(again: str) -> None:
    """R17."""
    terminal = at_drills().scan(WITH_S1).scan(again)
    assert (terminal.view.error, terminal.view.asked.count, terminal.heard[-1]) == (
        "refuse.serial_twice",
        "1",
        "refused",
    )
    assert terminal.scan("S2").view.asked.count == "2"


def test_a_piece_that_was_taken_before_is_not_taken_again_for_another_order() -> None:
    rows = [*tools(), order("SO-8"), *line(1, "DRILL", "A-03-02", 1, order="SO-8")]
    terminal = at_drills(rows).scan(WITH_S1, "S2", "S3").press("*", "0").scan("SO-8", "A-03-02", WITH_S1)
    assert (terminal.view.error, terminal.view.step) == ("refuse.serial_twice", "item")
    assert taken(terminal.scan(DRILL, "S4"))[-1] == ("S4", "1", True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (DRILL, "item"),
        (PACK, "item"),
        ("A-03-02", "location"),
        ("9520000123451", "item"),
        ("4006381333931", "refuse.not_a_serial"),
        ("S" * 21, "refuse.not_a_serial"),
        ("]C1010952000012345121S1", "item"),
    ],
)
def test_what_is_no_serial_number_of_the_item_is_refused(code: str, reason: str) -> None:
    terminal = at_drills().scan(DRILL).scan(code)
    assert (terminal.view.error, terminal.view.step, terminal.view.asked.count) == (reason, "serial", "0")


def test_a_serial_number_may_be_typed_and_no_quantity_is_asked() -> None:
    terminal = at_drills().scan(DRILL).type("S4").type("12")
    assert terminal.view.asked.count == "2"


def test_a_pack_of_pieces_with_serial_numbers_counts_nothing_by_itself() -> None:
    terminal = at_drills().scan(PACK)
    assert (terminal.view.step, terminal.view.asked.count) == ("serial", "0")


def test_one_piece_too_many_is_asked_about_with_its_serial_number() -> None:
    terminal = at_drills().scan(WITH_S1, "S2", "S3").scan(DRILL)
    assert terminal.view.error == "item"
    terminal.scan("]C1010952000012370321S3")
    assert terminal.view.error == "refuse.serial_twice"
    terminal.scan("]C1010952000012370321S4").scan("A-03-02")
    assert taken(terminal)[-1] == ("S4", "1", False)


def test_pieces_of_a_line_ordered_by_the_pack_are_counted_one_by_one() -> None:
    rows = [*tools(), order("SO-8"), *line(1, "DRILL", "A-03-02", 2, order="SO-8", unit="box")]
    terminal = Picker(rows).scan("B-WANG").press("1").scan("SO-8", "A-03-02", WITH_S1)
    assert (terminal.view.step, terminal.view.asked.wanted, terminal.view.asked.count) == ("serial", "2", "1")
    assert (terminal.view.asked.unit, [serial for serial, *_ in taken(terminal.scan("S2"))]) == ("pcs", ["S1", "S2"])


def test_an_operation_says_whether_its_piece_was_known_to_lie_there() -> None:
    terminal = at_drills().scan(WITH_S1, "NEW", "S2")
    known = [(body.serial, str(body.known)) for _, body in terminal.kept if isinstance(body, Picked)]
    assert known == [("S1", "1"), ("NEW", "0"), ("S2", "1")]


def test_above_known_stock_is_asked_for_pieces_too() -> None:
    rows = [row for row in tools() if not (isinstance(row, Balance) and row.serial in ("S3", "S4", "S5"))]
    terminal = at_drills(rows).scan(WITH_S1, "S2", "NEW")
    assert terminal.view.question == "over_stock"
    terminal.press("*", "0")
    assert (terminal.view.step, terminal.view.asked.count) == ("serial", "2")
    terminal.scan("NEW").scan("CONFIRM")
    assert [serial for serial, *_ in taken(terminal)] == ["S1", "S2", "NEW"]


def test_short_keeps_the_pieces_that_were_found() -> None:
    terminal = at_drills().scan(WITH_S1, "S2").press("*", "1").scan("A-03-02")
    assert taken(terminal) == [("S1", "1", False), ("S2", "1", False)]
    assert (terminal.kept[-1][0], str(terminal.kept[-1][1].quantity)) == ("short_reported", "1")


def test_a_skipped_line_keeps_its_pieces_and_asks_for_the_rest() -> None:
    terminal = at_drills().scan(WITH_S1).press("*", "3").scan("A-03-04", "SOAP", "A-03-02", DRILL)
    assert (terminal.view.asked.wanted, terminal.scan("S1").view.error) == ("2", "refuse.serial_twice")
    assert [serial for serial, *_ in taken(terminal.scan("S2", "S3"))] == ["S1", "", "S2", "S3"]


def test_a_damaged_piece_is_named_by_its_serial_number_and_cannot_be_taken() -> None:
    """R20."""
    terminal = at_drills().scan(DRILL).press("*", "2")
    assert terminal.view.step == "damaged_piece"
    terminal.scan("S5").press("*", "0").press("*", "2").scan("S4").scan("A-03-02")
    assert [(b.serial, str(b.quantity)) for _, b in terminal.kept if isinstance(b, Damaged)] == [("S4", "1")]
    assert terminal.scan("S4").view.error == "refuse.serial_twice"
    assert terminal.scan("S5").view.asked.count == "1"


def test_undoing_a_line_of_thirty_pieces_takes_back_all_of_them() -> None:
    serials = [f"N{number}" for number in range(30)]
    rows = [*warehouse(), *tools()[len(inbound()) :][:2], order("SO-8"), *line(1, "DRILL", "A-03-02", 30, order="SO-8")]
    rows += pieces("DRILL", "A-03-02", *serials)
    terminal = Picker(rows).scan("B-WANG").press("1").scan("SO-8", "A-03-02", DRILL, *serials)
    assert terminal.view.step == "finished"
    terminal.press("*", "5").scan("A-03-02")
    undone = [body.target for _, body in terminal.kept if isinstance(body, Undone)]
    assert (len(undone), len(set(undone)), terminal.view.asked.wanted) == (30, 30, "30")
    assert terminal.scan("A-03-02", DRILL, "N7").view.asked.count == "1"


def test_forgetting_the_count_forgets_the_pieces() -> None:
    terminal = at_drills().scan(WITH_S1).press("*", "5").scan(WITH_S1)
    assert terminal.view.asked.count == "1"


# --- receiving --------------------------------------------------------------------------------------------------------


def test_received_pieces_become_an_operation_each_and_the_line_closes() -> None:
    terminal = at_dock().scan(DRILL, "R1", "R2").scan("]C1010952000012370321R3")
    assert terminal.view.step == "staging"
    terminal.scan("IN-1")
    assert taken(terminal) == [("R1", "1", False), ("R2", "1", False), ("R3", "1", True)]
    assert terminal.view.step == "item"


def test_a_piece_that_is_already_here_does_not_come_in_again() -> None:
    """R17."""
    terminal = at_dock().scan(WITH_S1)
    assert (terminal.view.error, terminal.view.step) == ("refuse.serial_twice", "item")
    terminal.scan(DRILL, "R1").scan("R1")
    assert (terminal.view.error, terminal.view.asked.count) == ("refuse.serial_twice", "1")
    terminal.scan("IN-1", DRILL, "R1")
    assert terminal.view.error == "refuse.serial_twice"


def test_one_piece_more_than_ordered_is_asked_about() -> None:
    terminal = at_dock().scan(DRILL, "R1", "R2", "R3", "R4")
    assert terminal.view.question == "over_order"
    terminal.scan("IN-1").scan("IN-1")
    assert [serial for serial, *_ in taken(terminal)] == ["R1", "R2", "R3", "R4"]


def test_a_broken_piece_is_one_of_those_counted() -> None:
    terminal = at_dock().scan(DRILL, "R1", "R2").press("*", "2").scan("R9")
    assert (terminal.view.error, terminal.view.step) == ("refuse.serial_not_counted", "damaged_piece")
    terminal.scan("R2").press("*", "1").scan("IN-1")
    broken = [(b.serial, str(b.quantity)) for _, b in terminal.kept if isinstance(b, Damaged)]
    assert ([serial for serial, *_ in taken(terminal)], broken) == (["R1", "R2"], [("R2", "1")])


def test_lot_and_serial_number_may_come_in_one_barcode_or_two() -> None:
    one = at_dock().scan(f"]C1010{METER}10M1\x1d21R1", "IN-1")
    two = at_dock().scan(METER, "M1", "R1", "IN-1")
    beside = at_dock().scan(METER, "]C110M1\x1d21R1", "]C110M1\x1d21R1", "IN-1")
    for terminal in (one, two, beside):
        assert [(b.lot, b.serial) for _, b in terminal.kept] == [("M1", "R1")]


def test_a_piece_of_another_lot_is_put_down_apart() -> None:
    rows = [*tools(), receipt_line("PO-9", 3, "METER", 5)]
    terminal = receiver("PO-9", rows).scan(METER, "M1", "R1").scan("IN-1", METER, "M1", "R2")
    assert terminal.scan(f"]C1010{METER}10M2\x1d21R3").view.error == "refuse.other_lot_put_down"


def test_text_is_no_serial_number_of_goods_that_have_none() -> None:
    terminal = receiver("PO-2").scan("SOAP", "R1")
    assert (terminal.view.error, terminal.view.asked.count) == ("text", "1")


# --- screens and power ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_count_and_the_last_serial_number_stand_at_every_size_and_after_a_power_cut(size: Size) -> None:
    """X7, X10."""
    terminal = at_drills(size=size).scan(WITH_S1, "S2")
    text = terminal.view.text
    assert terminal.restart().view.text == text
    assert [word in text for word in ("A-03-02", "Drill 18V", "3pcs", "2pcs", "Scan serial")] == [True] * 5
    assert size.height == 4 or "last S2" in text
    terminal.scan("A-03-04")
    assert "a serial no" in terminal.view.text
