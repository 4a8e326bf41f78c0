"""A supervisor in an outage: who is cut off, and what a sync would bring, before anything is sent (R33, X4, X8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from memory_terminal import Picker, warehouse
from outages import chosen, picture, seen, supervising, trial

from scanner_client.core.cells import cells_known, width
from scanner_client.core.events import AskAround, ChooseMode, SyncNow, TryOut
from scanner_client.core.view import SIZES, Size
from scanner_client.told import Trial

FRAMES = Path(__file__).parents[1] / "core" / "frames" / "outage"
SMALL, TALL = Size(20, 4), Size(20, 16)
RELEASE, STAY, AGAIN = "1", "2", "3"
FORETOLD: dict[str, Any] = {
    "outcomes": {"applied": 30, "merged": 1, "explained": 1, "conflict": 5, "held": 1, "quarantined": 2, "waiting": 1},
    "conflicts": {"stock_short": 3, "task_done_twice": 2},
}


def spoken(size: Size, language: str) -> Picker:
    found = supervising(size, language)
    found.runtime._state = msgspec.structs.replace(found.state, language=language)
    found.store.picture = picture()
    return found


def looked(found: Picker) -> Picker:
    """What has come meanwhile is on the screen."""
    found.now += 1000
    found.shown = found.runtime.look()
    return found


def trying(found: Picker, answered: Trial | None = None, **told: Any) -> Picker:
    """A dry run was asked for and answered."""
    chosen(found, "dry_run")
    token = found.state.work.looking
    found.store.trial = msgspec.structs.replace(answered or trial(token, 0, **told), token=token)
    return looked(found)


# --- who may ---------------------------------------------------------------------------------------------------------


def test_only_supervisors_find_it_in_their_menu() -> None:
    assert {"outage", "dry_run"} <= {value for _, value, _ in supervising().view.options}
    at_the_menu = Picker(warehouse()).scan("B-WANG")
    assert at_the_menu.view.step == "menu"
    assert not {"outage", "dry_run"} & {value for _, value, _ in at_the_menu.view.options}


# --- who is cut off --------------------------------------------------------------------------------------------------


def test_entering_asks_the_ledger_and_what_it_says_is_shown_when_it_comes() -> None:
    found = chosen(supervising(), "outage")
    assert found.shown.outward == (AskAround(),)
    assert "not asked yet" in found.view.text
    found.store.picture = picture(0)
    assert "Q37? LOST42m" in looked(found).view.text


def test_a_number_shows_one_terminal_in_full_and_zero_leads_back() -> None:
    found = chosen(spoken(TALL, "en"), "outage").press("2")
    assert (found.view.step, "DOCK-2" in found.view.text, "then 12 unsent" in found.view.text) == (
        "terminal",
        True,
        True,
    )
    assert found.press("1").shown.outward == (AskAround(),)
    assert found.press("0").view.step == "terminals"
    assert found.press("0").view.step == "menu"


def test_without_the_ledger_the_last_picture_says_how_old_it_is() -> None:
    found = spoken(TALL, "en")
    found.store.picture = picture(95)
    assert "as of 95m ago" in chosen(found, "outage").view.text


def test_of_itself_a_terminal_shows_what_it_knows_and_not_what_the_ledger_heard() -> None:
    found = spoken(TALL, "en")
    found.store.picture = picture(30, seen("WANG", 30, mode="automatic", unsent=5))
    found.runtime.surroundings = msgspec.structs.replace(found.runtime.surroundings, online=False, since=found.now)
    found.store.mode = "offline"
    assert "1 WANG*     Q0 OFF0m" in chosen(found, "outage").view.text
    text = found.press("1").view.text
    assert all(told in text for told in ("WANG (this one)", "OFF0m", "0 unsent", "mode offline"))


# --- the dry run -----------------------------------------------------------------------------------------------------


def test_entering_asks_what_would_become_of_the_queue_and_nothing_is_sent() -> None:
    found = chosen(supervising(), "dry_run")
    (asked,) = found.shown.outward
    assert isinstance(asked, TryOut)
    assert asked.token == found.state.work.looking
    assert "Asking" in found.view.text


def test_release_sends_the_queue_and_goes_on_sending() -> None:
    found = trying(supervising(), outcomes={"applied": 3}).press(RELEASE)
    assert found.shown.outward == (ChooseMode("automatic"), SyncNow())
    assert (found.view.step, found.view.note) == ("menu", "note.released")
    assert found.store.journal[-1] == ("released", {"by": "boss"})


def test_a_queue_can_be_kept_back() -> None:
    found = trying(supervising(), outcomes={"conflict": 3}).press(STAY)
    assert found.shown.outward == (ChooseMode("offline"),)
    assert (found.view.step, found.view.note) == ("menu", "note.stays_offline")


def test_nothing_is_released_before_the_answer_was_there_to_be_read() -> None:
    found = chosen(supervising(), "dry_run").press(RELEASE)
    assert (found.view.step, found.view.error, found.shown.outward) == ("answer", "refuse.not_tried", ())
    found.press("enter")
    token = found.state.work.looking
    found.store.trial = trial(token, -1)
    assert found.press(RELEASE).view.error == "refuse.not_tried", "it came as the key was on its way"


def test_an_answer_to_an_earlier_question_is_none() -> None:
    found = trying(supervising(), outcomes={"applied": 3})
    assert "A3" in found.view.text
    assert "Asking" in found.press(AGAIN).view.text
    assert found.press(RELEASE).view.error == "refuse.not_tried"


def test_a_ledger_that_does_not_answer_is_said_so_and_the_queue_may_go_all_the_same() -> None:
    found = trying(supervising(), Trial(token="", at="2026-09-21T00:00:00Z", fault="The ledger cannot be reached."))
    assert "The ledger is silent" in found.view.text
    assert found.press(RELEASE).shown.outward == (ChooseMode("automatic"), SyncNow())


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({}, "Nothing to send"),
        ({"outcomes": {"applied": 2}, "left": 7}, "7 not tried"),
        ({"unplaced": 4}, "4 fit no stream"),
        (FORETOLD, "A30 M2 C5 H1 X2 W1"),
        (FORETOLD, "SHORT3 TWICE2"),
    ],
)
def test_what_would_become_of_the_queue_is_told_in_numbers(told: dict[str, Any], shown: str) -> None:
    assert shown in trying(supervising(), **told).view.text


# --- at every size ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("what", ["terminals", "terminal", "dry_run"])
def test_a_frame_is_as_it_was_agreed_on(what: str, size: Size, language: str) -> None:
    found = spoken(size, language)
    if what == "dry_run":
        trying(found, left=12, **FORETOLD)
    else:
        chosen(found, "outage").press(*("1" if what == "terminal" else ""))
    rows = found.view.rows
    assert [width(row) for row in rows] == [size.width] * size.height
    assert all(map(cells_known, rows))
    wanted = (FRAMES / f"{size}-{what}-{language}.txt").read_text(encoding="utf-8")
    assert found.view.text + "\n" == wanted
