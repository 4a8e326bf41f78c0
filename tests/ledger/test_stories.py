"""Three stories of a day with the network cut, as people would tell them, and how the ledger tells them."""

from __future__ import annotations

from ledger.hall import SITE, Hall

from server_stub.ledger.office import cancel_order
from sync.wire.rows import Order, Task


def test_two_pickers_finish_the_same_line_offline_and_both_facts_stand_in_one_conflict(hall: Hall) -> None:
    """X2, X3: nothing is refused, nothing lost, one conflict for a person."""
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    task = hall.task("O1")
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync(), wang.sync()
    first, second = li.pick(task, "T-1"), wang.pick(task, "T-2")
    li.sync()
    wang.sync()

    assert hall.held() == {"A-01": -5, "T-1": 5, "T-2": 5}
    assert hall.outcome(first).outcome == "applied"
    assert hall.outcome(second).outcome == "conflict"
    (conflict,) = hall.conflicts()
    assert (conflict.kind, conflict.state, conflict.ops) == ("task_done_twice", "open", [first, second])
    assert (conflict.facts["they_terminal"], conflict.facts["they_did"]) == ("LI", "picked 5 lamp A-01 T-1")
    assert hall.line("O1").done.units == 10
    assert hall.task("O1").done_by == "LI"


def test_an_order_cancelled_while_its_picker_is_offline_leaves_the_goods_in_the_tote(hall: Hall) -> None:
    """R20, X2: the floor is right about where the goods are; one conflict asks what becomes of them."""
    hall.stock(A_01=5, A_02=5)
    hall.order("O1", line1=8)
    li = hall.picker("LI")
    li.sync()
    picks = [li.pick(task) for task in hall.tasks("O1")]
    hall.office(lambda book: cancel_order(book, Order(site=SITE, order="O1")))
    li.sync()

    assert hall.held() == {"A-02": 2, "T-1": 8}
    assert [hall.outcome(op).outcome for op in picks] == ["conflict", "conflict"]
    (conflict,) = hall.conflicts()
    assert (conflict.kind, conflict.state, conflict.ops) == ("order_cancelled", "open", picks)
    assert hall.state("O1") == "cancelled"


def test_goods_picked_before_their_receipt_arrives_are_a_conflict_that_closes_itself(hall: Hall) -> None:
    """X2: what looked short was only early."""
    wang, li = hall.picker("WANG"), hall.picker("LI")
    wang.sync(), li.sync()
    wang.receive(5, "STAGE")
    taken = li.move(5, "STAGE", "T-1")
    li.drain()
    (early,) = hall.conflicts()
    assert (early.kind, early.state) == ("stock_short", "provisional")
    assert hall.rows(Task, site=SITE) == []

    wang.sync()
    (closed,) = hall.conflicts()
    assert (closed.id, closed.state) == (early.id, "explained")
    assert hall.outcome(taken).state == "explained"
    assert hall.held() == {"T-1": 5}


def test_stock_that_stays_short_after_everyone_has_drained_opens_with_a_count_task(hall: Hall) -> None:
    hall.stock(A_01=3)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync(), wang.sync()
    taken = li.move(5, "A-01", "T-1")
    li.drain()
    assert [one.state for one in hall.conflicts()] == ["provisional"], "WANG may still hold what explains it"

    wang.drain()
    (conflict,) = hall.conflicts()
    assert conflict.state == "open"
    (count,) = hall.rows(Task, site=SITE)
    assert (count.kind, count.location, count.cause, count.state) == ("count", "A-01", conflict.id, "open")
    assert hall.outcome(taken).state == "open"

    li.undo(taken)
    li.sync()
    assert [one.state for one in hall.conflicts()] == ["explained"]
    assert [task.state for task in hall.rows(Task, site=SITE)] == ["cancelled"]
    assert hall.held() == {"A-01": 3}
