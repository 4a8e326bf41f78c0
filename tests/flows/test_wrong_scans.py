"""Wrong scans, each against another rule: refused aloud, in three rows of 20 cells, with nothing kept.

The rows say what it is, what is wanted and what to do (R11, R40; the screen contract, rule 6).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from inbound import TEA, TEA_L9, TOWEL, inbound, receiver
from memory_terminal import Picker, line, order, picker, stock

from scanner_client.core.view import Size
from sync.wire.rows import Item

NARROW = Size(20, 4)
SSCC, HALF, UNKNOWN = "]C100123456789012345675", "]C1010952123", "4006381333931"
Standing = Callable[[], Picker]


def at_location() -> Picker:
    return picker(size=NARROW)


def at_item() -> Picker:
    return picker(size=NARROW).scan("A-03-02")


def at_boxes() -> Picker:
    rows = [*inbound(), order("SO-9"), *line(1, "TOWEL", "A-03-02", 24, order="SO-9", unit="box")]
    return Picker(rows, size=NARROW).scan("B-WANG").press("1").scan("SO-9", "A-03-02")


def at_lot() -> Picker:
    rows = [*inbound(), order("SO-9"), *line(1, "TEA", "B-01-01", 2, order="SO-9", lot="L1")]
    return Picker(rows, size=NARROW).scan("B-WANG").press("1").scan("SO-9", "B-01-01", TEA)


def at_other_lot() -> Picker:
    return at_lot().scan("L1").press("*", "4")


def at_orders() -> Picker:
    return Picker(inbound(), size=NARROW).scan("B-WANG").press("1")


def at_question() -> Picker:
    return at_item().scan(TOWEL).type("9")


def counting() -> Picker:
    rows = [*inbound(), order("SO-9"), *line(1, "SOAP", "A-03-04", 6, order="SO-9"), stock("A-03-04", "SOAP", 90)]
    return Picker(rows, size=NARROW).scan("B-WANG").press("1").scan("SO-9", "A-03-04", "SOAP")


PICKING: list[tuple[str, Standing, str, str, str]] = [
    # what is wrong, where, the scan, the row that says what it is, the row that says what is wanted
    ("a neighbour location", at_location, "A-03-04", "NO!A-03-04 = place", "want A-03-02"),
    ("a staging place", at_location, "IN-1", "NO!IN-1 = unknown", "want A-03-02"),
    ("the item before its location", at_location, TOWEL, "NO!TOWEL = item", "want A-03-02"),
    ("another order", at_location, "SO-2", "NO!SO-2 = order", "want A-03-02"),
    ("a badge", at_location, "B-LI", "NO!li = badge", "want A-03-02"),
    ("a licence plate", at_location, SSCC, "NO!1234567~ = pallet", "want A-03-02"),
    ("a reason code", at_location, "CMD:wrong_lot", "NO!wrong_~ = command", "want A-03-02"),
    ("half a barcode", at_location, HALF, "NO!misread code", "want A-03-02"),
    ("an empty scan", at_location, "", "NO!empty scan", "want A-03-02"),
    ("a code nobody knows", at_location, UNKNOWN, "NO!400638~ = unknown", "want A-03-02"),
    ("a neighbour item", at_item, "SOAP", "NO!SOAP = item", "want Towel 30x70"),
    ("the location twice", at_item, "A-03-02", "NO!A-03-02 = place", "want Towel 30x70"),
    ("a lot where the item is wanted", at_item, "LOT:L1", "NO!L1 = lot", "want Towel 30x70"),
    ("a pack instead of a piece", at_item, "19520000123458", "NO!pack too big", "want Towel 30x70"),
    ("a piece instead of a pack", at_boxes, TOWEL, "NO!piece,want a pack", "want Towel 30x70"),
    ("another lot", at_lot, "L2", "NO!other lot", "want L1"),
    ("the item where the lot is wanted", at_lot, TEA, "NO!TEA = item", "want L1"),
    ("another item's lot label", at_lot, "]C1010952000012345110L1", "NO!TOWEL = item", "want L1"),
    ("an expired lot", at_other_lot, "OLD", "NO!lot has expired", "want a lot label"),
    ("a blocked lot", at_other_lot, "BAD", "NO!lot is blocked", "want a lot label"),
    ("a lot the item never had", at_other_lot, "NEVER", "NO!lot unknown here", "want a lot label"),
    ("a neighbour item while counting", counting, TOWEL, "NO!TOWEL = item", "want Soap 125g"),
    ("a neighbour location while counting", counting, "A-03-02", "NO!A-03-02 = place", "want Soap 125g"),
    ("the item as answer to a question", at_question, TOWEL, "NO!TOWEL = item", "want A-03-02"),
    ("another location as answer to a question", at_question, "A-03-04", "NO!A-03-04 = place", "want A-03-02"),
    ("an inbound order to pick", at_orders, "PO-1", "NO!is inbound order", "want an order"),
    ("a cancelled order", at_orders, "SO-3", "NO!order cancelled", "want an order"),
]  # fmt: skip


def receiving() -> Picker:
    return receiver(size=NARROW)


def at_inbound_orders() -> Picker:
    return receiver(order="", size=NARROW)


def at_blocked() -> Picker:
    return receiver("PO-2", size=NARROW)


def receiving_lot() -> Picker:
    return receiving().scan(TEA)


def receiving_date() -> Picker:
    return receiving().scan(TEA, "L9")


def receiving_tea() -> Picker:
    return receiving().scan(TEA_L9)


def receiving_soap() -> Picker:
    return receiving().scan("SOAP")


RECEIVING: list[tuple[str, Standing, str, str, str]] = [
    ("an outbound order", at_inbound_orders, "SO-1", "NO!not inbound", "want inbound order"),
    ("a cancelled inbound order", at_inbound_orders, "PO-3", "NO!order cancelled", "want inbound order"),
    ("an order that is done", at_inbound_orders, "PO-4", "NO!order is done", "want inbound order"),
    ("another inbound order", receiving, "PO-2", "NO!PO-2 = order", "want goods of order"),
    ("goods of another order", at_blocked, TOWEL, "NO!not on PO:Towel", "want goods of order"),
    ("a blocked item", at_blocked, "HONEY", "NO!blocked:Honey", "want goods of order"),
    ("goods of another lot than ordered", at_blocked, TEA_L9, "NO!other lot", "want goods of order"),
    ("expired goods", receiving, "]C101095212345432131720013110L9", "NO!lot has expired", "want goods of order"),
    ("goods of a blocked lot", receiving, "]C1010952123454321310BAD", "NO!lot is blocked", "want goods of order"),
    ("a staging place before any goods", receiving, "IN-1", "NO!IN-1 = place", "want goods of order"),
    ("a badge at the dock", receiving, "B-LI", "NO!li = badge", "want goods of order"),
    ("a licence plate at the dock", receiving, SSCC, "NO!1234567~ = pallet", "want goods of order"),
    ("half a barcode at the dock", receiving, HALF, "NO!misread code", "want goods of order"),
    ("a code nobody knows at the dock", receiving, UNKNOWN, "NO!unknown:04006381~", "want goods of order"),
    ("another item at the lot prompt", receiving_lot, TOWEL, "NO!TOWEL = item", "want a lot label"),
    ("another item's lot", receiving_lot, "]C1010952000012345110L9", "NO!TOWEL = item", "want a lot label"),
    ("an article number for a lot", receiving_lot, UNKNOWN, "NO!not a lot", "want a lot label"),
    ("an expired lot at the dock", receiving_lot, "OLD", "NO!lot has expired", "want a lot label"),
    ("a lot where the date is wanted", receiving_date, "L1", "NO!L1 = lot", "want date, YYMMDD"),
    ("a date that has passed", receiving_date, "]C117200131", "NO!lot has expired", "want date, YYMMDD"),
    ("another item while counting goods in", receiving_tea, "SOAP", "NO!SOAP = item", "want Green tea"),
    ("another lot while counting goods in", receiving_tea, TEA_L9[:-1] + "8", "NO!other lot;bay", "want Green tea"),
    ("a shelf for a staging place", receiving_soap, "A-03-02", "NO!no bay:A-03-02", "want a bay label"),
    ("a tote for a staging place", receiving_soap, "T-7", "NO!no bay:T-7", "want a bay label"),
    ("a blocked staging place", receiving_soap, "IN-2", "NO!blocked:IN-2", "want a bay label"),
    ("the order where the place is wanted", receiving_soap, "PO-1", "NO!PO-1 = order", "want a bay label"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("standing", "code", "what", "wanted"), [row[1:] for row in [*PICKING, *RECEIVING]],
    ids=[row[0] for row in [*PICKING, *RECEIVING]],
)  # fmt: skip
def test_a_wrong_scan_is_refused_in_three_rows_that_say_what_it_is_and_what_to_do(
    standing: Standing, code: str, what: str, wanted: str
) -> None:
    terminal = standing()
    before, kept = terminal.view, len(terminal.kept)
    terminal.scan(code)
    assert (terminal.heard[-1], len(terminal.kept)) == ("refused", kept)
    assert terminal.view.step in (before.step, "stray")
    said = [row.rstrip() for row in terminal.view.rows[1:]]
    assert said[0].startswith(what)
    assert said[1].startswith(wanted)
    assert said[2].startswith(("Scan it>", "1 take it in>"))
    assert terminal.view.asked == before.asked


@pytest.mark.parametrize("rows", [PICKING, RECEIVING], ids=["picking", "receiving"])
def test_there_are_at_least_25_and_no_two_break_the_same_rule(rows: list[tuple[str, Standing, str, str, str]]) -> None:
    assert len(rows) >= 25
    assert len({(standing, code) for _, standing, code, _, _ in rows}) == len(rows)


def test_pieces_of_a_line_ordered_by_the_pack_are_taken_deliberately() -> None:
    terminal = at_boxes().scan(TOWEL, "CONFIRM", TOWEL)
    assert (terminal.view.step, terminal.view.asked.count) == ("quantity", "2")


def test_confirm_takes_no_piece_where_none_was_refused() -> None:
    assert at_boxes().scan("CONFIRM").heard[-1] == "refused"


def test_a_long_name_yields_to_the_reason_of_the_refusal() -> None:
    rows = [*inbound(), Item(code="LONG", name="Extra long name of an item")]
    assert receiver(rows=rows, size=NARROW).scan("LONG").view.rows[1] == "NO!not on PO:Extra~ "
