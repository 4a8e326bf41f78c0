"""The judge, rule by rule: what one fact does to the picture, and the word the terminal gets for it."""

from __future__ import annotations

from typing import Any

import pytest
from ledger.hall import OTHER, SITE, Hall, lamps

from server_stub.ledger.office import cancel_order, opening_stock, put_order, put_rows
from sync.wire.codec import decode, encode
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Conflict, Item, Location, Order, OrderLine

# --- facts that agree -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "held"),
    [
        ("moved", {"quantity": "2", "location": "A-01", "to": "A-02"}, {"A-01": 3, "A-02": 2}),
        ("received", {"quantity": "2", "location": "STAGE"}, {"A-01": 5, "STAGE": 2}),
        ("damaged", {"quantity": "2", "location": "A-01"}, {"A-01": 3, "A-01!": 2}),
        ("transferred_out", {"quantity": "2", "location": "A-01", "to_site": OTHER}, {"A-01": 3}),
        ("counted", {"quantity": "2", "location": "A-01"}, {"A-01": 5}),
        ("moved", {"quantity": "0", "location": "A-01", "to": "A-02"}, {"A-01": 5}),
    ],
)
def test_a_fact_is_posted_where_it_was_scanned(
    hall: Hall, kind: str, body: dict[str, Any], held: dict[str, int]
) -> None:
    hall.stock(A_01=5)
    li = hall.picker("LI")
    op = li.record(kind, {"item": "lamp"} | body)
    li.sync()
    assert hall.held() == held
    assert hall.outcome(op).outcome == "applied"


def test_a_pick_completes_task_line_and_order(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    li = hall.picker("LI")
    op = li.pick(hall.task("O1"))
    li.sync()
    task = hall.task("O1")
    assert (task.state, task.done_by, task.done_op) == ("done", "LI", op)
    assert (hall.line("O1").state, hall.line("O1").done.units, hall.state("O1")) == ("done", 5, "done")


def test_an_order_with_an_open_line_stays_open(hall: Hall) -> None:
    hall.stock(A_01=9)
    hall.order("O1", line1=5, line2=1)
    li = hall.picker("LI")
    li.pick(hall.tasks("O1")[0])
    li.sync()
    assert hall.state("O1") == "open"


def test_what_is_reported_short_is_not_waited_for(hall: Hall) -> None:
    """R19: the line closes with its reason."""
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    task = hall.task("O1")
    li = hall.picker("LI")
    body = {"item": "lamp", "order": "O1", "line": "line1", "location": "A-01", "quantity": "5", "reason": "empty"}
    li.record("short_reported", body, task=task)
    li.sync()
    assert (hall.line("O1").state, hall.line("O1").short.units, hall.task("O1").state) == ("done", 5, "done")
    assert hall.held() == {"A-01": 5}


# --- what cannot be judged here ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "body", "reason"),
    [
        ({"site": OTHER}, {"quantity": "1"}, "not_this_site"),
        ({"ledger_id": "ledger-2"}, {"quantity": "1"}, "not_this_ledger"),
        ({}, {"quantity": "1.5"}, "too_many_decimals"),
        ({}, {"item": "rope", "quantity": "1.505"}, "too_many_decimals"),
        ({}, {"item": "never-seen", "quantity": "999999999999999.000000"}, "malformed"),
        ({}, {"item": "\x00", "quantity": "1"}, "malformed"),
        ({}, {"item": "", "quantity": "1"}, "malformed"),
        ({}, {"location": "", "quantity": "1"}, "malformed"),
        ({}, {"to": "", "quantity": "1"}, "malformed"),
        ({}, {"to": "A-01", "quantity": "1"}, "malformed"),
    ],
)
def test_an_operation_that_cannot_be_judged_here_is_quarantined_and_the_stream_goes_on(
    hall: Hall, other: dict[str, Any], body: dict[str, Any], reason: str
) -> None:
    """X3: kept and visible, with its reason."""
    hall.stock(A_01=5)
    li = hall.picker("LI")
    bad = li.record("moved", {"item": "lamp", "location": "A-01", "to": "A-02"} | body, **other)
    good = li.move(1, "A-01", "A-02")
    li.sync()
    found = hall.outcome(bad)
    assert (found.outcome, found.reason) == ("quarantined", reason)
    assert hall.outcome(good).outcome == "applied"
    assert hall.held() == {"A-01": 4, "A-02": 1}


@pytest.mark.parametrize(
    ("item", "first", "second"),
    [
        ("never-seen", "0.000001", "999999999999999"),
        ("lamp", "999999999999999", "999999999999999"),
        ("lamp", "999999999999999", "1"),
        ("rope", "0.01", "999999999999999"),
    ],
)
def test_more_than_anyone_could_read_again_is_quarantined(hall: Hall, item: str, first: str, second: str) -> None:
    """X3: whatever the ledger writes, every terminal reads."""
    li = hall.picker("LI")
    ops = [
        li.record("received", {"item": item, "quantity": quantity, "location": "STAGE"}) for quantity in (first, second)
    ]
    li.sync()
    found = hall.outcome(ops[1])
    assert (found.outcome, found.reason) == ("quarantined", "too_large")
    assert hall.outcome(ops[0]).outcome != "quarantined"
    for balance in hall.rows(Balance, item=item):
        assert decode(encode(balance), Balance) == balance


def test_a_debt_is_no_way_to_post_more_than_anyone_could_read(hall: Hall) -> None:
    """From a great debt to a great stock in one posting: both can be counted, the posting cannot."""
    li = hall.picker("LI")
    much = "999999999999999"
    li.record("transferred_out", {"item": "lamp", "quantity": much, "location": "A-01", "to_site": OTHER})
    hall.office(lambda book: put_rows(book, [Item(code="lamp", scale=1)]))
    op = li.record("moved", {"item": "lamp", "quantity": "199999999999999", "location": "A-02", "to": "A-01"})
    li.sync()
    assert hall.outcome(op).reason == "too_large"


@pytest.mark.parametrize(
    ("item", "written", "counted"),
    [
        ("lamp", "2.000000", Quantity(2)),
        ("rope", "2", Quantity(200, 2)),
        ("never-seen", "2.500000", Quantity(25, 1)),
    ],
)
def test_an_account_counts_in_the_decimals_of_its_item(hall: Hall, item: str, written: str, counted: Quantity) -> None:
    """Whatever a terminal wrote: one fact with six decimals would leave the account counting millionths for ever."""
    li = hall.picker("LI")
    li.record("received", {"item": item, "quantity": written, "location": "STAGE"})
    li.sync()
    assert {one.quantity for one in hall.rows(Balance, item=item)} == {counted, -counted}


def test_goods_scanned_before_their_item_was_known_come_to_count_in_its_decimals(hall: Hall) -> None:
    li = hall.picker("LI")
    op = li.record("received", {"item": "new", "quantity": "2.500000", "location": "STAGE"})
    li.sync()
    hall.office(lambda book: put_rows(book, [Item(code="new", scale=3)]))
    li.receive(1, "STAGE")
    li.sync()
    (stage,) = hall.rows(Balance, site=SITE, location="STAGE", item="new")
    assert stage.quantity == Quantity(2500, 3)
    li.undo(op)
    li.sync()
    assert hall.rows(Balance, item="new") == []


# --- undo -------------------------------------------------------------------------------------------------------------


def test_an_undo_takes_everything_back(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    li = hall.picker("LI")
    op = li.pick(hall.task("O1"))
    li.undo(op)
    li.sync()
    assert hall.held() == {"A-01": 5}
    assert (hall.task("O1").state, hall.line("O1").state, hall.state("O1")) == ("open", "open", "open")
    assert (hall.outcome(op).outcome, hall.outcome(op).state) == ("applied", "undone")


def test_the_second_undo_of_a_fact_changes_nothing(hall: Hall) -> None:
    hall.stock(A_01=5)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    op = li.move(2, "A-01", "A-02")
    first, second = li.undo(op), wang.undo(op)
    li.sync(), wang.sync()
    assert [hall.outcome(one).outcome for one in (first, second)] == ["applied", "merged"]
    assert hall.held() == {"A-01": 5}


def test_an_undo_that_comes_before_its_fact_waits_for_it(hall: Hall) -> None:
    hall.stock(A_01=5)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    op = li.move(2, "A-01", "A-02")
    undo = wang.undo(op)
    wang.sync()
    assert (hall.outcome(undo).outcome, hall.outcome(undo).state) == ("waiting", "")
    li.sync()
    assert (hall.outcome(undo).outcome, hall.outcome(undo).state) == ("waiting", "applied")
    assert hall.outcome(op).state == "undone"
    assert hall.held() == {"A-01": 5}


def test_undoing_goods_that_went_on_is_posted_and_seen(hall: Hall) -> None:
    hall.stock(A_01=5)
    li = hall.picker("LI")
    op = li.move(2, "A-01", "A-02")
    li.move(2, "A-02", "A-03")
    undo = li.undo(op)
    li.sync()
    assert hall.held() == {"A-01": 5, "A-02": -2, "A-03": 2}
    assert hall.outcome(undo).outcome == "conflict"


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
