"""The judge, rule by rule: what one fact does to the picture, and the word the terminal gets for it."""

from __future__ import annotations

from typing import Any

import pytest
from ledger.hall import OTHER, SITE, Hall

from server_stub.ledger.office import put_rows
from sync.wire.codec import decode, encode
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Item

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
        ({}, {"location": "@adjust", "quantity": "1"}, "not_a_place"),
        ({}, {"to": "@scrap", "quantity": "1"}, "not_a_place"),
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
