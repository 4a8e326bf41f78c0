"""Who works on what, at the terminal: opening claims, others are asked, a take-over is told between lines (R10)."""

from __future__ import annotations

import msgspec
import pytest
from inbound import inbound
from memory_terminal import NAME, SITE, TALL, Picker, picker, warehouse

from scanner_client.core.view import SIZES, Size
from sync.wire.bodies import TaskClaimed, TaskReleased
from sync.wire.rows import Claim, Operator, Row

TOWEL, SOAP_SHELF = "9520000123451", "A-03-04"
TO_SOAP = ["A-03-02", TOWEL, TOWEL, TOWEL]
AT_2040 = "2026-09-21T12:40:00Z"


def held(order: str, by: str = "li", terminal: str = "T9", since: str = AT_2040) -> Claim:
    return Claim(site=SITE, order=order, by=by, terminal=terminal, since=since)


def at_orders(*rows: Row, size: Size = TALL) -> Picker:
    """Wang, logged in, at the list of orders."""
    return Picker([*warehouse(), *rows], size=size).scan("B-WANG").press("1")


def take_over(terminal: Picker, order: str, by: str = "li") -> None:
    """News from the ledger: somebody else has it now."""
    terminal.store.live[("claim", held(order).key)] = held(order, by)


def holder(terminal: Picker, order: str) -> str:
    row = terminal.store.live.get(("claim", held(order).key))
    return row.by if isinstance(row, Claim) else ""


# --- opening ----------------------------------------------------------------------------------------------------------


def test_opening_an_order_claims_it_and_says_so_once() -> None:
    terminal = at_orders().scan("SO-1")
    assert terminal.claims == [TaskClaimed(order="SO-1")]
    assert holder(terminal, "SO-1") == "wang"
    (_, claimed, _), *_ = terminal.store.operations
    assert (claimed.kind, claimed.by, claimed.flow, claimed.task) == ("task_claimed", "wang", "pick@1", None)


def test_an_order_chosen_by_its_number_is_claimed_too() -> None:
    assert at_orders().press("2").claims == [TaskClaimed(order="SO-2")]


def test_a_claim_is_no_scan_that_waits() -> None:
    terminal = at_orders().scan("SO-1")
    assert "Q0" in terminal.view.rows[0]
    assert "nothing scanned yet" in terminal.press("f5").view.text


def test_who_comes_back_to_an_order_says_nothing_new() -> None:
    terminal = at_orders(held("SO-1", by="wang", terminal=NAME)).scan("SO-1")
    assert (terminal.view.step, terminal.claims) == ("location", [])


def test_who_comes_to_it_at_another_terminal_is_asked_nothing_and_it_is_told() -> None:
    terminal = at_orders(held("SO-1", by="wang")).scan("SO-1")
    assert (terminal.view.step, terminal.claims) == ("location", [TaskClaimed(order="SO-1")])


# --- somebody else has it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_list_shows_who_has_an_order_and_since_when(size: Size) -> None:
    rows = at_orders(held("SO-2"), size=size).view.rows
    assert any("SO-2" in row and "Li" in row and "20:40" in row for row in rows)
    assert any("SO-1 3 left" in row and "Li" not in row for row in rows)


def test_a_name_yields_where_it_is_tight_and_the_order_never_does() -> None:
    named = msgspec.structs.replace(held("SO-2"), by="zhou")
    people = Operator(code="zhou", name="Bartholomew Zhou", badge="B-ZHOU")
    assert any("2 SO-2 Bartholomew~" in row for row in at_orders(named, people).view.rows)


def test_what_was_begun_a_day_ago_shows_its_day() -> None:
    since = "2026-09-19T12:40:00Z"
    assert any("09-19" in row for row in at_orders(held("SO-2", since=since)).view.rows)


def test_own_work_comes_first_then_what_was_begun_on_this_terminal() -> None:
    orders = [value for _, value, _ in at_orders(held("SO-2", by="wang")).view.options]
    assert orders == ["SO-2", "SO-1"]
    orders = [value for _, value, _ in at_orders(held("SO-2", by="li", terminal=NAME)).view.options]
    assert orders == ["SO-2", "SO-1"]
    assert [value for _, value, _ in at_orders(held("SO-2")).view.options] == ["SO-1", "SO-2"]


@pytest.mark.parametrize("how", ["scan", "digit"])
def test_opening_what_somebody_else_has_is_asked_first(how: str) -> None:
    terminal = at_orders(held("SO-2"))
    terminal = terminal.scan("SO-2") if how == "scan" else terminal.press("2")
    assert (terminal.view.step, terminal.view.question, terminal.heard[-1]) == ("held", "held", "attention")
    assert terminal.claims == []
    assert "Li since 20:40" in terminal.view.text


def test_1_takes_it_over_and_names_from_whom() -> None:
    terminal = at_orders(held("SO-2")).scan("SO-2").press("1")
    assert (terminal.view.step, terminal.view.asked.location) == ("location", SOAP_SHELF)
    assert terminal.claims == [TaskClaimed(order="SO-2", over="li")]
    assert holder(terminal, "SO-2") == "wang"


def test_the_confirm_code_answers_as_1_does() -> None:
    assert at_orders(held("SO-2")).scan("SO-2", "CONFIRM").claims == [TaskClaimed(order="SO-2", over="li")]


def test_0_leaves_it_with_whoever_has_it() -> None:
    terminal = at_orders(held("SO-2")).scan("SO-2").press("0")
    assert (terminal.view.step, terminal.view.asked.order, terminal.claims) == ("order", "", [])


@pytest.mark.parametrize("key", ["1", "0", "１"])
def test_an_answer_that_comes_with_the_question_is_refused_aloud(key: str) -> None:
    """Rule 7: the second press of a hurried hand answers nothing."""
    terminal = at_orders(held("SO-2")).scan("SO-2").press(key, pause=100)
    assert (terminal.view.step, terminal.heard[-1], terminal.claims) == ("held", "refused", [])
    assert terminal.press("1").view.step == "location"


def test_goods_scanned_at_the_question_are_refused_by_name() -> None:
    terminal = at_orders(held("SO-2")).scan("SO-2", "SOAP")
    assert (terminal.view.step, terminal.view.scanned, terminal.heard[-1]) == ("held", "SOAP", "refused")


# --- somebody else takes it -------------------------------------------------------------------------------------------


def test_a_take_over_is_told_at_the_next_line_and_never_within_one() -> None:
    terminal = picker().scan("A-03-02", TOWEL)
    take_over(terminal, "SO-1")
    assert terminal.scan(TOWEL).view.step == "quantity"
    terminal.scan(TOWEL)
    assert (terminal.view.step, terminal.view.question) == ("taken", "taken")
    assert [kind for kind, _ in terminal.kept] == ["picked"], "and the line is kept"
    assert "what you did counts" in terminal.view.text


@pytest.mark.parametrize("opening", ["A-03-02", None])
def test_who_stands_between_two_lines_learns_it_before_the_next_begins(opening: str | None) -> None:
    terminal = picker() if opening else picker().scan(*TO_SOAP)
    take_over(terminal, "SO-1")
    assert terminal.view.step == "location"
    terminal = terminal.scan(opening) if opening else terminal.type("47")
    assert terminal.view.step == "taken"


def test_who_leaves_it_to_the_other_gives_nothing_back() -> None:
    terminal = picker().scan("A-03-02")
    take_over(terminal, "SO-1")
    terminal.scan(TOWEL, TOWEL, TOWEL).press("0")
    assert (terminal.view.step, terminal.claims[1:]) == ("order", [])
    assert holder(terminal, "SO-1") == "li"


def test_who_takes_it_back_goes_on_with_the_next_line() -> None:
    terminal = picker().scan("A-03-02")
    take_over(terminal, "SO-1")
    terminal.scan(TOWEL, TOWEL, TOWEL).press("1")
    assert terminal.claims[1:] == [TaskClaimed(order="SO-1", over="li")]
    assert (terminal.view.step, terminal.view.asked.location) == ("location", SOAP_SHELF)


def test_nobody_is_told_of_an_order_that_is_finished() -> None:
    terminal = at_orders().scan("SO-2", SOAP_SHELF)
    take_over(terminal, "SO-2")
    assert terminal.scan("SOAP").view.step == "finished"
    assert terminal.press("enter").claims[1:] == [], "and what is not theirs they do not give back"
    assert holder(terminal, "SO-2") == "li"


def test_the_question_survives_a_restart() -> None:
    terminal = picker().scan("A-03-02")
    take_over(terminal, "SO-1")
    before = terminal.scan(TOWEL, TOWEL, TOWEL).view
    assert terminal.restart().view == before


def test_what_the_supervisor_freed_is_claimed_again_by_who_works_on() -> None:
    terminal = picker()
    del terminal.store.live[("claim", held("SO-1").key)]
    terminal.scan("A-03-02")
    assert (terminal.view.step, terminal.claims) == ("item", [TaskClaimed(order="SO-1")] * 2)


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_an_order_left_before_anything_was_done_is_free_again() -> None:
    terminal = picker().scan("A-03-02").press("*", "0", "*", "0")
    assert terminal.claims[1:] == [TaskReleased(order="SO-1", reason="left")]
    assert holder(terminal, "SO-1") == ""


def test_so_is_one_whose_only_line_was_taken_back() -> None:
    terminal = picker().scan(*TO_SOAP).press("*", "5").scan("A-03-02").press("*", "0")
    assert terminal.claims[1:] == [TaskReleased(order="SO-1", reason="left")]


def test_an_order_left_after_a_line_stays_with_its_picker() -> None:
    terminal = picker().scan(*TO_SOAP).press("*", "0")
    assert (terminal.view.step, terminal.claims[1:], holder(terminal, "SO-1")) == ("order", [], "wang")


def test_an_order_that_was_kept_from_before_stays_when_it_is_only_looked_at() -> None:
    terminal = at_orders(held("SO-1", by="wang", terminal=NAME)).scan("SO-1").press("*", "0")
    assert (terminal.claims, holder(terminal, "SO-1")) == ([], "wang")


@pytest.mark.parametrize("end", [["*", "0"], ["enter"]])
def test_a_finished_order_is_given_back_when_it_is_left(end: list[str]) -> None:
    """Its lines may be done while the ledger waits for stock: then others may go on."""
    terminal = at_orders().scan("SO-2", SOAP_SHELF, "SOAP").press(*end)
    assert terminal.claims[1:] == [TaskReleased(order="SO-2", reason="finished")]


def test_scanning_the_next_order_ends_the_claim_of_the_one_before() -> None:
    terminal = at_orders().scan("SO-2", SOAP_SHELF, "SOAP", "SO-1")
    assert terminal.claims[1:] == [TaskReleased(order="SO-2", reason="finished"), TaskClaimed(order="SO-1")]


# --- logging off ------------------------------------------------------------------------------------------------------


def going() -> Picker:
    """Wang has done a line of SO-1 and wants to go."""
    return picker().scan(*TO_SOAP).press("*", "0", "0", "0")


def test_who_has_nothing_open_logs_off_at_once() -> None:
    assert at_orders().press("0", "0").view.step == "badge"


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_who_has_open_work_is_asked_what_becomes_of_it(size: Size) -> None:
    terminal = going()
    terminal.runtime.resize(size)
    terminal.press("9", "0")
    assert (terminal.view.step, terminal.view.question, terminal.view.operator) == ("log_off", "log_off", "wang")
    assert all(part in terminal.view.text for part in ("LOG OFF? 1 open", "1 keep", "2 give back", "0back"))


def test_work_that_is_kept_waits_for_its_picker() -> None:
    terminal = going().press("1")
    assert (terminal.view.step, terminal.view.operator, terminal.view.note) == ("badge", "", "note.work_kept")
    assert (terminal.claims[1:], holder(terminal, "SO-1")) == ([], "wang")
    terminal.scan("B-WANG").press("1").scan("SO-1")
    assert (terminal.view.step, terminal.view.asked.location) == ("location", SOAP_SHELF)


def test_work_that_is_given_back_is_free_and_its_lines_stay_done() -> None:
    terminal = going().press("2")
    assert (terminal.view.step, terminal.view.note) == ("badge", "note.work_free")
    assert terminal.claims[1:] == [TaskReleased(order="SO-1", reason="log_off")]
    terminal.scan("B-LI").press("1").scan("SO-1")
    assert (terminal.view.step, terminal.view.asked.location) == ("location", SOAP_SHELF)


def test_0_goes_back_to_the_menu() -> None:
    terminal = going().press("0")
    assert (terminal.view.step, terminal.view.operator) == ("menu", "wang")


def test_a_second_operator_at_the_same_terminal_is_offered_the_firsts_work_as_a_take_over() -> None:
    terminal = picker().scan(*TO_SOAP).press("*", "0", "0").scan("B-LI").press("1")
    assert [value for _, value, _ in terminal.view.options] == ["SO-1", "SO-2"]
    assert terminal.scan("SO-1").view.step == "held"
    assert terminal.press("1").claims[1:] == [TaskClaimed(order="SO-1", over="wang")]


# --- receiving --------------------------------------------------------------------------------------------------------


def at_receipts(*rows: Row) -> Picker:
    return Picker([*inbound(), *rows]).scan("B-WANG").press("2")


def test_an_inbound_order_is_claimed_and_asked_for_like_any_other() -> None:
    assert at_receipts().scan("PO-1").claims == [TaskClaimed(order="PO-1")]
    terminal = at_receipts(held("PO-1")).scan("PO-1")
    assert (terminal.view.step, terminal.view.flow) == ("held", "receive")
    assert terminal.press("1").claims == [TaskClaimed(order="PO-1", over="li")]
    assert terminal.view.step == "item"


def test_a_receiver_learns_of_a_take_over_when_the_goods_are_put_down() -> None:
    terminal = at_receipts().scan("PO-1", TOWEL)
    take_over(terminal, "PO-1")
    assert terminal.scan(TOWEL).view.step == "quantity"
    assert terminal.scan("IN-1").view.step == "taken"
    assert [kind for kind, _ in terminal.kept] == ["received"]


def test_a_receiver_who_stands_between_two_lines_learns_it_with_the_next_goods() -> None:
    terminal = at_receipts().scan("PO-1")
    take_over(terminal, "PO-1")
    assert terminal.scan(TOWEL).view.step == "taken"
    assert terminal.press("0").view.step == "order"


def test_the_clock_of_a_claim_is_shown_and_decides_nothing() -> None:
    for since in ("2036-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "yesterday"):
        terminal = at_orders(held("SO-2", since=since)).scan("SO-2")
        assert "Li since " in terminal.view.text
        assert terminal.press("1").claims == [TaskClaimed(order="SO-2", over="li")]
