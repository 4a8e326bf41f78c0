"""The machine's table: when the terminal speaks, and that no fault leaves it silent (R33, X8)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.absorb import Absorbed, Verdict
from sync.core.machine import (
    Answered,
    Appended,
    Failed,
    Machine,
    Mode,
    ModeChosen,
    Phase,
    Send,
    SetTimer,
    Started,
    StopWatching,
    SyncNow,
    TimerRang,
    Trouble,
    Watch,
    Watched,
    WatchFailed,
)
from sync.wire.messages import Limits

NOTHING_LEFT = Answered(Absorbed(Verdict.ABSORBED, have_seq=3, progress=True))
MORE_TO_DO = Answered(Absorbed(Verdict.ABSORBED, have_seq=3, progress=True, more=True))
STUCK = Answered(Absorbed(Verdict.ABSORBED, have_seq=3, progress=False, more=True))


def started() -> Machine:
    machine = Machine()
    assert machine.handle(Started()) == [Send(None, (), Limits())]
    return machine


def watching() -> Machine:
    machine = started()
    assert machine.handle(NOTHING_LEFT) == [Watch()]
    return machine


def test_a_scan_made_while_watching_is_sent_at_once() -> None:
    machine = watching()
    assert machine.handle(Appended()) == [StopWatching(), Send(3, (), Limits())]


def test_a_scan_made_during_a_round_trip_is_sent_by_the_next_one() -> None:
    machine = started()
    assert machine.handle(Appended()) == []
    assert machine.handle(NOTHING_LEFT) == [Send(3, (), Limits())]
    assert machine.handle(NOTHING_LEFT) == [Watch()]


def test_while_there_is_more_the_next_round_trip_starts_at_once() -> None:
    machine = started()
    assert machine.handle(MORE_TO_DO) == [Send(3, (), Limits())]


def test_an_answer_that_changes_nothing_though_work_is_left_waits_instead_of_spinning() -> None:
    machine = started()
    (action,) = machine.handle(STUCK, 0.5)
    assert isinstance(action, SetTimer)


def test_the_delay_doubles_with_each_failure_up_to_a_minute() -> None:
    machine = started()
    delays = []
    for _ in range(10):
        (timer,) = machine.handle(Failed(Trouble.UNREACHABLE), 0.999999)
        assert isinstance(timer, SetTimer)
        delays.append(round(timer.seconds))
        machine.handle(TimerRang(timer.number))
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_a_ledger_that_asks_for_time_gets_it() -> None:
    (timer,) = started().handle(Failed(Trouble.BUSY, retry_after=7.0), 0.0)
    assert isinstance(timer, SetTimer)
    assert timer.seconds == 7.0


def test_sync_now_ignores_the_backoff_and_the_old_timer_is_dead() -> None:
    machine = started()
    (timer,) = machine.handle(Failed(Trouble.UNREACHABLE))
    assert isinstance(timer, SetTimer)
    assert machine.handle(SyncNow()) == [Send(None, (), Limits())]
    assert machine.handle(TimerRang(timer.number)) == []


def test_a_line_that_failed_is_online_again_after_three_good_answers() -> None:
    """X8: hysteresis."""
    machine = watching()
    seen = [machine.online]
    machine.handle(WatchFailed(Trouble.UNREACHABLE))
    seen.append(machine.online)
    for _ in range(3):
        machine.handle(SyncNow())
        machine.handle(NOTHING_LEFT)
        seen.append(machine.online)
    assert seen == [True, False, False, False, True]


def test_staying_offline_sends_nothing_until_a_person_asks() -> None:
    machine = watching()
    assert machine.handle(ModeChosen(Mode.OFFLINE)) == [StopWatching()]
    assert machine.handle(Appended()) == []
    assert machine.handle(SyncNow()) == [Send(3, (), Limits())]
    assert machine.handle(MORE_TO_DO) == [Send(3, (), Limits())]
    assert machine.handle(NOTHING_LEFT) == []
    assert machine.phase is Phase.QUIET
    assert machine.handle(ModeChosen(Mode.AUTOMATIC)) == [Send(3, (), Limits())]


def test_choosing_offline_while_a_backlog_goes_up_ends_after_the_round_trip_under_way() -> None:
    machine = started()
    machine.handle(SyncNow())
    assert machine.handle(ModeChosen(Mode.OFFLINE)) == []
    assert machine.handle(MORE_TO_DO) == []
    assert machine.phase is Phase.QUIET


@pytest.mark.parametrize(
    ("trouble", "push", "pull"),
    [(Trouble.TIMEOUT, 250, 250), (Trouble.TOO_BIG, 250, 500), (Trouble.UNREACHABLE, 500, 500)],
)
def test_trouble_lowers_the_limits_it_speaks_of_and_success_raises_them(trouble: Trouble, push: int, pull: int) -> None:
    machine = started()
    machine.handle(Failed(trouble))
    assert machine.handle(SyncNow()) == [Send(None, (), Limits(push=push, pull=pull))]
    assert machine.handle(MORE_TO_DO) == [Send(3, (), Limits())]


def test_another_ledgers_answer_is_not_taken_for_a_good_one() -> None:
    machine = started()
    (action,) = machine.handle(Answered(Absorbed(Verdict.FOREIGN)))
    assert isinstance(action, SetTimer)
    assert not machine.online


def test_a_dropped_reply_is_asked_for_again_at_once_and_then_with_patience() -> None:
    machine = started()
    assert machine.handle(Answered(Absorbed(Verdict.DROPPED))) == [Send(None, (), Limits())]
    (action,) = machine.handle(Answered(Absorbed(Verdict.DROPPED)))
    assert isinstance(action, SetTimer)


ANSWERS = st.sampled_from(
    [NOTHING_LEFT, MORE_TO_DO, STUCK, Answered(Absorbed(Verdict.DROPPED)), Answered(Absorbed(Verdict.TWO_LEDGERS))]
    + [Failed(trouble) for trouble in Trouble]
)
WATCHES = st.sampled_from([Watched(True), Watched(False), WatchFailed(Trouble.TIMEOUT)])
PEOPLE = st.sampled_from([Appended(), SyncNow(), ModeChosen(Mode.OFFLINE), ModeChosen(Mode.AUTOMATIC)])


@given(st.lists(st.one_of(ANSWERS, WATCHES, PEOPLE), max_size=60))
def test_in_automatic_mode_something_is_always_under_way(events: list[object]) -> None:
    """Liveness: whatever happened, a request, a long poll or a timer is out, so the queue will be looked at again."""
    machine = Machine()
    machine.handle(Started())
    timers = itertools.count()
    for event in events:
        if not _can_happen(machine, event):
            continue
        next(timers)
        machine.handle(event, 0.5)  # type: ignore[arg-type]
        if machine.mode is Mode.AUTOMATIC:
            assert machine.phase is not Phase.QUIET


def _can_happen(machine: Machine, event: object) -> bool:
    match event:
        case Answered() | Failed():
            return machine.phase is Phase.SENDING
        case Watched() | WatchFailed():
            return machine.phase is Phase.WATCHING
        case _:
            return True
