"""Who may decide what, whose word stands, and what waits for a second person or for its subject."""

from __future__ import annotations

import pytest
from ledger.desk import BOSS, EVERYWHERE, SECOND, Desk, open_tasks, stock_short
from ledger.hall import OTHER, SITE, Hall, Picker
from ledger.twins import problems

from server_stub.ledger import conflicts
from server_stub.ledger.identity import caused_id
from server_stub.ledger.office import put_rows
from sync.wire.decisions import ANSWERS
from sync.wire.quantity import Quantity
from sync.wire.rows import Location, Request, Task, row_key


@pytest.fixture
def desk(hall: Hall) -> Desk:
    return Desk(hall)


def state(hall: Hall) -> tuple[str, str, str]:
    (one,) = hall.conflicts()
    return one.state, one.decision, one.decided_by


def test_an_answer_resolves_the_conflict_and_every_operation_in_it(each_hall: Hall) -> None:
    """A provisional one too: who decides it has waited long enough."""
    desk, op = Desk(each_hall), stock_short(each_hall)
    assert state(each_hall) == ("provisional", "", "")
    decided = desk.decides("count_now")
    assert state(each_hall) == ("resolved", "count_now", BOSS)
    assert (each_hall.outcome(op).outcome, each_hall.outcome(op).state) == ("conflict", "resolved")
    assert desk.told(decided) == ("applied", "")
    assert problems(each_hall) == []


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (BOSS, ("applied", "")),
        (EVERYWHERE, ("applied", "")),
        ("elsewhere", ("refused", "not_permitted")),
        ("left", ("refused", "not_permitted")),
        ("li", ("refused", "not_permitted")),
        ("free", ("refused", "not_permitted")),
        ("stranger", ("refused", "not_permitted")),
        ("", ("refused", "not_permitted")),
    ],
)
def test_only_a_supervisor_of_the_site_decides(hall: Hall, desk: Desk, by: str, told: tuple[str, str]) -> None:
    stock_short(hall)
    assert desk.told(desk.decides("count_now", by=by)) == told
    assert state(hall)[0] == ("resolved" if told[0] == "applied" else "provisional")


def test_no_kind_takes_an_answer_of_another(hall: Hall, desk: Desk) -> None:
    stock_short(hall)
    every = {answer for answers in ANSWERS.values() for answer in answers} | {"", "nonsense"}
    for answer in sorted(every - set(ANSWERS["stock_short"])):
        assert desk.told(desk.decides(answer)) == ("refused", "not_an_answer"), answer
    assert state(hall)[0] == "provisional"


def test_the_first_decision_stands_and_the_second_is_told_so(hall: Hall, desk: Desk) -> None:
    stock_short(hall)
    desk.decides("count_now")
    assert desk.told(desk.decides("undo", by=SECOND)) == ("merged", "already_decided")
    assert state(hall) == ("resolved", "count_now", BOSS)


def test_two_decisions_in_one_batch_are_decided_by_the_first(hall: Hall, desk: Desk) -> None:
    stock_short(hall)
    (conflict,) = hall.conflicts()
    body = {"conflict": conflict.id, "answer": "count_now"}
    ops = [desk.terminal.record("decided", body, by=by) for by in (BOSS, SECOND)]
    desk.terminal.sync()
    assert [desk.told(op) for op in ops] == [("applied", ""), ("merged", "already_decided")]


def test_a_decision_of_what_was_explained_meanwhile_changes_nothing(hall: Hall, desk: Desk) -> None:
    """The receipt that was missing came first."""
    stock_short(hall)
    (conflict,) = hall.conflicts()
    wang = hall.picker("WANG")
    wang.receive(3, "A-01")
    wang.sync()
    assert desk.told(desk.decides("count_now", conflict=conflict)) == ("merged", "explained")
    assert state(hall) == ("explained", "", "")


def test_what_happens_after_a_decision_is_another_conflict(hall: Hall, desk: Desk) -> None:
    """Also in the batch of the decision itself: nothing joins what was decided, and nothing opens it again."""
    stock_short(hall)
    (first,) = hall.conflicts()
    desk.terminal.record("decided", {"conflict": first.id, "answer": "count_now"}, by=BOSS)
    op = desk.terminal.move(1, "A-01", "A-02")
    desk.terminal.sync()
    desk.terminal.drain()
    found = {one.id: one for one in hall.conflicts()}
    assert len(found) == 2
    assert found[first.id].state == "resolved"
    assert op not in found[first.id].ops


def test_a_decision_cannot_be_undone(hall: Hall, desk: Desk) -> None:
    stock_short(hall)
    decided = desk.decides("count_now")
    undone = desk.terminal.undo(decided)
    desk.terminal.sync()
    assert desk.told(undone) == ("refused", "decision_stands")
    assert state(hall)[0] == "resolved"


def test_operations_beyond_those_a_conflict_lists_are_resolved_too(hall: Hall, desk: Desk) -> None:
    li = hall.picker("LI")
    ops = [li.move(1, "A-01", "A-02") for _ in range(conflicts.MAX_LISTED + 60)]
    li.sync()
    desk.decides("count_now")
    assert {hall.outcome(op).state for op in ops} == {"resolved"}


# --- the second person ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approver", "told"),
    [
        ("", ("held", "")),
        (BOSS, ("refused", "same_person")),
        ("li", ("refused", "approver_not_permitted")),
        ("elsewhere", ("refused", "approver_not_permitted")),
        (SECOND, ("applied", "")),
    ],
)
def test_books_are_corrected_by_two_people(hall: Hall, desk: Desk, approver: str, told: tuple[str, str]) -> None:
    stock_short(hall)
    assert desk.told(desk.decides("adjust", approved_by=approver)) == told
    applied = told[0] == "applied"
    assert hall.held() == ({"A-02": 8} if applied else {"A-01": -3, "A-02": 8})
    assert state(hall) == (("resolved", "adjust", BOSS) if applied else ("provisional", "", ""))


def test_what_is_held_takes_effect_when_a_second_person_approves(each_hall: Hall) -> None:
    desk, op = Desk(each_hall), stock_short(each_hall)
    held = desk.decides("adjust")
    assert desk.says("approved", held, SECOND).outcome == "applied"
    assert desk.told(held) == ("applied", "")
    assert each_hall.outcome(held).outcome == "held"
    assert state(each_hall) == ("resolved", "adjust", BOSS)
    assert each_hall.conflicts()[0].facts["approved_by"] == SECOND
    assert each_hall.held() == {"A-02": 8}
    assert each_hall.outcome(op).state == "resolved"
    assert problems(each_hall) == []


def test_why_it_was_decided_so_stands_with_the_conflict(hall: Hall, desk: Desk) -> None:
    stock_short(hall)
    desk.decides("count_now", reason="nobody was there for a week")
    assert hall.conflicts()[0].facts["reason"] == "nobody was there for a week"


def test_what_is_denied_changes_nothing_and_the_conflict_stays(each_hall: Hall) -> None:
    desk, _ = Desk(each_hall), stock_short(each_hall)
    held = desk.decides("adjust")
    assert desk.says("denied", held, SECOND).outcome == "applied"
    assert desk.told(held) == ("refused", "")
    assert state(each_hall) == ("provisional", "", "")
    assert desk.says("approved", held, SECOND).reason == "not_held"
    assert problems(each_hall) == []


@pytest.mark.parametrize("kind", ["approved", "denied"])
@pytest.mark.parametrize(
    ("by", "reason"), [(BOSS, "same_person"), ("li", "not_permitted"), ("elsewhere", "not_permitted")]
)
def test_not_everybody_can_be_the_second_person(hall: Hall, desk: Desk, kind: str, by: str, reason: str) -> None:
    stock_short(hall)
    held = desk.decides("adjust")
    outcome = desk.says(kind, held, by)
    assert (outcome.outcome, outcome.reason) == ("refused", reason)
    assert desk.told(held) == ("held", "")


@pytest.mark.parametrize("kind", ["approved", "denied"])
def test_nobody_is_the_second_person_at_a_terminal_of_another_site(hall: Hall, desk: Desk, kind: str) -> None:
    """Neither who may decide everywhere: a terminal hosts the decisions of its own site."""
    stock_short(hall)
    held = desk.decides("adjust")
    yard = hall.picker("YARD-1", OTHER)
    word = yard.record(kind, {"target": held}, by=EVERYWHERE)
    yard.sync()
    assert desk.told(word) == ("refused", "not_this_site")
    assert desk.told(held) == ("held", "")
    assert hall.held() == {"A-01": -3, "A-02": 8}


def test_what_is_not_held_cannot_be_approved(hall: Hall, desk: Desk) -> None:
    op = stock_short(hall)
    outcome = desk.says("approved", op, SECOND)
    assert (outcome.outcome, outcome.reason) == ("merged", "not_held")


def test_a_held_decision_that_another_overtook_falls(hall: Hall, desk: Desk) -> None:
    stock_short(hall)
    held = desk.decides("adjust")
    desk.decides("count_now", by=SECOND)
    outcome = desk.says("approved", held, EVERYWHERE)
    assert (outcome.outcome, outcome.reason) == ("merged", "already_decided")
    assert desk.told(held)[0] == "merged"
    assert state(hall) == ("resolved", "count_now", SECOND)
    assert hall.held() == {"A-01": -3, "A-02": 8}


# --- what arrives before its subject ----------------------------------------------------------------------------------


def conflict_to_come(hall: Hall) -> str:
    """The id of the conflict about A-01 before there is one: it follows from its cause."""
    with hall.ledger.transaction(None) as book:
        return caused_id(book, "stock_short", row_key(SITE, "A-01", "lamp", "", "", "", ""), 0)


def test_a_decision_waits_for_its_conflict_and_an_approval_for_its_request(each_hall: Hall) -> None:
    """As in a ledger that was put back from before the conflict, where the desk is heard of first."""
    desk, hall = Desk(each_hall), each_hall
    hall.stock(A_01=5)
    li = hall.picker("LI")
    op = li.move(8, "A-01", "A-02")
    body = {"conflict": conflict_to_come(hall), "answer": "adjust"}
    held = desk.terminal.record("decided", body, by=BOSS)
    approved = desk.terminal.record("approved", {"target": held}, by=SECOND)
    desk.terminal.sync()
    assert [hall.outcome(one).outcome for one in (held, approved)] == ["waiting", "waiting"]
    li.sync()
    assert [desk.told(one) for one in (held, approved)] == [("applied", ""), ("applied", "")]
    assert state(hall) == ("resolved", "adjust", BOSS)
    assert hall.held() == {"A-02": 8}
    assert hall.outcome(op).state == "resolved"
    assert problems(hall) == []


def test_a_decision_that_waited_in_vain_says_why(each_hall: Hall) -> None:
    desk, hall = Desk(each_hall), each_hall
    hall.stock(A_01=5)
    body = {"conflict": conflict_to_come(hall), "answer": "count_now"}
    op = desk.terminal.record("decided", body, by="li")
    desk.terminal.sync()
    li = hall.picker("LI")
    li.move(8, "A-01", "A-02")
    li.sync()
    assert (hall.outcome(op).outcome, *desk.told(op)) == ("waiting", "refused", "not_permitted")
    assert problems(hall) == []


def test_a_decision_waits_for_a_conflict_that_only_settling_raises(hall: Hall, desk: Desk) -> None:
    """Goods of a place that was unknown are found to have been taken from where nothing was."""
    li = hall.picker("LI")
    li.move(2, "L-9", "A-02")
    li.sync()
    account = row_key(SITE, "L-9", "lamp", "", "", "", "")
    with hall.ledger.transaction(None) as book:
        to_come = caused_id(book, "stock_short", account, 0)
    op = desk.terminal.record("decided", {"conflict": to_come, "answer": "count_now"}, by=BOSS)
    desk.terminal.sync()
    assert desk.told(op) == ("waiting", "")
    hall.office(lambda book: put_rows(book, [Location(site=SITE, code="L-9")]))
    li.receive(1, "STAGE")
    li.sync()
    assert desk.told(op) == ("applied", "")


def test_a_decision_waits_for_the_notice_of_a_fork(hall: Hall, desk: Desk) -> None:
    li = hall.picker("LI")
    li.receive(1, "STAGE")
    with hall.ledger.transaction(None) as book:
        to_come = caused_id(book, "stream_forked", row_key("LI", "epoch-2"))
    op = desk.terminal.record("decided", {"conflict": to_come, "answer": "acknowledge"}, by=BOSS)
    desk.terminal.sync()
    li.sync()
    li.begin_epoch("epoch-2")
    li.sync()
    assert desk.told(op) == ("applied", "")
    assert state(hall) == ("resolved", "acknowledge", BOSS)


def test_a_resend_is_answered_with_what_became_of_it(hall: Hall, desk: Desk) -> None:
    stock_short(hall)
    op = desk.decides("count_now")
    desk.terminal.begin_epoch("epoch-2")
    desk.terminal.sync()
    assert desk.told(op) == ("applied", "")
    assert len(open_tasks(hall, "count")) == 1


def test_a_restored_ledger_that_hears_the_decision_first_comes_to_the_same(hall: Hall, desk: Desk) -> None:
    """It was put back from before the conflict; ids of conflicts and tasks follow from their cause."""
    hall.stock(A_01=5)
    li = hall.picker("LI")
    li.move(8, "A-01", "A-02")
    li.sync()
    desk.decides("undo")
    restored = Hall.empty()
    restored.stock(A_01=5)
    Desk(restored)
    for terminal in (desk.terminal, li):
        offered_again(terminal, restored)
    assert restored.rows(Task, site=SITE) == hall.rows(Task, site=SITE)
    (before,), (after,) = hall.conflicts(), restored.conflicts()
    assert (after.id, after.state, after.decision, after.decided_by) == (before.id, "resolved", "undo", BOSS)
    assert restored.held() == hall.held()


def offered_again(terminal: Picker, restored: Hall) -> None:
    """Its whole stream, to a ledger that has none of it."""
    again = restored.picker(terminal.terminal)
    terminal.hall, terminal.cursors, terminal._sent = restored, again.cursors, 0
    terminal.sync()


# --- requests, as terminals see them ----------------------------------------------------------------------------------


def test_a_held_decision_is_a_request_with_what_it_would_post(each_hall: Hall) -> None:
    desk = Desk(each_hall)
    stock_short(each_hall)
    held = desk.decides("adjust")
    (asked,) = each_hall.rows(Request)
    assert (asked.id, asked.by, asked.terminal, asked.answer, asked.state) == (held, BOSS, "DESK", "adjust", "held")
    assert (asked.item, asked.location, asked.quantity) == ("lamp", "A-01", Quantity(3))
    assert each_hall.held() == {"A-01": -3, "A-02": 8}


@pytest.mark.parametrize(("kind", "state"), [("approved", "approved"), ("denied", "denied")])
def test_a_request_says_who_answered_it_first_and_why(hall: Hall, desk: Desk, kind: str, state: str) -> None:
    stock_short(hall)
    held = desk.decides("adjust")
    op = desk.terminal.record(kind, {"target": held, "reason": "count_first"}, by=SECOND)
    desk.terminal.sync()
    assert hall.outcome(op).outcome == "applied"
    desk.says("denied", held, EVERYWHERE)
    (asked,) = hall.rows(Request)
    assert (asked.state, asked.decided_by, asked.reason) == (state, SECOND, "count_first")


def test_a_request_that_came_too_late_has_lapsed(hall: Hall, desk: Desk) -> None:
    stock_short(hall)
    held = desk.decides("adjust")
    desk.decides("count_now", by=SECOND)
    desk.says("approved", held, EVERYWHERE)
    (asked,) = hall.rows(Request)
    assert (asked.state, asked.decided_by, asked.reason) == ("lapsed", EVERYWHERE, "already_decided")
