"""An empty shelf that the ledger holds full: the fact stays to be seen, as a count task (R18, R20, R39)."""

from __future__ import annotations

from ledger.hall import SITE, Hall, Picker, lamps

from server_stub.db import Ledger
from server_stub.ledger.office import opening_stock
from sync.wire.rows import Task


def missing(picker: Picker, task: Task, count: int, reason: str = "location_empty") -> str:
    body = {
        "order": task.order, "line": task.line, "item": task.item, "lot": task.lot, "location": task.location,
        "quantity": str(count), "reason": reason,
    }  # fmt: skip
    return picker.record("short_reported", body, task=task)


def counts(hall: Hall) -> list[tuple[str, str, str, str]]:
    """Location, lot, state and cause of every count task."""
    tasks = hall.rows(Task, site=SITE, item="lamp")
    return [(one.location, one.lot, one.state, one.cause) for one in tasks if one.kind == "count"]


def test_a_shelf_found_empty_that_the_ledger_holds_full_is_counted(stored_hall: Hall, ledger: Ledger) -> None:
    stored_hall.stock(A_01=5)
    stored_hall.order("SO-1", line1=3)
    li = stored_hall.picker("LI")
    li.sync()
    op = missing(li, stored_hall.task("SO-1"), 3)
    li.sync()
    assert stored_hall.outcome(op).outcome == "applied"
    assert counts(stored_hall) == [("A-01", "", "open", op)]
    assert stored_hall.held() == {"A-01": 5}, "an observation posts nothing"
    assert ledger.verify() == []


def test_a_shelf_that_held_less_than_the_ledger_says_is_counted(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("SO-1", line1=5)
    li = hall.picker("LI")
    li.sync()
    task = hall.task("SO-1")
    li.pick(task, count=2)
    op = missing(li, task, 3, "short")
    li.sync()
    assert counts(hall) == [("A-01", "", "open", op)]


def test_a_shelf_that_the_ledger_knows_to_be_empty_by_now_is_not_counted(hall: Hall) -> None:
    hall.stock(A_01=3)
    hall.order("SO-1", line1=3)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync()
    wang.move(3, "A-01", "A-02")
    wang.sync()
    missing(li, hall.task("SO-1"), 3)
    li.sync()
    assert counts(hall) == []


def test_goods_that_were_not_delivered_say_nothing_of_a_shelf(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("SO-1", line1=3)
    li = hall.picker("LI")
    li.sync()
    missing(li, hall.task("SO-1"), 3, "not_delivered")
    li.sync()
    assert counts(hall) == []


def test_only_the_wanted_lot_and_good_ones_of_it_are_looked_at(hall: Hall) -> None:
    hall.office(lambda book: opening_stock(book, [lamps("A-01", 3, "L1"), lamps("A-01", 4, "L2")]))
    hall.order("SO-1", line1=3)
    li = hall.picker("LI")
    li.sync()
    task = hall.task("SO-1")
    assert task.lot == "L1"
    body = {"item": "lamp", "quantity": "3", "location": "A-01", "lot": "L1"}
    li.record("damaged", body)
    missing(li, task, 3)
    li.sync()
    assert counts(hall) == []


def test_two_people_who_find_it_empty_are_one_count(hall: Hall) -> None:
    hall.stock(A_01=5)
    for order in ("SO-1", "SO-2"):
        hall.order(order, line1=2)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync(), wang.sync()
    first = missing(li, hall.task("SO-1"), 2)
    missing(wang, hall.task("SO-2"), 2)
    li.sync(), wang.sync()
    assert counts(hall) == [("A-01", "", "open", first)]


def test_a_count_stands_also_where_the_report_was_taken_back(hall: Hall) -> None:
    """Others may have found it empty too; looking once more does no harm."""
    hall.stock(A_01=5)
    hall.order("SO-1", line1=3)
    li = hall.picker("LI")
    li.sync()
    op = missing(li, hall.task("SO-1"), 3)
    li.undo(op)
    li.sync()
    assert counts(hall) == [("A-01", "", "open", op)]
    assert hall.task("SO-1").state == "open"
