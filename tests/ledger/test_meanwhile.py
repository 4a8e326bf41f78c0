"""The judge on what others did meanwhile: a task done twice, a changed order, short stock, codes not known yet."""

from __future__ import annotations

import pytest
from ledger.hall import SITE, Hall, lamps

from server_stub.ledger.office import cancel_order, opening_stock, put_order, put_rows
from sync.wire.quantity import Quantity
from sync.wire.rows import Conflict, Item, Location, Order, OrderLine

# --- one task, two terminals ------------------------------------------------------------------------------------------


def test_undoing_one_of_two_completions_explains_the_conflict_and_leaves_the_task_done(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    task = hall.task("O1")
    li, wang = hall.picker("LI"), hall.picker("WANG")
    first, second = li.pick(task, "T-1"), wang.pick(task, "T-2")
    li.sync(), wang.sync()
    li.undo(first)
    li.sync()
    assert [(one.kind, one.state) for one in hall.conflicts()] == [("task_done_twice", "explained")]
    assert (hall.task("O1").state, hall.task("O1").done_op) == ("done", second)
    assert hall.held() == {"T-2": 5}
    assert hall.outcome(second).state == "explained"


def test_a_third_completion_joins_the_conflict(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    task = hall.task("O1")
    pickers = [hall.picker(name) for name in ("LI", "WANG", "CHEN")]
    ops = [one.pick(task) for one in pickers]
    for one in pickers:
        one.sync()
    (conflict,) = hall.conflicts()
    assert conflict.ops == ops


def test_a_pick_in_two_parts_by_one_terminal_is_no_conflict(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    task = hall.task("O1")
    li = hall.picker("LI")
    li.pick(task, count=3)
    second = li.pick(task, count=2)
    li.sync()
    assert hall.outcome(second).outcome == "applied"
    assert hall.line("O1").state == "done"


def test_a_clone_that_completes_the_task_again_is_seen_where_the_line_would_overflow(hall: Hall) -> None:
    """X6."""
    hall.stock(A_01=9)
    hall.order("O1", line1=5)
    task = hall.task("O1")
    li = hall.picker("LI")
    li.pick(task)
    again = li.pick(task)
    li.sync()
    assert hall.outcome(again).outcome == "conflict"
    assert [one.kind for one in hall.conflicts()] == ["task_done_twice"]


# --- the order changed meanwhile --------------------------------------------------------------------------------------


def test_a_pick_that_a_smaller_line_no_longer_wants_is_a_conflict(hall: Hall) -> None:
    hall.stock(A_01=9)
    hall.order("O1", line1=5)
    li = hall.picker("LI")
    li.sync()
    op = li.pick(hall.task("O1"))
    hall.order("O1", line1=3)
    li.sync()
    (conflict,) = hall.conflicts()
    assert (conflict.kind, conflict.state, conflict.ops) == ("order_changed", "open", [op])
    assert hall.held() == {"A-01": 4, "T-1": 5}


def test_a_pick_that_a_changed_order_still_wants_is_merged(hall: Hall) -> None:
    hall.stock(A_01=9)
    hall.order("O1", line1=5)
    li = hall.picker("LI")
    li.sync()
    op = li.pick(hall.task("O1"))
    hall.order("O1", line1=7)
    li.sync()
    assert hall.outcome(op).outcome == "merged"
    assert hall.conflicts() == []
    assert hall.line("O1").state == "open"


def test_who_had_read_the_change_and_picked_more_on_purpose_has_no_conflict(hall: Hall) -> None:
    """R15: the terminal asked twice; the order did not change behind anyone's back."""
    hall.stock(A_01=9)
    hall.order("O1", line1=5)
    hall.order("O1", line1=3)
    li = hall.picker("LI")
    li.sync()
    op = li.pick(hall.task("O1"), count=5)
    li.sync()
    assert hall.outcome(op).outcome == "applied"


def test_without_a_cursor_of_this_log_the_tasks_revision_tells_whether_it_changed(hall: Hall) -> None:
    """X6: a number from a log that a restore took away proves nothing."""
    hall.stock(A_01=9)
    hall.order("O1", line1=5)
    before = hall.task("O1")
    hall.order("O1", line1=3)
    li = hall.picker("LI")
    body = {"item": "lamp", "quantity": "5", "order": "O1", "line": "line1", "location": "A-01", "to": "T-1"}
    unseen = li.record("picked", body, task=before, basis=False)
    li.sync()
    assert [one.ops for one in hall.conflicts()] == [[unseen]]


def test_an_order_opened_again_explains_what_was_picked_for_it(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    li = hall.picker("LI")
    li.sync()
    li.pick(hall.task("O1"))
    hall.office(lambda book: cancel_order(book, Order(site=SITE, order="O1")))
    li.sync()
    line = OrderLine(site=SITE, order="O1", line="line1", item="lamp", quantity=Quantity(5))
    hall.office(lambda book: put_order(book, Order(site=SITE, order="O1"), [line]))
    li.move(0, "A-01", "A-02")
    li.sync()
    assert [one.state for one in hall.conflicts()] == ["explained"]
    assert hall.state("O1") == "done"


# --- stock ------------------------------------------------------------------------------------------------------------


def test_takes_from_one_short_account_are_one_conflict(hall: Hall) -> None:
    hall.stock(A_01=1)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    ops = [li.move(2, "A-01", "T-1"), wang.move(2, "A-01", "T-2")]
    li.sync(), wang.sync()
    (conflict,) = hall.conflicts()
    assert (conflict.ops, conflict.facts["ledger_now"]) == (ops, "-3")


def test_a_provisional_conflict_waits_for_those_who_drained_before_the_last_fact_that_joined(hall: Hall) -> None:
    li, wang = hall.picker("LI"), hall.picker("WANG")
    wang.drain()
    li.move(1, "STAGE", "T-1")
    li.drain()
    wang.sync()
    li.move(1, "STAGE", "T-1")
    li.drain()
    wang.sync()
    assert [one.state for one in hall.conflicts()] == ["provisional"]
    wang.sync()
    assert [one.state for one in hall.conflicts()] == ["open"]


def test_a_second_shortage_of_an_account_is_a_conflict_of_its_own(hall: Hall) -> None:
    li = hall.picker("LI")
    for _ in range(2):
        li.move(1, "STAGE", "T-1")
        li.sync()
        li.receive(1, "STAGE")
        li.sync()
    found = hall.conflicts()
    assert [one.state for one in found] == ["explained", "explained"]
    assert len({one.id for one in found}) == 2


def test_the_same_cause_has_the_same_conflict_id_whoever_comes_first() -> None:
    """X6: a decision made before a restore finds its subject after it."""
    ids = []
    for order in (("LI", "WANG"), ("WANG", "LI")):
        one = Hall.empty()
        one.stock(A_01=1)
        pickers = {name: one.picker(name) for name in order}
        for name in ("LI", "WANG"):
            pickers[name].move(2, "A-01", "T-1")
        for name in order:
            pickers[name].sync()
        ids.append([conflict.id for conflict in one.conflicts()])
    assert ids[0] == ids[1]


# --- unknown codes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unknown", ["item", "location"])
def test_goods_of_an_unknown_code_stand_aside_until_it_is_known(hall: Hall, unknown: str) -> None:
    item, place = ("new", "STAGE") if unknown == "item" else ("lamp", "Z-99")
    li = hall.picker("LI")
    op = li.receive(5, place, item)
    li.sync()
    assert hall.held(item) == {"@unknown": 5}
    assert (hall.outcome(op).outcome, hall.outcome(op).state) == ("conflict", "provisional")

    row = Item(code="new") if unknown == "item" else Location(site=SITE, code="Z-99")
    hall.office(lambda book: put_rows(book, [row]))
    li.move(0, "A-01", "A-02")
    li.sync()
    assert hall.held(item) == {place: 5}
    assert [one.state for one in hall.rows(Conflict, site=SITE)] == ["explained"]


def test_an_undo_takes_unknown_goods_from_where_they_stand(hall: Hall) -> None:
    li = hall.picker("LI")
    op = li.receive(5, "STAGE", "new")
    li.sync()
    li.undo(op)
    li.sync()
    assert hall.held("new") == {}
    assert [one.state for one in hall.conflicts()] == ["explained"]


def test_progress_on_an_order_the_ledger_does_not_know_yet_is_kept_for_it(hall: Hall) -> None:
    """X6: picks come back from terminals before the order is imported again."""
    hall.office(lambda book: opening_stock(book, [lamps("A-01", 5)]))
    li = hall.picker("LI")
    body = {"item": "lamp", "quantity": "2", "order": "O9", "line": "line1", "location": "A-01", "to": "T-1"}
    op = li.record("picked", body)
    li.sync()
    assert hall.outcome(op).outcome == "conflict"
    hall.order("O9", line1=5)
    li.sync()
    assert (hall.line("O9").done.units, hall.line("O9").state) == (2, "open")
    assert [task.quantity.units for task in hall.tasks("O9")] == [3]
