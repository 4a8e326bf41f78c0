"""Deciding a conflict at the terminal: the answer by its number, then badge and PIN of who decides, and of a second
person where two have to agree (X2, SCREENS.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from memory_terminal import MORNING, SITE, Picker
from supervised import ADJUST, LATER, UNDO, agreed, conflict, reading, terminal

from scanner_client.core import decisions
from scanner_client.core.cells import width
from scanner_client.core.view import SIZES, Size
from sync.wire import decisions as wire
from sync.wire.rows import Conflict, Operator, row_key

SMALL = Size(20, 4)


def test_the_terminals_table_of_answers_is_the_ledgers() -> None:
    assert decisions.ANSWERS == wire.ANSWERS
    assert decisions.NEED_SECOND == wire.NEED_SECOND
    assert decisions.SUPERVISOR == wire.SUPERVISOR


# --- one person decides -----------------------------------------------------------------------------------------------


def test_a_number_then_badge_and_pin_decide_and_whoever_works_here_stays_logged_in() -> None:
    found = reading().press(UNDO)
    assert (found.view.flow, found.view.step, agreed(found)) == ("decide", "badge", [])
    assert found.scan("B-BOSS").view.step == "pin"
    found.type("1111")
    assert agreed(found) == [("boss", {"conflict": "c1", "answer": "undo"})]
    assert (found.view.flow, found.view.step, found.view.operator) == ("main", "menu", "wang")
    assert (found.view.note, found.heard[-1]) == ("note.decided", "kept")


def test_a_badge_alone_will_do_where_goods_are_not_real() -> None:
    found = reading()
    found.store.pins_needed, found.store.pins = False, {}
    assert agreed(found.press("1").scan("B-BOSS")) == [("boss", {"conflict": "c1", "answer": "count_now"})]


def test_nobody_needs_to_be_logged_in_to_decide() -> None:
    found = terminal().press("0").press("f6", "1", UNDO).scan("B-BOSS").type("1111")
    assert (agreed(found)[0][0], found.view.step, found.view.operator) == ("boss", "badge", "")


def test_the_one_who_works_here_may_decide_too() -> None:
    found = reading()
    found.store.live |= {
        (row.table, row.key): row for row in [Operator(code="wang", badge="B-WANG", roles={SITE: ["supervisor"]})]
    }
    assert agreed(found.press(UNDO).scan("B-WANG").type("2468")) == [("wang", {"conflict": "c1", "answer": "undo"})]


def test_a_decision_comes_back_to_the_prompt_and_its_line() -> None:
    found = terminal().press("1").scan("SO-1", "A-03-02", "9520000123451")
    before = (found.view.flow, found.view.step, found.state.work)
    found.press("f6", "1", UNDO).scan("B-BOSS").type("1111")
    assert (found.view.flow, found.view.step, found.state.work) == before
    assert found.state.stack == found.state.stack[:1]


def test_another_number_chooses_another_answer() -> None:
    found = reading().press(UNDO, "1").scan("B-BOSS").type("1111")
    assert agreed(found) == [("boss", {"conflict": "c1", "answer": "count_now"})]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_answer_has_its_number_at_every_size(size: Size) -> None:
    """No pages: 20x4 lists two choices at a time elsewhere."""
    twice = conflict(kind="task_done_twice")
    found = reading(twice, size=size).press("1", "4")
    assert agreed(found.scan("B-BOSS").type("1111")) == [("boss", {"conflict": "c1", "answer": "undo_one"})]


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("badge", ["B-WANG", "B-LI", "B-AFAR", "B-MANDY", "A-03-02", "9520000123451", "?"])
def test_who_may_not_decide_is_refused_by_name(badge: str) -> None:
    found = reading().press(UNDO).scan(badge)
    assert (found.view.step, agreed(found), found.heard[-1]) == ("badge", [], "refused")
    assert found.scan("B-BOSS").view.step == "pin"


@pytest.mark.parametrize(
    ("language", "said"), [("zh_CN", ["wang是工牌", "要主管工牌"]), ("en", ["wang = badge", "boss's badge"])]
)
def test_a_refusal_says_what_was_scanned_what_is_wanted_and_what_to_do(language: str, said: list[str]) -> None:
    found = terminal(size=SMALL, language=language)
    found.runtime._state = found.state.__class__(**{**_fields(found), "language": language})
    found.press("f6", "1", UNDO).scan("B-WANG")
    assert all(part in found.view.text for part in said)
    assert len(found.view.text.splitlines()[1:]) == 3


def _fields(found: Picker) -> dict[str, Any]:
    return {name: getattr(found.state, name) for name in found.state.__struct_fields__}


def test_a_supervisor_without_a_pin_is_sent_to_log_in_first() -> None:
    found = reading()
    del found.store.pins["boss"]
    assert found.press(UNDO).scan("B-BOSS").view.error == "refuse.no_pin_yet"


# --- the PIN ----------------------------------------------------------------------------------------------------------


def test_wrong_pins_are_counted_and_locked_as_at_log_in() -> None:
    found = reading().press(UNDO).scan("B-BOSS")
    for _ in range(5):
        found.type("9999")
    assert (found.type("1111").view.error, agreed(found)) == ("refuse.pin_locked", [])
    found.press("*", "0", "0").scan("B-BOSS").type("1111")
    assert found.view.error == "refuse.pin_locked"
    found.now += 30_000
    assert found.type("1111").view.operator == "boss"


def test_the_right_pin_ends_what_was_counted() -> None:
    found = reading().press(UNDO).scan("B-BOSS").type("9999").type("1111")
    assert (found.state.tries, len(agreed(found))) == ({}, 1)


def test_a_scan_at_the_pin_is_refused_unshown() -> None:
    found = reading().press(UNDO).scan("B-BOSS").press("1").scan("B-CHIEF")
    assert (found.view.error, found.view.scanned, found.view.entry) == ("refuse.scan_at_pin", "", "")
    assert "B-CHIEF" not in repr(found.store.journal)


# --- a second person --------------------------------------------------------------------------------------------------


def test_an_adjustment_takes_two_people() -> None:
    found = reading().press(ADJUST).scan("B-BOSS").type("1111")
    assert (found.view.step, agreed(found)) == ("second", [])
    found.scan("B-CHIEF").type("2222")
    assert agreed(found) == [("boss", {"conflict": "c1", "answer": "adjust", "approved_by": "chief"})]
    assert (found.view.step, found.view.operator) == ("menu", "wang")


def test_nobody_agrees_with_themselves() -> None:
    found = reading().press(ADJUST).scan("B-BOSS").type("1111").scan("B-BOSS")
    assert (found.view.step, found.view.error, agreed(found)) == ("second", "refuse.same_person", [])
    assert found.scan("B-WANG").view.step == "second"


def test_the_second_person_is_shown_what_they_agree_to() -> None:
    found = reading(size=SMALL).press(ADJUST).scan("B-BOSS").type("1111")
    assert "adj +3" in found.view.text
    assert "adj +3" in found.scan("B-CHIEF").view.text


def test_badges_are_enough_for_two_where_goods_are_not_real() -> None:
    found = reading()
    found.store.pins_needed, found.store.pins = False, {}
    found.press(ADJUST).scan("B-BOSS", "B-CHIEF")
    assert agreed(found) == [("boss", {"conflict": "c1", "answer": "adjust", "approved_by": "chief"})]


# --- leaving, haste, restarts -----------------------------------------------------------------------------------------

BEFORE: list[tuple[str, Callable[[Picker], Picker], str]] = [
    ("the answer", lambda t: t, LATER),
    ("the badge", lambda t: t.press(UNDO), "0"),
    ("the badge, by number", lambda t: t.press(UNDO), LATER),
    ("the pin", lambda t: t.press(UNDO).scan("B-BOSS"), "*"),
    ("the second badge", lambda t: t.press(ADJUST).scan("B-BOSS").type("1111"), "0"),
    ("the second badge, by number", lambda t: t.press(ADJUST).scan("B-BOSS").type("1111"), "1"),
    ("the second pin", lambda t: t.press(ADJUST).scan("B-BOSS").type("1111").scan("B-CHIEF"), "*"),
]


@pytest.mark.parametrize(("standing", "key"), [one[1:] for one in BEFORE], ids=[one[0] for one in BEFORE])
def test_leaving_at_any_point_keeps_nothing(standing: Callable[[Picker], Picker], key: str) -> None:
    found = standing(reading()).press(key)
    assert (agreed(found), found.state.decision, found.state.candidate) == ([], None, "")
    assert (found.view.flow, found.view.panel in ("conflict", "conflicts"), found.view.operator) == (
        "main",
        True,
        "wang",
    )


@pytest.mark.parametrize("standing", [one[1] for one in BEFORE[1:]], ids=[one[0] for one in BEFORE[1:]])
def test_a_restart_stands_at_the_same_question(standing: Callable[[Picker], Picker]) -> None:
    found = standing(reading())
    seen = found.view
    assert found.restart().view == seen


@pytest.mark.parametrize("standing", [BEFORE[1][1], BEFORE[4][1]], ids=["badge", "second"])
def test_a_badge_counts_only_a_while_after_it_was_asked_for(standing: Callable[[Picker], Picker]) -> None:
    """Rule 7."""
    found = standing(reading())
    step = found.view.step
    found.scan("B-CHIEF", pause=699)
    assert (found.view.step, found.heard[-1]) == (step, "refused")
    assert found.scan("B-CHIEF", pause=1).view.kind == "pin"


def test_the_queue_shows_the_decision_with_its_place() -> None:
    found = reading().press(UNDO).scan("B-BOSS").type("1111").press("f5")
    assert "decided" in found.view.text
    assert "A-03-02" in found.view.text


# --- answers that need more -------------------------------------------------------------------------------------------


def unknown() -> Conflict:
    return conflict(kind="reference_unknown", subject=row_key("item", "X-99"))


def test_a_code_is_linked_to_the_item_that_is_scanned() -> None:
    found = reading(unknown()).press("1")
    assert found.view.step == "item"
    found.scan("9520000123451").scan("B-BOSS").type("1111")
    assert agreed(found) == [("boss", {"conflict": "c1", "answer": "link_to_item", "item": "TOWEL"})]


@pytest.mark.parametrize("leaving", [["*", "0"]])
def test_the_item_need_not_be_scanned(leaving: list[str]) -> None:
    found = reading(unknown()).press("1", *leaving)
    assert (found.view.flow, found.view.panel, agreed(found)) == ("main", "conflict", [])


def test_goods_are_given_to_another_open_line_of_the_item() -> None:
    found = reading(conflict(kind="order_cancelled", subject=row_key(SITE, "SO-3"), item="SOAP")).press("2")
    assert [value for _, value, _ in found.view.options] == ["SO-1\x1f2", "SO-2\x1f1"]
    found.press("2").scan("B-BOSS").type("1111")
    assert agreed(found)[0][1] == {"conflict": "c1", "answer": "keep_for_line", "order": "SO-2", "line": "1"}


def test_what_a_terminal_cannot_ask_for_is_decided_at_the_office() -> None:
    found = reading(unknown()).press("2")
    assert (found.view.panel, found.heard[-1], found.view.flow) == ("conflict", "refused", "main")
    assert "Office decides" in found.view.text
    assert found.press("3").scan("B-BOSS").view.step == "pin"
    assert reading(unknown()).press("3", "2").view.error == "refuse.at_office"


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_a_decided_conflict_waits_for_the_ledgers_answer_and_takes_no_other() -> None:
    found = reading(conflict(), conflict("c2", "flow_outdated", "x")).press(UNDO).scan("B-BOSS").type("1111")
    found.press("f6")
    rows = [row.strip() for row in found.view.rows]
    assert rows.index("2 SHORT = Undo") > rows.index("1 OLDFLOW")
    found.press("2")
    assert "Decided: Undo" in found.view.text
    assert found.press("1").view.flow == "main"
    assert len(agreed(found)) == 1


@pytest.mark.parametrize(
    ("state", "open_again"), [("kept", False), ("sent", False), ("held", False), ("refused", True)]
)
def test_what_the_ledger_turned_down_is_open_again(state: str, open_again: bool) -> None:
    found = reading().press(UNDO).scan("B-BOSS").type("1111")
    found.store.answers = {"op-1": {"state": state}}
    assert (found.press("f6", "1", UNDO).view.flow == "decide") == open_again


def test_a_conflict_that_is_settled_while_the_badge_is_fetched_is_not_decided() -> None:
    found = reading().press(UNDO)
    found.store.live.pop(("conflict", conflict().key))
    found.scan("B-BOSS")
    assert (found.view.note, found.view.step, agreed(found)) == ("note.settled", "menu", [])


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_moment_of_a_decision_fits_every_screen(size: Size, language: str) -> None:
    found = reading(size=size, language=language)
    moments: list[Callable[[Picker], Picker]] = [
        lambda t: t.press(ADJUST),
        lambda t: t.scan("B-BOSS"),
        lambda t: t.type("1111"),
        lambda t: t.scan("B-BOSS"),
        lambda t: t.scan("B-CHIEF"),
        lambda t: t.type("2222"),
    ]
    for moment in moments:
        moment(found)
        assert [width(row) for row in found.view.rows] == [size.width] * size.height
    assert found.now > MORNING
    assert len(agreed(found)) == 1
