"""Logging in: badge and PIN without a network, first PIN, lock and reset; and that a PIN stays unseen (R21)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from memory_terminal import Picker, guarded, pin, warehouse

from scanner_client.core.events import ChoosePin, PinAnswered, PinChecked
from scanner_client.core.state import Tries
from sync.wire.pins import Pin

SECRET = "2468"


def wrong(terminal: Picker, times: int) -> Picker:
    for _ in range(times):
        terminal.type("9999")
    return terminal


def choosing() -> Picker:
    """Li, who has no PIN on a live ledger, has typed 1357 twice."""
    return guarded().scan("B-LI").type("1357").type("1357")


# --- badge and PIN ----------------------------------------------------------------------------------------------------


def test_badge_and_pin_log_in_without_a_network() -> None:
    terminal = guarded().scan("B-WANG")
    assert (terminal.view.step, terminal.view.operator) == ("pin", "")
    assert (terminal.type(SECRET).view.step, terminal.view.operator) == ("menu", "wang")
    assert terminal.heard == ["kept", "kept"]


def test_a_badge_alone_will_do_where_goods_are_not_real() -> None:
    """Training and test ledgers demand no PIN of those who have none."""
    assert Picker(warehouse()).scan("B-WANG").view.step == "menu"


def test_who_has_a_pin_is_asked_for_it_even_there() -> None:
    terminal = Picker(warehouse())
    terminal.store.pins = {"wang": pin("wang", SECRET)}
    assert terminal.scan("B-WANG").view.step == "pin"


def test_on_a_live_ledger_nobody_works_without_a_pin() -> None:
    terminal = guarded().scan("B-LI")
    assert (terminal.view.step, terminal.view.operator) == ("new_pin", "")


def test_the_language_switches_at_the_badge() -> None:
    """Rule 10."""
    terminal = guarded().scan("B-LI")
    assert (terminal.view.language, terminal.press("*").view.step) == ("zh_CN", "badge")


def test_the_log_in_screen_offers_both_languages() -> None:
    terminal = guarded()
    assert [(digit, text) for digit, _, text in terminal.view.options] == [("1", "中文"), ("2", "English")]
    assert terminal.press("1").view.language == "zh_CN"


def test_another_badge_at_the_menu_asks_for_its_own_pin() -> None:
    terminal = guarded().scan("B-WANG").type(SECRET).scan("B-LI")
    assert (terminal.view.operator, terminal.state.candidate) == ("", "li")


def test_a_wrong_pin_is_refused_aloud_and_asked_again() -> None:
    terminal = wrong(guarded().scan("B-WANG"), 1)
    assert (terminal.view.step, terminal.view.error, terminal.heard[-1]) == ("pin", "refuse.pin_wrong", "refused")
    assert terminal.type(SECRET).view.step == "menu"


def test_too_short_a_pin_is_not_even_tried() -> None:
    terminal = guarded().scan("B-WANG").type("246")
    assert (terminal.view.error, terminal.state.tries) == ("refuse.pin_short", {})


@pytest.mark.parametrize("key", ["*", "-", "f4", "f10", "esc"])
def test_a_key_cancels(key: str) -> None:
    terminal = guarded().scan("B-WANG").press("2", "4", key)
    assert (terminal.view.step, terminal.state.candidate, terminal.state.secrets.entry) == ("badge", "", "")


def test_a_restart_asks_again_and_remembers_no_digit() -> None:
    terminal = guarded().scan("B-WANG").press("2", "4")
    assert terminal.restart().view.step == "pin"
    assert terminal.view.entry == ""
    assert terminal.type(SECRET).view.step == "menu"


# --- the lock ---------------------------------------------------------------------------------------------------------


def test_five_wrong_pins_lock_the_prompt_for_30_seconds_even_after_a_restart() -> None:
    terminal = wrong(guarded().scan("B-WANG"), 5)
    terminal.restart()
    assert terminal.type(SECRET).view.error == "refuse.pin_locked"
    terminal.press("*").scan("B-WANG")
    assert terminal.type(SECRET).view.error == "refuse.pin_locked"
    terminal.now += 30_000
    assert terminal.type(SECRET).view.step == "menu"


@pytest.mark.parametrize(
    ("failed", "seconds"), [(4, 0), (5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600), (40, 3600)]
)
def test_each_further_wrong_pin_locks_twice_as_long_up_to_an_hour(failed: int, seconds: int) -> None:
    terminal = guarded().scan("B-WANG")
    terminal.runtime._state = msgspec.structs.replace(terminal.state, tries={"wang": Tries(failed - 1)})
    wrong(terminal, 1)
    until = terminal.state.tries["wang"].locked_until
    assert (until - terminal.now if until else 0) == seconds * 1000


def test_tries_while_it_is_locked_do_not_count() -> None:
    terminal = wrong(guarded().scan("B-WANG"), 9)
    assert terminal.state.tries["wang"].failed == 5


def test_the_lock_is_of_one_person_and_ends_with_the_right_pin() -> None:
    terminal = guarded()
    terminal.store.pins["li"] = pin("li", "1357")
    wrong(terminal.scan("B-WANG"), 5)
    terminal.press("*").scan("B-LI").type("1357")
    assert terminal.view.step == "menu"
    assert wrong(guarded().scan("B-WANG"), 4).type(SECRET).state.tries == {}


def test_a_clock_that_was_set_back_locks_nobody_out_for_days() -> None:
    terminal = wrong(guarded().scan("B-WANG"), 5)
    terminal.now -= 86_400_000
    assert terminal.type(SECRET).view.step == "menu"


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_a_first_pin_is_typed_twice_and_brought_to_the_ledger() -> None:
    terminal = choosing()
    assert terminal.shown.outward == (ChoosePin("li", "1357"),)
    assert (terminal.view.step, terminal.view.operator) == ("asking", "")
    terminal.answer("kept")
    assert (terminal.view.step, terminal.view.operator, terminal.view.note) == ("menu", "li", "note.pin_chosen")


def test_two_different_pins_are_chosen_anew() -> None:
    terminal = guarded().scan("B-LI").type("1357").type("7531")
    assert (terminal.view.step, terminal.view.error, terminal.shown.outward) == ("new_pin", "refuse.pin_differs", ())


@pytest.mark.parametrize(("answer", "note"), [("refused", "note.pin_refused"), ("unreachable", "note.pin_offline")])
def test_without_the_ledgers_word_nobody_is_logged_in(answer: str, note: str) -> None:
    terminal = choosing().answer(answer)
    assert (terminal.view.step, terminal.view.operator, terminal.view.note) == ("badge", "", note)


def test_an_answer_that_comes_too_late_logs_nobody_in() -> None:
    terminal = choosing().press("*")
    terminal.runtime.handle(PinAnswered("li", "kept", terminal.now))
    assert terminal.state.operator == ""
    terminal.scan("B-WANG").runtime.handle(PinChecked("li", right=True, at=terminal.now))
    assert terminal.state.operator == ""


def test_after_a_reset_the_supervisors_code_is_asked_for_first() -> None:
    terminal = guarded()
    terminal.store.pins["wang"] = Pin(operator="wang", by_code=True)
    terminal.scan("B-WANG")
    assert terminal.view.step == "code"
    terminal.type("0123456789").type("1357").type("1357")
    assert terminal.shown.outward == (ChoosePin("wang", "1357", "0123456789"),)


# --- unseen -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrives", [Picker.scan, Picker.break_off])
def test_a_scan_at_a_pin_prompt_is_refused_unshown(arrives: Callable[[Picker, str], Picker]) -> None:
    """Rule 10: it may be somebody's PIN on a label, or the beginning of it."""
    terminal = arrives(guarded().scan("B-WANG"), SECRET)
    assert (terminal.view.step, terminal.view.scanned, terminal.heard[-1]) == ("pin", "", "refused")
    assert SECRET not in repr(terminal.view) + repr(terminal.store.journal)


def test_no_pin_reaches_frame_journal_stored_state_or_operation() -> None:
    terminal, seen = guarded(), []
    for code, typed in (("B-WANG", "9753"), ("", SECRET), ("B-LI", "864209"), ("", "864209")):
        terminal.scan(*filter(None, [code]))
        for key in (*typed, "enter"):
            terminal.press(key)
            seen.append(repr(terminal.view) + repr(terminal.state) + str(terminal.store.state))
    seen.append(repr(terminal.store.journal) + repr(terminal.store.operations) + repr(terminal.shown))
    assert not [text for text in seen for secret in ("9753", SECRET, "864209") if secret in text]
