"""Orders to pick tasks: which stock is taken, in which order it is walked, and what follows when either changes."""

from __future__ import annotations

from functools import partial

import pytest
from ledger.hall import SITE, Hall, lamps

from server_stub.ledger.office import cancel_order, opening_stock, put_order, put_rows
from sync.wire.quantity import Quantity
from sync.wire.rows import Location, Lot, Order, OrderLine


def wanted(hall: Hall, code: str = "O1") -> list[tuple[str, str, int]]:
    """Open tasks in walking order: location, lot, units."""
    open_tasks = [task for task in hall.tasks(code) if task.state == "open"]
    return [(task.location, task.lot, task.quantity.units) for task in open_tasks]


def test_a_line_is_taken_from_the_first_bins_of_the_walk(hall: Hall) -> None:
    """R14."""
    hall.stock(A_03=4, A_01=2, A_02=2)
    hall.order("O1", line1=5)
    assert wanted(hall) == [("A-01", "", 2), ("A-02", "", 2), ("A-03", "", 1)]
    assert [task.sequence for task in hall.tasks("O1")] == [1, 2, 3]


def test_the_lot_that_expires_first_goes_first(hall: Hall) -> None:
    """R40."""
    lots = [Lot(item="lamp", lot="NEW", expiry="2028-01-01"), Lot(item="lamp", lot="OLD", expiry="2027-01-01")]
    hall.office(lambda book: put_rows(book, lots))
    stock = [lamps("A-01", 5, "NEW"), lamps("A-02", 3, "OLD"), lamps("A-03", 5)]
    hall.office(lambda book: opening_stock(book, stock))
    hall.order("O1", line1=6)
    assert wanted(hall) == [("A-01", "NEW", 3), ("A-02", "OLD", 3)]


def test_stock_that_other_tasks_want_is_not_promised_twice(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=3)
    hall.order("O2", line1=3)
    assert wanted(hall, "O1") == [("A-01", "", 3)]
    assert wanted(hall, "O2") == [("A-01", "", 2)]


@pytest.mark.parametrize("place", ["STAGE", "T-1", "A-09"])
def test_goods_outside_open_bins_are_not_promised(hall: Hall, place: str) -> None:
    hall.office(lambda book: put_rows(book, [Location(site=SITE, code="A-09", walk=9, blocked=True)]))
    hall.office(lambda book: opening_stock(book, [lamps(place, 5)]))
    hall.order("O1", line1=3)
    assert wanted(hall) == []


@pytest.mark.parametrize(("named", "expected"), [("STAGE", [("STAGE", "", 3)]), ("T-1", []), ("", [])])
def test_goods_that_just_came_in_are_promised_where_the_order_names_their_place(
    hall: Hall, named: str, expected: list[tuple[str, str, int]]
) -> None:
    hall.office(lambda book: opening_stock(book, [lamps("STAGE", 3), lamps("T-1", 5)]))
    lines = [OrderLine(site=SITE, order="O1", line="line1", item="lamp", quantity=Quantity(5))]
    hall.office(lambda book: put_order(book, Order(site=SITE, order="O1"), lines, {"line1": named}))
    assert wanted(hall) == expected


def test_a_line_without_stock_gets_its_task_when_stock_is_put_away(hall: Hall) -> None:
    hall.order("O1", line1=3)
    li = hall.picker("LI")
    li.receive(5, "STAGE")
    li.sync()
    assert wanted(hall) == []
    li.move(2, "STAGE", "A-02")
    li.sync()
    assert wanted(hall) == [("A-02", "", 2)]
    li.move(3, "STAGE", "A-02")
    li.sync()
    assert wanted(hall) == [("A-02", "", 3)]


def test_the_most_urgent_order_gets_scarce_stock(hall: Hall) -> None:
    for code, priority in (("LATER", 0), ("NOW", 5)):
        line = OrderLine(site=SITE, order=code, line="line1", item="lamp", quantity=Quantity(2))
        order = Order(site=SITE, order=code, priority=priority)
        hall.office(partial(put_order, order=order, lines=[line]))
    hall.stock(A_01=2)
    assert (wanted(hall, "NOW"), wanted(hall, "LATER")) == ([("A-01", "", 2)], [])


def test_a_line_may_name_the_place_it_comes_from(hall: Hall) -> None:
    hall.stock(A_01=5, A_07=2)
    line = OrderLine(site=SITE, order="O1", line="line1", item="lamp", quantity=Quantity(3))
    hall.office(lambda book: put_order(book, Order(site=SITE, order="O1"), [line], {"line1": "A-07"}))
    assert wanted(hall) == [("A-01", "", 1), ("A-07", "", 2)]


def test_a_smaller_line_shrinks_its_tasks_from_the_end_of_the_walk(hall: Hall) -> None:
    hall.stock(A_01=2, A_02=2, A_03=2)
    hall.order("O1", line1=6)
    hall.order("O1", line1=3)
    assert wanted(hall) == [("A-01", "", 2), ("A-02", "", 1)]


def test_a_larger_line_makes_its_tasks_larger(hall: Hall) -> None:
    hall.stock(A_01=2, A_02=9)
    hall.order("O1", line1=3)
    hall.order("O1", line1=5)
    assert wanted(hall) == [("A-01", "", 2), ("A-02", "", 3)]
    assert [task.rev for task in hall.tasks("O1")] == [1, 2]


def test_a_line_that_is_gone_from_the_order_is_cancelled_with_its_task(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=1, line2=1)
    hall.order("O1", line2=1)
    assert hall.line("O1", "line1").state == "cancelled"
    assert len(wanted(hall)) == 1


def test_putting_the_same_order_again_changes_nothing(hall: Hall) -> None:
    """R69-71: an import may be repeated."""
    hall.stock(A_01=5)
    hall.order("O1", line1=3)
    before = hall.tasks("O1")
    line = OrderLine(site=SITE, order="O1", line="line1", item="lamp", quantity=Quantity(3))
    assert not hall.office(lambda book: put_order(book, Order(site=SITE, order="O1"), [line]))
    assert hall.tasks("O1") == before


def test_a_cancelled_order_gives_its_stock_to_those_who_wait(hall: Hall) -> None:
    hall.stock(A_01=3)
    hall.order("O1", line1=3)
    hall.order("O2", line1=3)
    hall.office(lambda book: cancel_order(book, Order(site=SITE, order="O1")))
    assert (wanted(hall, "O1"), wanted(hall, "O2")) == ([], [("A-01", "", 3)])
    assert not hall.office(lambda book: cancel_order(book, Order(site=SITE, order="O1")))


def test_a_pick_that_is_undone_is_wanted_again_once(hall: Hall) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=3)
    li = hall.picker("LI")
    li.undo(li.pick(hall.task("O1")))
    li.sync()
    assert wanted(hall) == [("A-01", "", 3)]


def test_what_a_second_order_of_the_same_bin_wants_gets_a_task_of_its_own_after_the_first_was_done(hall: Hall) -> None:
    hall.stock(A_01=2)
    hall.order("O1", line1=5)
    li = hall.picker("LI")
    li.pick(hall.task("O1"))
    li.receive(3, "A-01")
    li.sync()
    assert wanted(hall) == [("A-01", "", 3)]
    assert len({task.id for task in hall.tasks("O1")}) == 2


def test_a_line_that_is_fed_piece_by_piece_gets_a_task_for_each_piece(hall: Hall) -> None:
    """However often: a successor of the thousandth task is no reason to refuse a receipt."""
    hall.order("O1", line1=1100)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    for piece in range(1, 1101):
        li.receive(1, "A-01")
        li.sync()
        (task,) = (task for task in hall.tasks("O1") if task.state == "open")
        wang.pick(task)
        wang.sync()
        assert hall.line("O1").done.units == piece
    assert len({task.id for task in hall.tasks("O1")}) == 1100
    assert hall.state("O1") == "done"


def test_numbers_of_the_walk_that_still_rise_are_kept(hall: Hall) -> None:
    hall.stock(A_02=1, A_05=1)
    hall.order("O1", line1=9)
    li = hall.picker("LI")
    li.pick(hall.tasks("O1")[0])
    li.receive(1, "A-09")
    li.sync()
    assert [(task.location, task.sequence, task.rev) for task in hall.tasks("O1") if task.state == "open"] == [
        ("A-05", 2, 1),
        ("A-09", 3, 1),
    ]
