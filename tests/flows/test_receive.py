"""Receiving an inbound order, told as scans and keys: what is asked, kept and refused (R1, R11, R20, R40)."""

from __future__ import annotations

import msgspec
import pytest
from inbound import (
    BOX,
    TEA,
    TEA_L9,
    TOWEL,
    breakages,
    inbound,
    kinds,
    receipt_line,
    receipts,
    receiver,
    shortages,
)
from memory_terminal import Picker

from scanner_client.core.view import Size
from sync.wire.bodies import Undone
from sync.wire.quantity import Quantity
from sync.wire.rows import Item, Order

# --- the order --------------------------------------------------------------------------------------------------------


def test_open_inbound_orders_are_listed_and_chosen_by_number() -> None:
    terminal = receiver(order="")
    assert [value for _, value, _ in terminal.view.options] == ["PO-1", "PO-2"]
    assert terminal.press("1").view.asked.order == "PO-1"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("SO-1", "refuse.order_not_inbound"),
        ("PO-3", "refuse.order_cancelled"),
        ("PO-4", "refuse.order_done"),
        ("PO-9", "text"),
    ],
)
def test_an_order_that_cannot_be_received_is_refused_by_what_it_is(code: str, reason: str) -> None:
    """R11."""
    terminal = receiver(order="").scan(code)
    assert (terminal.view.error, terminal.view.step) == (reason, "order")


def test_an_inbound_order_is_not_picked() -> None:
    terminal = Picker(inbound()).scan("B-WANG").press("1")
    assert [value for _, value, _ in terminal.view.options] == ["SO-1", "SO-2"]
    assert terminal.scan("PO-1").view.error == "refuse.order_inbound"


# --- one line ---------------------------------------------------------------------------------------------------------


def test_one_unit_is_two_scans_and_no_key() -> None:
    """R12."""
    terminal = receiver().scan("SOAP", "IN-1")
    assert receipts(terminal) == [("SOAP", "", "", "1", "IN-1")]


def test_a_typed_twelve_is_two_scans_and_three_keys() -> None:
    terminal = receiver("PO-2").scan("SOAP").type("12").scan("IN-1")
    assert receipts(terminal) == [("SOAP", "", "", "12", "IN-1")]


def test_short_is_two_scans_and_at_most_four_keys() -> None:
    """R20: four of twenty came; the label of the staging place confirms it."""
    terminal = receiver("PO-2").scan("SOAP").press("4", "enter", "*", "1").scan("IN-1")
    assert receipts(terminal) == [("SOAP", "", "", "4", "IN-1")]
    assert shortages(terminal) == [("SOAP", "16", "not_delivered")]


def test_goods_are_taken_in_whatever_order_they_come() -> None:
    terminal = receiver().scan("SOAP", "IN-1", BOX, BOX, "DOCK-1", TEA_L9).type("6").scan("IN-1")
    assert terminal.view.step == "finished"
    assert receipts(terminal) == [
        ("SOAP", "", "", "1", "IN-1"),
        ("TOWEL", "", "", "24", "DOCK-1"),
        ("TEA", "L9", "2028-01-31", "6", "IN-1"),
    ]


def test_an_operation_names_order_line_flow_unit_and_scans_and_no_task() -> None:
    """R5: who, what, where, when, document."""
    terminal = receiver().scan(BOX, "IN-1")
    kept, body = terminal.operations[0]
    assert (kept.by, kept.flow, kept.task, kept.scans) == ("wang", "receive@1", None, (BOX, "IN-1"))
    assert (body.order, body.line, body.unit, body.units, body.done) == ("PO-1", "1", "box", "1", False)


def test_a_line_may_come_in_parts_and_stays_open_until_all_is_in() -> None:
    terminal = receiver().scan(BOX, "IN-1")
    assert terminal.view.step == "item"
    terminal.scan(BOX)
    assert (terminal.view.step, terminal.view.asked.wanted) == ("staging", "1")


def test_what_others_received_meanwhile_is_not_asked_for_again() -> None:
    rows = [row for row in inbound() if row.key != receipt_line("PO-2", 1, "SOAP", 20).key]
    terminal = receiver("PO-2", [*rows, receipt_line("PO-2", 1, "SOAP", 20, done=Quantity(19))]).scan("SOAP")
    assert (terminal.view.step, terminal.view.asked.wanted) == ("staging", "1")


def test_a_wrong_count_is_mended_before_it_is_put_down() -> None:
    terminal = receiver().scan(BOX, BOX).press("*", "0").type("1").scan("IN-1")
    assert receipts(terminal) == [("TOWEL", "", "", "12", "IN-1")]


def test_the_last_four_characters_stand_for_an_unreadable_label() -> None:
    """The screen contract's rule 5: SOAP is 7627 on a phone; the place used before may be typed as well."""
    terminal = receiver("PO-2").scan("SOAP", "IN-1").type("7627")
    assert terminal.view.step == "quantity"
    assert terminal.scan("SOAP", "IN-1").view.asked.order == "PO-2"


# --- lots and dates ---------------------------------------------------------------------------------------------------


def test_lot_and_expiry_come_from_one_gs1_barcode() -> None:
    """R40."""
    terminal = receiver().scan(TEA_L9, "IN-1")
    assert receipts(terminal) == [("TEA", "L9", "2028-01-31", "1", "IN-1")]


@pytest.mark.parametrize(
    "codes",
    [
        (TEA, "]C11728013110L9"),
        ("]C1010952123454321310L9", "]C117280131"),
        (TEA, "]C117280131", "L9"),
        ("]C1010952123454321317280131", "L9"),
        (TEA, TEA_L9),
    ],
    ids=["item, then both", "item and lot, then date", "date before lot", "item and date, then lot", "the same again"],
)
def test_lot_and_expiry_may_come_in_two_barcodes(codes: tuple[str, ...]) -> None:
    """R40."""
    terminal = receiver().scan(*codes, "IN-1")
    assert receipts(terminal) == [("TEA", "L9", "2028-01-31", "1", "IN-1")]


@pytest.mark.parametrize("typed", ["280131", "20280131"])
def test_lot_and_expiry_may_be_typed(typed: str) -> None:
    terminal = receiver().scan(TEA).type("77").type(typed).scan("IN-1")
    assert receipts(terminal) == [("TEA", "77", "2028-01-31", "1", "IN-1")]


def test_the_date_of_a_lot_on_record_is_not_asked_for() -> None:
    terminal = receiver().scan(TEA, "L1")
    assert terminal.view.step == "quantity"
    assert receipts(terminal.scan("IN-1")) == [("TEA", "L1", "2027-01-31", "1", "IN-1")]


@pytest.mark.parametrize(
    ("codes", "reason", "step"),
    [
        ((TEA, "OLD"), "refuse.lot_expired", "lot"),
        ((TEA, "BAD"), "refuse.lot_blocked", "lot"),
        (("]C1010952123454321310OLD",), "refuse.lot_expired", "item"),
        (("]C101095212345432131720013110L9",), "refuse.lot_expired", "item"),
        ((TEA, "]C11720013110L9"), "refuse.lot_expired", "lot"),
        ((TEA, "L9", "]C117200131"), "refuse.lot_expired", "expiry"),
        ((TEA, TOWEL), "item", "lot"),
        ((TEA, "4006381333931"), "refuse.not_a_lot", "lot"),
        ((TEA, "L9", "L1"), "lot", "expiry"),
    ],
)
def test_an_expired_blocked_or_doubtful_lot_is_never_taken_in(codes: tuple[str, ...], reason: str, step: str) -> None:
    """R40."""
    terminal = receiver().scan(*codes)
    assert (terminal.view.error, terminal.view.step, terminal.heard[-1]) == (reason, step, "refused")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("200131", "refuse.lot_expired"), ("281331", "refuse.not_a_date"), ("31", "refuse.not_a_date")],
)
def test_a_typed_date_must_be_one_that_has_not_passed(typed: str, reason: str) -> None:
    assert receiver().scan(TEA, "L9").type(typed).view.error == reason


def test_another_lot_is_put_down_apart() -> None:
    """One operation per line and lot."""
    other = TEA_L9.replace("10L9", "10L8")
    terminal = receiver().scan(TEA_L9, TEA_L9, other)
    assert (terminal.view.error, terminal.view.asked.count) == ("refuse.other_lot_put_down", "2")
    terminal.scan("IN-1", other, "IN-1")
    assert [(lot, count) for _, lot, _, count, _ in receipts(terminal)] == [("L9", "2"), ("L8", "1")]


def test_a_line_that_wants_a_certain_lot_takes_no_other() -> None:
    terminal = receiver("PO-2").scan(TEA_L9)
    assert terminal.view.error == "refuse.other_lot"
    assert terminal.scan(TEA, "L1").view.error == "refuse.other_lot"
    assert terminal.scan("L2").view.step == "quantity"


# --- deviations -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["IN-1", "CONFIRM"])
def test_above_the_order_is_asked_and_confirmed_by_a_label_never_by_the_item(answer: str) -> None:
    """R15, R20, the screen contract's rule 7."""
    terminal = receiver().scan("SOAP", "SOAP")
    assert (terminal.view.question, terminal.heard[-1]) == ("over_order", "attention")
    terminal.scan("SOAP")
    assert (terminal.view.question, terminal.heard[-1]) == ("over_order", "refused")
    terminal.scan(answer)
    assert (terminal.view.step, terminal.kept) == ("staging", [])
    assert receipts(terminal.scan("SOAP", "IN-1")) == [("SOAP", "", "", "3", "IN-1")]


def test_even_the_label_does_not_confirm_before_700_ms() -> None:
    terminal = receiver().scan("SOAP", "SOAP").scan("IN-1", pause=699)
    assert terminal.view.question == "over_order"
    assert terminal.scan("IN-1", pause=1).view.step == "staging"


def test_goods_of_a_line_that_is_full_are_above_the_order_too() -> None:
    terminal = receiver().scan("SOAP", "IN-1", "SOAP")
    assert terminal.view.question == "over_order"
    terminal.scan("CONFIRM", "IN-1")
    assert [count for *_, count, _ in receipts(terminal)] == ["1", "1"]


def test_backing_out_of_the_question_leaves_the_count_as_it_was() -> None:
    terminal = receiver().scan("SOAP", "SOAP").press("*", "0")
    assert (terminal.view.step, terminal.view.asked.count) == ("quantity", "1")


def test_a_line_of_which_nothing_came_is_chosen_and_closed() -> None:
    """R20."""
    terminal = receiver().press("*", "1")
    assert terminal.view.step == "not_delivered"
    terminal.press("2")
    assert (terminal.view.question, terminal.view.asked.item) == ("short", "SOAP")
    terminal.scan("CONFIRM")
    assert (kinds(terminal), shortages(terminal)) == (["short_reported"], [("SOAP", "1", "not_delivered")])
    assert terminal.view.step == "item"


def test_the_rest_is_closed_by_code_only_where_the_place_of_what_came_is_known() -> None:
    terminal = receiver("PO-2").scan("SOAP").press("*", "1").scan("CONFIRM")
    assert (terminal.view.error, terminal.kept) == ("refuse.scan_staging", [])
    terminal.scan("IN-1")
    assert kinds(terminal) == ["received", "short_reported"]


def test_broken_goods_are_received_and_set_apart_where_they_are_put_down() -> None:
    """R20."""
    terminal = receiver("PO-2").scan("SOAP").type("12").press("*", "2").type("3").scan("IN-1")
    assert receipts(terminal) == [("SOAP", "", "", "12", "IN-1")]
    assert breakages(terminal) == [("SOAP", "3", "IN-1")]
    assert terminal.view.step == "item"


def test_no_more_is_broken_than_was_counted() -> None:
    terminal = receiver("PO-2").scan("SOAP").press("*", "2").type("3")
    assert terminal.view.error == "refuse.more_than_counted"


def test_undoing_the_last_line_takes_back_what_was_received_and_what_was_broken() -> None:
    terminal = receiver("PO-2").scan("SOAP").type("12").press("*", "2").type("3").scan("IN-1")
    terminal.press("*", "5")
    assert terminal.view.question == "undo"
    terminal.scan("IN-1")
    assert [body.target for _, body in terminal.kept if isinstance(body, Undone)] == ["op-2", "op-1"]
    assert (terminal.view.step, terminal.scan("SOAP").view.asked.wanted) == ("item", "20")


def test_an_order_is_worked_on_again_after_its_last_receipt_was_undone() -> None:
    terminal = receiver("PO-1").scan("SOAP", "IN-1", BOX, BOX, "IN-1", TEA_L9).type("6").scan("IN-1")
    assert terminal.view.step == "finished"
    terminal.press("*", "5").scan("IN-1")
    assert terminal.view.step == "item"


def test_undo_before_anything_is_kept_forgets_the_count() -> None:
    terminal = receiver("PO-2").scan("SOAP").press("*", "5")
    assert (terminal.view.step, terminal.kept) == ("item", [])


# --- wrong and unknown goods ------------------------------------------------------------------------------------------


def test_goods_of_another_order_are_refused_by_name() -> None:
    """R11."""
    terminal = receiver("PO-2").scan(TOWEL)
    assert (terminal.view.error, terminal.view.step) == ("refuse.not_on_order", "item")
    assert "Towel" in terminal.view.text


def test_a_blocked_item_is_refused() -> None:
    assert receiver("PO-2").scan("HONEY").view.error == "refuse.item_blocked"


@pytest.mark.parametrize(
    ("place", "reason"),
    [("A-03-02", "refuse.not_staging"), ("IN-2", "refuse.place_blocked"), ("T-7", "refuse.not_staging")],
)
def test_goods_are_put_down_at_docks_and_staging_places_only(place: str, reason: str) -> None:
    terminal = receiver().scan("SOAP", place)
    assert (terminal.view.error, terminal.kept) == (reason, [])


def test_an_unknown_code_is_refused_and_can_be_received_deliberately_with_a_description() -> None:
    """R20: nobody knows the article, and yet it stands at the dock."""
    terminal = receiver().scan("4006381333931")
    assert (terminal.view.error, terminal.heard[-1]) == ("refuse.unknown_item", "refused")
    terminal.press("1").type("blue pens").scan("04006381333931").type("5").scan("IN-1")
    kept, body = terminal.operations[0]
    assert (body.item, body.description, str(body.quantity), body.order, body.line, body.location) == (
        "04006381333931", "blue pens", "5", "PO-1", "", "IN-1",
    )  # fmt: skip
    assert kept.scans[0] == "4006381333931"


def test_a_description_may_be_left_out_and_each_scan_counts() -> None:
    terminal = receiver().scan("WHAT-IS-IT").press("1", "enter").scan("WHAT-IS-IT", "WHAT-IS-IT", "IN-1")
    assert receipts(terminal) == [("WHAT-IS-IT", "", "", "3", "IN-1")]
    assert terminal.kept[0][1].description == ""
    assert terminal.scan("SOAP").view.asked.item == "SOAP"


def test_the_expected_scan_clears_an_unknown_code_at_once() -> None:
    terminal = receiver().scan("WHAT-IS-IT", "SOAP", "IN-1")
    assert (terminal.view.step, terminal.view.options, kinds(terminal)) == ("item", (), ["received"])


# --- power, sizes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [Size(20, 4), Size(20, 16), Size(40, 8), Size(80, 24)], ids=str)
def test_after_a_power_cut_the_same_prompt_stands_at_every_step(size: Size) -> None:
    """X7."""
    terminal = receiver(size=size)
    for code in (TEA, "L9", "]C117280131", TEA, "IN-1", "WHAT", "SOAP", "SOAP"):
        terminal.scan(code)
        before = terminal.view
        assert terminal.restart().view == before


def test_decimals_follow_the_item() -> None:
    rows = [*inbound(), Item(code="RICE", unit="kg", scale=3), Order(site="S1", order="PO-9", kind="inbound")]
    rows.append(receipt_line("PO-9", 1, "RICE", 3))
    terminal = receiver("PO-9", rows).scan("RICE").type("2.5").scan("IN-1")
    assert str(terminal.kept[0][1].quantity) == "2.500"


def test_a_line_that_the_office_cancelled_meanwhile_can_still_be_put_down() -> None:
    """The goods are there; what becomes of them is for people to say."""
    terminal = receiver("PO-2").scan("SOAP")
    line = terminal.store.live[("order_line", receipt_line("PO-2", 1, "SOAP", 20).key)]
    terminal.store.live[("order_line", line.key)] = msgspec.structs.replace(line, state="cancelled")
    assert receipts(terminal.scan("IN-1")) == [("SOAP", "", "", "1", "IN-1")]
