"""The frames of queue, conflict, alerts, log in and of a second person, cell by cell, at each size (X1, X2, X8, X10,
SCREENS.md)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from memory_terminal import MORNING, MemoryStore, MemoryTransaction
from msgspec.structs import replace
from panelled import (
    BLUE,
    CONCERNS,
    CONFLICT,
    DECIDING,
    DESK,
    MINUTE,
    PIN,
    QUEUE,
    SECOND,
    SECOND_BADGE,
    SHORT,
    SMALL,
    STATUS,
    TALL,
    WIDE,
    Told,
    facts,
    opened,
)

from scanner_client.core.cells import cells_known, width
from scanner_client.core.state import Approval, Notice, State, Tries
from scanner_client.core.view import SIZES, Size, Status, View, view
from scanner_client.flows import shipped_flows, shipped_texts

FRAMES = Path(__file__).parent / "frames"


def drawn(
    state: State, size: Size, language: str = "zh_CN", status: Status = STATUS, known: Told | None = None
) -> View:
    options = {SMALL: 2, TALL: 7, WIDE: 4, DESK: 7}[size]
    state = msgspec.structs.replace(state, options=options)
    return view(state, shipped_flows(), known or facts(), status, size, language, shipped_texts())


TRAINING = replace(STATUS, training=True)
BOUND = [
    ("queue", SMALL, QUEUE, STATUS, BLUE),
    ("queue", TALL, QUEUE, STATUS, BLUE),
    ("queue", WIDE, QUEUE, TRAINING, "毛巾30x70蓝"),
    ("conflict", SMALL, CONFLICT, STATUS, BLUE),
    ("conflict", TALL, CONFLICT, STATUS, BLUE),
    ("conflict", WIDE, CONFLICT, STATUS, BLUE),
    ("second_person", SMALL, SECOND, STATUS, BLUE),
]


def shown(drawn: View) -> list[str]:
    return [row.rstrip() for row in drawn.rows]


@pytest.mark.parametrize(
    ("what", "size", "state", "status", "blue"), BOUND, ids=[f"{one[1]}-{one[0]}" for one in BOUND]
)
def test_a_frame_is_that_of_the_screen_contract(what: str, size: Size, state: State, status: Status, blue: str) -> None:
    wanted = (FRAMES / f"{size}-{what}.txt").read_text(encoding="utf-8").splitlines()
    wanted += [""] * (size.height - len(wanted))
    assert shown(drawn(state, size, status=status, known=facts(blue))) == wanted


def test_the_english_frame_of_a_conflict_has_the_same_layout() -> None:
    wanted = (FRAMES / "20x4-conflict-en.txt").read_text(encoding="utf-8").splitlines()
    assert shown(drawn(CONFLICT, SMALL, "en", known=facts(li="Li"))) == wanted


def test_the_left_pane_of_a_conflict_is_that_of_the_screen_contract() -> None:
    wanted = (FRAMES / "80x24-conflict.txt").read_text(encoding="utf-8").splitlines()
    rows = drawn(CONFLICT, DESK, known=facts("毛巾30x70蓝")).rows[1:-1]
    assert [left for row in rows if (left := row.split("|")[0].rstrip())] == wanted


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_conflict_that_cannot_be_decided_here_says_where(size: Size, language: str) -> None:
    """The answers are shown all the same; the smallest screen has no room to say who decides."""
    known = facts()
    known.found = [replace(SHORT, answerable=False)]
    text = drawn(CONFLICT, size, language, known=known).text
    assert ({"zh_CN": "由主管在办公室定", "en": "Office decides"}[language] in text) == (size != SMALL)
    assert "Number, then badge" not in text
    assert "再扫工牌" not in text


SNAPSHOTS = {
    "queue": QUEUE,
    "conflict": CONFLICT,
    "deciding": DECIDING,
    "second_badge": SECOND_BADGE,
    "conflicts": opened("conflicts"),
    "alerts": opened("alerts"),
    "pin": PIN,
    "second_person": SECOND,
}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("what", SNAPSHOTS)
def test_a_frame_is_as_it_was_agreed_on(what: str, size: Size, language: str) -> None:
    """Plain-text snapshots for what the contract draws not at all or at another size."""
    known = facts()
    known.warned = CONCERNS
    seen = drawn(SNAPSHOTS[what], size, language, known=known)
    assert [width(row) for row in seen.rows] == [size.width] * size.height
    assert all(map(cells_known, seen.rows))
    wanted = (FRAMES / "panels" / f"{size}-{what}-{language}.txt").read_text(encoding="utf-8")
    assert seen.text + "\n" == wanted


def test_the_training_mark_never_yields_over_a_conflict() -> None:
    """Rule 2: at 20x4 unsent may yield there, the mark may not."""
    assert shown(drawn(CONFLICT, SMALL, status=TRAINING))[0] == "练离冲1/2缺货 09:41"
    assert "练" in drawn(QUEUE, SMALL, status=TRAINING).rows[0]
    assert "TRAIN" in drawn(CONFLICT, SMALL, "en", TRAINING).rows[0]


def test_alerts_are_in_sight_at_any_prompt_until_their_cause_ends() -> None:
    warned = replace(STATUS, concerns=2)
    state = State(flow="main", step="menu", operator="wang")
    assert all("!" in drawn(state, size, status=warned).rows[0] for size in SIZES)
    assert all("!" not in drawn(state, size).rows[0] for size in SIZES)


def test_the_time_of_a_scan_is_the_same_at_whatever_second_one_looks() -> None:
    """Of the hour of day a status has hours and minutes only; STATUS is 20 seconds into its minute."""
    for second in range(60):
        later = replace(STATUS, now=MORNING + 1000 * second, clock="11:24" if second < 40 else "11:25")
        assert [row[:5] for row in drawn(QUEUE, SMALL, status=later).rows[1:]] == ["10:42", "10:41", "10:39"]


def test_the_mode_in_use_is_named() -> None:
    """X8."""
    known = facts()
    known.how = "offline"
    assert "2保持离线(现用)" in drawn(QUEUE, TALL, known=known).text
    assert "模式:离线" in drawn(QUEUE, WIDE, known=known).text


def test_what_was_held_back_refused_or_unreadable_is_counted_once_there_is_any() -> None:
    """X3."""
    found = replace(STATUS, held=2, refused=1, quarantined=3)
    assert "审2 拒1 隔3" in drawn(QUEUE, WIDE, status=found).text


def test_no_frame_has_the_pin_that_is_typed() -> None:
    """Rule 10."""
    for size in SIZES:
        seen = drawn(PIN, size)
        assert "2468" not in repr(seen)
        assert "****" in seen.text


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_what_a_second_person_agrees_to_stays_when_the_pin_was_wrong(size: Size) -> None:
    wrong = msgspec.structs.replace(SECOND, notice=Notice(reason="refuse.pin_wrong"))
    text = drawn(wrong, size).text
    assert all(part in text for part in ("账+3箱 A-03-02", "错!密码不对", "密码"))
    assert drawn(wrong, size).question == "second_person"


@pytest.mark.parametrize(
    ("approval", "told"),
    [
        (Approval(kind="adjust", item="TOWEL", location="A-03-02", units=-30, unit="box"), "账-30条 A-03-02"),
        (Approval(kind="adjust", item="TOWEL", location="A-03-02-04-1", units=1200, unit="box"), "+100箱 A-03-02-04-1"),
        (Approval(kind="release", item="TOWEL", location="A-03-02"), "解冻 A-03-02"),
    ],
)
def test_the_quantity_and_the_place_agreed_to_never_yield(approval: Approval, told: str) -> None:
    assert told in drawn(msgspec.structs.replace(SECOND, approval=approval), SMALL).text


def test_a_locked_prompt_says_for_how_long() -> None:
    locked = msgspec.structs.replace(
        PIN, notice=Notice(reason="refuse.pin_wrong"), tries={"wang": Tries(5, MORNING + 29_500)}
    )
    assert "锁住30秒" in drawn(locked, SMALL).text
    locked = msgspec.structs.replace(locked, tries={"wang": Tries(9, MORNING + 8 * MINUTE)})
    assert "locked 8 min" in drawn(locked, TALL, "en").text


@pytest.mark.parametrize(
    ("shows", "said"),
    [("queue", "还没有扫描"), ("conflict", "没有冲突"), ("conflicts", "没有冲突"), ("alerts", "没有警报")],
)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_empty_panel_says_so(shows: str, said: str, size: Size) -> None:
    known = Told(MemoryTransaction(MemoryStore([])))
    known.found, known.total = [], 0
    known.deeds = lambda _first, _count: []  # type: ignore[method-assign,assignment]
    assert said in drawn(opened(shows), size, known=known).text
