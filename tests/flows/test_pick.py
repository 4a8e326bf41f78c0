"""Picking an order, told as scans and keys: what is asked, what is kept, what is refused (R4, R11, R12, R14, R20)."""

from __future__ import annotations

import msgspec
import pytest
from memory_terminal import Picker, line, order, picker, stock, warehouse

from scanner_client.core.view import Size
from sync.wire.bodies import Damaged, Picked, ShortReported, Undone
from sync.wire.quantity import Quantity
from sync.wire.rows import Barcode, Item, OrderLine, Task

TOWEL, BOX, TEA = "9520000123451", "19520000123458", "9521234543213"


def at_towels() -> Picker:
    return picker().scan("A-03-02")


def many_towels(quantity: int, known: int = 100, **more: str) -> Picker:
    """SO-9 wants that many towels; so many are known at the location."""
    rows = [row for row in warehouse() if row.key != stock("A-03-02", "TOWEL", 0).key]
    rows += [order("SO-9"), *line(1, "TOWEL", "A-03-02", quantity, order="SO-9", **more)]
    rows.append(stock("A-03-02", "TOWEL", known))
    return Picker(rows).scan("B-WANG").press("1").scan("SO-9").scan("A-03-02")


def picks(terminal: Picker) -> list[tuple[str, str, str, bool]]:
    """(item, lot, quantity, done) of every pick that was kept."""
    return [(b.item, b.lot, str(b.quantity), b.done) for _, b in terminal.kept if isinstance(b, Picked)]


# --- the walk ---------------------------------------------------------------------------------------------------------


def test_an_order_is_picked_line_by_line_in_walking_order() -> None:
    """R14."""
    terminal = at_towels().scan(TOWEL, TOWEL, TOWEL).scan("A-03-04", "SOAP").scan("B-01-01", TEA, "L1", TEA)
    assert terminal.view.step == "finished"
    assert picks(terminal) == [("TOWEL", "", "3", True), ("SOAP", "", "1", True), ("TEA", "L1", "2", True)]


def test_one_unit_is_two_scans_and_no_key() -> None:
    """R12."""
    terminal = picker().scan("A-03-02").scan(TOWEL, TOWEL, TOWEL)
    before = len(terminal.kept)
    terminal.scan("A-03-04", "SOAP")
    assert len(terminal.kept) == before + 1


def test_an_operation_names_order_line_task_flow_and_scans() -> None:
    """R5: who, what, where, when, document."""
    terminal = at_towels().scan(TOWEL, BOX).type("3")
    kept, body = terminal.operations[0]
    assert (kept.by, kept.task, kept.flow, kept.offset) == ("wang", "SO-1/1", "pick@1", "+08:00")
    assert kept.scans == ("A-03-02", TOWEL)
    assert (body.order, body.line, body.location, body.to) == ("SO-1", "1", "A-03-02", "TOTE:WANG")


def test_picks_go_to_a_scanned_tote() -> None:
    terminal = picker().scan("T-7", "A-03-02", TOWEL, TOWEL, TOWEL)
    assert terminal.kept[0][1].to == "T-7"


def test_an_order_is_chosen_by_its_number_from_the_open_ones() -> None:
    terminal = Picker(warehouse()).scan("B-WANG").press("1")
    assert [value for _, value, _ in terminal.view.options] == ["SO-1", "SO-2"]
    assert terminal.press("2").view.asked.order == "SO-2"


def test_a_task_that_others_finished_meanwhile_gives_way_to_the_next() -> None:
    terminal = picker()
    task = terminal.store.live[("task", "S1\x1fSO-1/1")]
    terminal.store.live[("task", task.key)] = msgspec.structs.replace(task, state="done")
    terminal.scan("A-03-02")
    assert (terminal.view.note, terminal.view.asked.location) == ("note.task_gone", "A-03-04")


def test_another_badge_logs_in_at_the_menu_and_brings_its_language() -> None:
    terminal = Picker(warehouse()).scan("B-WANG", "B-LI")
    assert (terminal.view.operator, terminal.view.language) == ("li", "zh_CN")


# --- quantity ---------------------------------------------------------------------------------------------------------


def test_a_pack_code_counts_its_factor() -> None:
    terminal = many_towels(14).scan(BOX, TOWEL, TOWEL)
    assert picks(terminal) == [("TOWEL", "", "14", True)]


def test_a_typed_quantity_replaces_the_count() -> None:
    terminal = many_towels(20).scan(TOWEL, TOWEL).type("15")
    assert terminal.view.asked.count == "15"
    terminal.type("20")
    assert picks(terminal) == [("TOWEL", "", "20", True)]


def test_a_line_ordered_by_the_box_is_counted_and_typed_in_boxes() -> None:
    terminal = many_towels(36, unit="box").scan(BOX)
    assert (terminal.view.asked.unit, terminal.view.asked.wanted, terminal.view.asked.left) == ("box", "3", "2")
    terminal.type("3")
    body = terminal.kept[0][1]
    assert (str(body.quantity), body.unit, body.units) == ("36", "box", "3")


def test_a_barcode_typed_at_the_quantity_prompt_is_no_quantity() -> None:
    terminal = many_towels(20).scan(TOWEL).type(TOWEL)
    assert (terminal.view.error, terminal.view.asked.count) == ("refuse.not_a_quantity", "1")


def test_a_pack_that_holds_more_than_is_missing_is_refused() -> None:
    terminal = at_towels().scan(BOX)
    assert (terminal.view.error, terminal.heard[-1]) == ("refuse.pack_too_big", "refused")


def test_fullwidth_digits_of_an_input_method_are_digits() -> None:
    terminal = many_towels(20).scan(TOWEL).press("１", "２")
    assert terminal.view.entry == "12"


def test_a_lone_enter_right_after_a_scan_is_the_scanners() -> None:
    terminal = many_towels(20).scan(TOWEL)
    assert not terminal.press("enter", pause=100).view.menu
    assert terminal.press("enter").view.menu


def test_decimals_follow_the_item() -> None:
    rows = [*warehouse(), Item(code="RICE", unit="kg", scale=3), order("SO-9"), stock("A-03-02", "RICE", 50)]
    rows += line(1, "RICE", "A-03-02", 3, order="SO-9")
    terminal = Picker(rows).scan("B-WANG").press("1").scan("SO-9", "A-03-02", "RICE").type("2.5")
    assert terminal.view.asked.left == "0.5"
    assert terminal.type("2.5001").view.error == "refuse.not_a_quantity"
    terminal.type("3")
    assert str(terminal.kept[0][1].quantity) == "3.000"


# --- deviations -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["A-03-02", "CONFIRM"])
def test_above_the_order_is_confirmed_by_the_location_or_the_confirm_code(answer: str) -> None:
    """R15, the screen contract's rule 7."""
    terminal = at_towels().scan(TOWEL).type("5")
    assert (terminal.view.question, terminal.heard[-1]) == ("over_order", "attention")
    terminal.scan(answer)
    assert picks(terminal) == [("TOWEL", "", "5", True)]


def test_above_known_stock_is_asked_once_and_says_how_old_the_stock_is() -> None:
    """R15."""
    terminal = many_towels(20, known=2).scan(TOWEL, TOWEL, TOWEL)
    assert terminal.view.question == "over_stock"
    assert "ago" in terminal.view.text
    terminal.scan("A-03-02", TOWEL)
    assert (terminal.view.question, terminal.view.asked.count) == ("", "4")


def test_even_the_location_does_not_confirm_before_700_ms() -> None:
    terminal = at_towels().scan(TOWEL).type("5")
    terminal.scan("A-03-02", pause=699)
    assert (terminal.view.question, terminal.kept) == ("over_order", [])
    terminal.scan("A-03-02", pause=1)
    assert len(terminal.kept) == 1


def test_a_clock_set_back_does_not_lock_a_question() -> None:
    terminal = at_towels().scan(TOWEL).type("5")
    terminal.now -= 3_600_000
    terminal.scan("A-03-02").scan("A-03-02")
    assert len(terminal.kept) == 1


def test_backing_out_of_a_deviation_leaves_the_count_as_it_was() -> None:
    terminal = at_towels().scan(TOWEL).type("5").press("*", "0")
    assert (terminal.view.step, terminal.view.asked.count) == ("quantity", "1")


def test_the_same_item_at_the_next_location_prompt_asks_whether_it_is_one_too_many() -> None:
    """Rule 12."""
    terminal = at_towels().scan(*[TOWEL] * 4)
    assert terminal.view.question == "extra"
    terminal.scan("A-03-02")
    assert picks(terminal) == [("TOWEL", "", "3", True), ("TOWEL", "", "1", False)]
    assert terminal.view.asked.location == "A-03-04"


def test_short_takes_at_most_four_keys_and_the_location_label() -> None:
    """R20."""
    terminal = at_towels().scan(TOWEL).press("*", "1").scan("A-03-02")
    (_, taken), (_, missing) = terminal.kept
    assert isinstance(missing, ShortReported)
    assert (str(taken.quantity), taken.done, str(missing.quantity), missing.reason) == ("1", False, "2", "short")
    assert terminal.view.asked.location == "A-03-04"


def test_an_empty_location_is_short_with_its_reason() -> None:
    terminal = picker().scan("A-03-04").press("*", "6").scan("A-03-02")
    assert [(kind, body.reason, str(body.quantity)) for kind, body in terminal.kept] == [
        ("short_reported", "location_empty", "3")
    ]


def test_damaged_goods_are_kept_where_they_lie_and_the_line_goes_on() -> None:
    terminal = at_towels().scan(TOWEL).press("*", "2").type("2").scan("A-03-02")
    assert isinstance(terminal.kept[0][1], Damaged)
    assert (terminal.view.step, terminal.view.asked.count) == ("quantity", "1")


def test_damage_found_before_the_lot_was_scanned_is_of_the_lot_that_is_wanted() -> None:
    terminal = at_tea().press("*", "2").type("1").scan("B-01-01")
    assert [(kind, body.lot) for kind, body in terminal.kept if isinstance(body, Damaged)] == [("damaged", "L1")]


def test_a_skipped_line_comes_again_at_the_end() -> None:
    terminal = picker().press("*", "3").scan("A-03-04", "SOAP", "B-01-01", TEA, "L1", TEA)
    assert (terminal.view.asked.location, len(terminal.kept)) == ("A-03-02", 2)


def test_skipping_a_begun_line_keeps_what_was_counted() -> None:
    terminal = at_towels().scan(TOWEL).press("*", "3").scan("A-03-04", "SOAP", "B-01-01", TEA, "L1", TEA)
    assert picks(terminal)[0] == ("TOWEL", "", "1", False)
    terminal.scan("A-03-02", TOWEL, TOWEL)
    assert picks(terminal)[-1] == ("TOWEL", "", "2", True)


def test_undoing_the_last_line_takes_back_all_it_kept_and_asks_for_it_again() -> None:
    terminal = at_towels().scan(TOWEL).press("*", "1").scan("A-03-02").press("*", "5").scan("A-03-02")
    undone = [body.target for _, body in terminal.kept if isinstance(body, Undone)]
    assert undone == ["op-2", "op-1"]
    assert (terminal.view.asked.location, terminal.view.asked.wanted) == ("A-03-02", "3")


def test_undo_before_anything_is_kept_forgets_the_count() -> None:
    terminal = at_towels().scan(TOWEL).press("*", "5")
    assert (terminal.view.step, terminal.kept) == ("item", [])


# --- lots -------------------------------------------------------------------------------------------------------------


def at_tea() -> Picker:
    return at_towels().scan(*[TOWEL] * 3).scan("A-03-04", "SOAP", "B-01-01")


def test_a_lot_in_the_same_code_is_taken_with_the_item() -> None:
    """R40."""
    terminal = at_tea().scan("]C1010952123454321310L1", TEA)
    assert picks(terminal)[-1] == ("TEA", "L1", "2", True)


@pytest.mark.parametrize(("lot", "reason"), [("L2", "refuse.other_lot"), ("nothing", "refuse.other_lot")])
def test_another_lot_than_the_wanted_one_is_refused(lot: str, reason: str) -> None:
    terminal = at_tea().scan(TEA, lot)
    assert (terminal.view.error, terminal.view.step) == (reason, "lot")


def test_another_lot_is_taken_deliberately_and_each_lot_is_an_operation() -> None:
    terminal = at_tea().scan(TEA, "L1").press("*", "4").scan("L2").scan(TEA)
    assert picks(terminal)[-2:] == [("TEA", "L1", "1", False), ("TEA", "L2", "1", True)]


@pytest.mark.parametrize(
    ("lot", "reason"), [("OLD", "refuse.lot_expired"), ("BAD", "refuse.lot_blocked"), ("XX", "refuse.lot_unknown")]
)
def test_an_expired_blocked_or_unknown_lot_is_never_taken(lot: str, reason: str) -> None:
    """R40."""
    terminal = at_tea().scan(TEA, "L1").press("*", "4").scan(lot)
    assert (terminal.view.error, terminal.view.step) == (reason, "other_lot")


# --- wrong scans ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("A-03-04", "location"),
        (TOWEL, "item"),
        ("SO-2", "order"),
        ("B-LI", "badge"),
        ("nonsense", "text"),
        ("123456789012345675", "plate"),
        ("]C10109520000123452", "refuse.code_wrong"),
    ],
)
def test_a_wrong_scan_is_named_for_what_it_is(code: str, kind: str) -> None:
    """R11."""
    terminal = picker().scan(code)
    assert (terminal.view.error, terminal.view.step, terminal.heard[-1]) == (kind, "location", "refused")


def test_the_expected_scan_clears_a_wrong_one_at_once() -> None:
    """Rule 6."""
    terminal = picker().scan("A-03-04").scan("A-03-02", pause=10)
    assert (terminal.view.error, terminal.view.step) == ("", "item")


@pytest.mark.parametrize("clearing", ["enter", "CONFIRM"])
def test_enter_and_the_confirm_code_clear_a_wrong_scan(clearing: str) -> None:
    terminal = picker().scan("A-03-04")
    terminal = terminal.press("enter") if clearing == "enter" else terminal.scan(clearing)
    assert (terminal.view.error, terminal.view.step) == ("", "location")


@pytest.mark.parametrize(
    ("code", "reason"), [("SO-3", "refuse.order_cancelled"), ("nonsense", "text"), ("A-03-02", "location")]
)
def test_a_known_order_that_cannot_be_picked_is_not_called_unknown(code: str, reason: str) -> None:
    terminal = Picker(warehouse()).scan("B-WANG").press("1").scan(code)
    assert terminal.view.error == reason


def test_every_scan_is_journalled_whether_it_was_taken_or_not() -> None:
    terminal = picker().scan("A-03-04", "A-03-02")
    scans = [(entry["raw"], entry["accepted"]) for kind, entry in terminal.store.journal if kind == "scan"]
    assert scans[-2:] == [("A-03-04", False), ("A-03-02", True)]


# --- labels that cannot be read ---------------------------------------------------------------------------------------


def test_check_digits_stand_for_the_location() -> None:
    terminal = at_towels().scan(*[TOWEL] * 3).type("47")
    assert terminal.view.step == "item"


def test_after_wrong_check_digits_the_right_ones_are_typed_into_an_empty_field() -> None:
    terminal = at_towels().scan(*[TOWEL] * 3).type("74")
    assert terminal.view.error == "refuse.check_digits"
    assert terminal.type("47").view.step == "item"


def test_wrong_check_digits_again_and_again_put_the_line_off_and_tell_the_supervisor() -> None:
    terminal = at_towels().scan(*[TOWEL] * 3).type("11").type("12")
    assert terminal.view.error == "refuse.check_digits"
    terminal.type("13")
    assert (terminal.kept[-1][0], terminal.view.asked.location) == ("problem_reported", "B-01-01")


def test_the_last_four_characters_as_phone_keys_stand_for_an_unreadable_label() -> None:
    """Rule 5: A-03-02 ends in 0302; SOAP is 7627 on a phone."""
    assert picker().type("0302").view.step == "item"
    assert picker().type("302").view.error == "entry"
    terminal = at_towels().scan(*[TOWEL] * 3).scan("A-03-04").type("7627")
    assert terminal.view.asked.location == "B-01-01"


def test_a_label_is_not_typed_where_check_digits_are_asked() -> None:
    terminal = at_towels().scan(*[TOWEL] * 3).type("0304")
    assert terminal.view.error == "refuse.check_digits"


# --- power, disk, size ------------------------------------------------------------------------------------------------


def test_after_a_power_cut_the_same_prompt_stands_with_its_count_and_entry() -> None:
    """X7."""
    terminal = many_towels(20).scan(TOWEL, TOWEL).press("1")
    before = terminal.view
    assert terminal.restart().view == before
    assert terminal.press("5", "enter").view.asked.count == "15"


def test_what_cannot_be_kept_is_not_confirmed_and_said_on_the_whole_screen() -> None:
    terminal = at_towels().scan(TOWEL)
    terminal.store.broken = True
    terminal.scan(TOWEL)
    assert (terminal.view.alert, terminal.shown.signals) == ("disk_full", ("refused",))
    terminal.store.broken = False
    terminal.scan(TOWEL)
    assert (terminal.view.alert, terminal.view.asked.count) == ("", "2")


def test_another_size_keeps_step_and_entry() -> None:
    """X10, rule 1."""
    terminal = many_towels(20).scan(TOWEL).press("1")
    shown = terminal.runtime.resize(Size(80, 24))
    assert (shown.view.step, shown.view.entry, len(shown.view.rows)) == ("quantity", "1", 24)


def test_a_line_split_over_two_locations_asks_each_for_its_part() -> None:
    split = OrderLine(site="S1", order="SO-9", line="1", item="TOWEL", quantity=Quantity(5))
    rows = [*warehouse(), order("SO-9"), split]
    for number, (place, part) in enumerate((("A-03-02", 3), ("B-01-01", 2)), 1):
        rows.append(
            Task(site="S1", id=f"t{number}", kind="pick", item="TOWEL", location=place, quantity=Quantity(part),
                 order="SO-9", line="1", sequence=number)
        )  # fmt: skip
    rows += [stock("B-01-01", "TOWEL", 9), Barcode(code="T2", item="TOWEL")]
    terminal = Picker(rows).scan("B-WANG").press("1").scan("SO-9", "A-03-02", *[TOWEL] * 3)
    assert terminal.view.asked.left == "2"
    terminal.scan("B-01-01", "T2", "T2")
    assert terminal.view.step == "finished"
