"""What each answer does: to the stock, to the order's lines, and which task it opens for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ledger import desk as stories
from ledger.desk import BOSS, SECOND, Desk, cancelled, conflict_of, open_tasks, ordered
from ledger.hall import SITE, Hall
from ledger.twins import problems

from server_stub.ledger.allocation import PICK
from server_stub.ledger.office import put_rows
from sync.wire.decisions import ANSWERS, NEED_SECOND, PUT_BACK, TO_SUPPLIER
from sync.wire.quantity import Quantity
from sync.wire.rows import Barcode, Conflict, Item, Location, Lot, Task, row_key

Story = Callable[[Hall], str]
STORIES: dict[str, Story] = {
    "stock_short": stories.picked_short,
    "task_done_twice": stories.task_done_twice,
    "order_changed": stories.order_changed,
    "order_cancelled": stories.order_cancelled,
    "over_received": stories.over_received,
    "order_closed": stories.order_closed,
    "expiry_differs": stories.expiry_differs,
    "reference_unknown": stories.unknown_item,
    "not_permitted": stories.not_permitted,
}
DETAILS: dict[str, dict[str, Any]] = {
    "take_on_line": {"order": "O2", "line": "line1"},
    "keep_for_line": {"order": "O2", "line": "line1"},
    "link_to_item": {"item": "cup"},
}
NO_TASKS: list[str] = []
EFFECTS: dict[tuple[str, str], tuple[dict[str, int], list[str]]] = {
    ("stock_short", "count_now"): ({"A-01": -3, "STAGE": 3, "T-1": 8}, ["count 0 A-01 li"]),
    ("stock_short", "adjust"): ({"STAGE": 3, "T-1": 8}, NO_TASKS),
    ("stock_short", "undo"): ({"A-01": -3, "STAGE": 3, "T-1": 8}, ["put_back 8 T-1>A-01 O1 li"]),
    ("task_done_twice", "return_to_stock"): (
        {"A-01": 2, "T-1": 5, "T-2": 5}, ["put_back 5 T-2>A-01 O1 li"],
    ),
    ("task_done_twice", "take_on_line"): ({"A-01": 2, "T-1": 5, "T-2": 5}, NO_TASKS),
    ("task_done_twice", "accept_over"): ({"A-01": 2, "T-1": 5, "T-2": 5}, NO_TASKS),
    ("task_done_twice", "undo_one"): ({"A-01": 2, "T-1": 5, "T-2": 5}, ["put_back 5 T-2>A-01 O1 li"]),
    ("order_changed", "return_to_stock"): ({"A-01": 7, "T-1": 5}, ["put_back 2 T-1>A-01 O1 li"]),
    ("order_changed", "keep_for_line"): ({"A-01": 7, "T-1": 5}, NO_TASKS),
    ("order_changed", "accept"): ({"A-01": 7, "T-1": 5}, NO_TASKS),
    ("order_cancelled", "return_to_stock"): ({"A-01": 7, "T-1": 5}, ["put_back 5 T-1>A-01 O1 li"]),
    ("order_cancelled", "keep_for_line"): ({"A-01": 7, "T-1": 5}, NO_TASKS),
    ("order_cancelled", "accept"): ({"A-01": 7, "T-1": 5}, NO_TASKS),
    ("over_received", "accept_over"): ({"STAGE": 7}, NO_TASKS),
    ("over_received", "return_to_supplier"): ({"STAGE": 7}, ["to_supplier 2 STAGE>@supplier PO li"]),
    ("over_received", "quarantine"): ({"STAGE!": 7}, NO_TASKS),
    ("order_closed", "accept_over"): ({"STAGE": 7}, NO_TASKS),
    ("order_closed", "return_to_supplier"): ({"STAGE": 7}, ["to_supplier 7 STAGE>@supplier PO li"]),
    ("order_closed", "quarantine"): ({"STAGE!": 7}, NO_TASKS),
    ("expiry_differs", "new_date"): ({"STAGE": 4}, NO_TASKS),
    ("expiry_differs", "keep_date"): ({"STAGE": 4}, NO_TASKS),
    ("expiry_differs", "undo"): ({"STAGE": 4}, ["to_supplier 2 STAGE>@supplier li"]),
    ("reference_unknown", "link_to_item"): ({}, NO_TASKS),
    ("reference_unknown", "create"): ({}, NO_TASKS),
    ("reference_unknown", "undo"): ({}, ["to_supplier 4 A-01>@supplier li"]),
    ("not_permitted", "approve"): ({"A-01": 3, "A-02": 2}, NO_TASKS),
    ("not_permitted", "undo"): ({"A-01": 3, "A-02": 2}, ["put_back 2 A-02>A-01"]),
}  # fmt: skip
"""Kind and answer → the lamps on each account, and the tasks that are not picks: what, how many, where, for whom."""


def told(task: Task) -> str:
    way = f"{task.location}>{task.to}" if task.to else task.location
    words = (task.kind, str(task.quantity), way, task.order, task.assignee)
    return " ".join(word for word in words if word)


def tasks_beside_picks(hall: Hall) -> list[str]:
    return sorted(told(one) for one in hall.rows(Task, site=SITE, state="open") if one.kind != PICK)


def held(hall: Hall) -> dict[str, int]:
    """Lamps by place, those of several lots together."""
    return {place: count for place, count in hall.held().items() if place != "@unknown"}


def test_every_answer_to_what_the_ledger_can_raise_is_told_here() -> None:
    assert set(EFFECTS) == {(kind, answer) for kind in STORIES for answer in ANSWERS[kind]}


@pytest.mark.parametrize(("kind", "answer"), EFFECTS)
def test_an_answer_does_what_it_says(hall: Hall, kind: str, answer: str) -> None:
    desk = Desk(hall)
    if answer in DETAILS and kind != "reference_unknown":
        hall.order("O2", line1=6)
    STORIES[kind](hall)
    (conflict,) = hall.conflicts()
    assert conflict.kind == kind
    more: dict[str, Any] = {"approved_by": SECOND} if answer in NEED_SECOND else {}
    assert desk.told(desk.decides(answer, **DETAILS.get(answer, {}), **more)) == ("applied", "")
    (resolved,) = hall.conflicts()
    assert (resolved.state, resolved.decision, resolved.decided_by) == ("resolved", answer, BOSS)
    assert (held(hall), tasks_beside_picks(hall)) == EFFECTS[kind, answer]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("stock_short", "adjust"), ("stock_short", "undo"), ("order_changed", "keep_for_line"),
     ("over_received", "quarantine"), ("expiry_differs", "new_date"), ("reference_unknown", "link_to_item")],
)  # fmt: skip
def test_what_an_answer_did_is_rebuilt_from_the_log(each_hall: Hall, kind: str, answer: str) -> None:
    desk = Desk(each_hall)
    if answer == "keep_for_line":
        each_hall.order("O2", line1=6)
    STORIES[kind](each_hall)
    more: dict[str, Any] = {"approved_by": SECOND} if answer in NEED_SECOND else {}
    assert desk.told(desk.decides(answer, **DETAILS.get(answer, {}), **more))[0] == "applied"
    assert problems(each_hall) == []


# --- goods that go back -----------------------------------------------------------------------------------------------


def goes_back(hall: Hall, kind: str = PUT_BACK) -> str:
    """Whoever has the task does it; the operation."""
    (task,) = open_tasks(hall, kind)
    li = hall.picker("HANDS")
    li.sync()
    op = li.record("returned", returning(task), task=task)
    li.sync()
    return op


def returning(task: Task) -> dict[str, Any]:
    return {
        "item": task.item, "lot": task.lot, "serial": task.serial, "quantity": str(task.quantity),
        "location": task.location, "to": task.to, "order": task.order, "line": task.line,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("story", "answer", "stock", "done", "picks"),
    [
        (stories.picked_short, "undo", {"A-01": 5, "STAGE": 3}, 0, ["pick 5 A-01 O1"]),
        (stories.task_done_twice, "return_to_stock", {"A-01": 7, "T-1": 5}, 5, NO_TASKS),
        (stories.order_changed, "return_to_stock", {"A-01": 9, "T-1": 3}, 3, NO_TASKS),
        (stories.order_cancelled, "return_to_stock", {"A-01": 12}, 0, NO_TASKS),
    ],
    ids=["short", "twice", "changed", "cancelled"],
)
def test_what_is_put_back_is_stock_again_and_the_line_wants_what_it_lacks(
    each_hall: Hall, story: Story, answer: str, stock: dict[str, int], done: int, picks: list[str]
) -> None:
    desk = Desk(each_hall)
    story(each_hall)
    desk.decides(answer)
    op = goes_back(each_hall)
    assert each_hall.outcome(op).outcome == "applied"
    assert each_hall.held() == stock
    assert each_hall.line("O1").done.units == done
    assert [told(one) for one in open_tasks(each_hall, PICK)] == picks
    assert open_tasks(each_hall, PUT_BACK) == []
    assert [one.state for one in each_hall.conflicts()] == ["resolved"]
    assert problems(each_hall) == []


@pytest.mark.parametrize("state", ["done", "open"], ids=["brought back", "taken out again"])
def test_a_restored_ledger_sends_nobody_for_goods_that_went_back_before_it_heard_why(hall: Hall, state: str) -> None:
    lost = Hall.empty()
    stories.order_cancelled(lost)
    Desk(lost).decides("return_to_stock")
    (task,) = open_tasks(lost, PUT_BACK)
    stories.order_cancelled(hall)
    hands = hall.picker("HANDS")
    brought = hands.record("returned", returning(task), task=task)
    if state == "open":
        hands.undo(brought)
    hands.sync()
    Desk(hall).decides("return_to_stock")
    (found,) = [one for one in hall.rows(Task, site=SITE) if one.kind == PUT_BACK]
    assert (found.id, found.state, found.cause) == (task.id, state, task.cause)


def test_what_one_terminal_and_its_clone_brought_back_both_is_told_and_one_undo_leaves_it_done(hall: Hall) -> None:
    stories.order_cancelled(hall)
    Desk(hall).decides("return_to_stock")
    (task,) = open_tasks(hall, PUT_BACK)
    hands = hall.picker("HANDS")
    first, _ = (hands.record("returned", returning(task), task=task) for _ in range(2))
    hands.sync()
    assert "task_done_twice" in [one.kind for one in hall.conflicts()]
    hands.undo(first)
    hands.sync()
    assert open_tasks(hall, PUT_BACK) == []


def test_what_joined_them_for_its_goods_does_not_do_the_task_once_both_are_undone(hall: Hall) -> None:
    stories.order_cancelled(hall)
    Desk(hall).decides("return_to_stock")
    (task,) = open_tasks(hall, PUT_BACK)
    hands = hall.picker("HANDS")
    back = returning(task)
    both = [hands.record("returned", back, task=task) for _ in range(2)]
    moved = hands.record("moved", {"item": back["item"], "quantity": "1", "location": back["location"], "to": "A-02"})
    hands.sync()
    assert moved in conflict_of(hall, "task_done_twice").ops
    for one in both:
        hands.undo(one)
    hands.sync()
    assert [one.id for one in open_tasks(hall, PUT_BACK)] == [task.id]


def test_where_both_were_accepted_the_undo_of_one_leaves_the_task_done_by_the_other(hall: Hall) -> None:
    second = stories.task_done_twice(hall)
    Desk(hall).decides("accept_over")
    (conflict,) = hall.conflicts()
    (first,) = set(conflict.ops) - {second}
    hands = hall.picker("HANDS")
    hands.undo(first)
    hands.sync()
    assert [(one.state, one.done_op) for one in hall.rows(Task, site=SITE) if one.kind == PICK] == [("done", second)]


def test_what_goes_to_the_supplier_leaves_the_house_and_the_line(hall: Hall) -> None:
    desk = Desk(hall)
    stories.over_received(hall)
    desk.decides("return_to_supplier")
    assert hall.outcome(goes_back(hall, TO_SUPPLIER)).outcome == "applied"
    assert hall.held() == {"STAGE": 5}
    assert hall.line("PO").done.units == 5


def test_what_came_after_it_was_reported_missing_goes_back_whole(hall: Hall) -> None:
    """Three of five came, two were given up, and then they came all the same."""
    desk, li = Desk(hall), hall.picker("LI")
    ordered(hall, "PO", kind="inbound", line1=5)
    li.sync()
    goods = {"item": "lamp", "location": "STAGE", "order": "PO", "line": "line1"}
    li.record("received", goods | {"quantity": "3"})
    li.record("short_reported", goods | {"quantity": "2", "reason": "not_delivered"})
    li.record("received", goods | {"quantity": "2"})
    li.sync()
    desk.decides("return_to_supplier")
    assert tasks_beside_picks(hall) == ["to_supplier 2 STAGE>@supplier PO li"]


def test_goods_of_a_code_that_nobody_knows_go_back_without_another_conflict(hall: Hall) -> None:
    desk = Desk(hall)
    stories.unknown_item(hall)
    desk.decides("undo")
    op = goes_back(hall, TO_SUPPLIER)
    assert hall.outcome(op).outcome == "applied"
    assert hall.held("new") == {}
    assert [one.state for one in hall.conflicts()] == ["resolved"]


def test_a_put_back_task_outlives_changes_of_its_order(hall: Hall) -> None:
    """The goods are in the tote whatever the order wants."""
    desk = Desk(hall)
    stories.order_changed(hall)
    desk.decides("return_to_stock")
    ordered(hall, "O1", line1=4)
    cancelled(hall, "O1")
    assert [told(one) for one in open_tasks(hall, PUT_BACK)] == ["put_back 2 T-1>A-01 O1 li"]


def test_the_answer_can_be_about_the_first_of_two(hall: Hall) -> None:
    desk = Desk(hall)
    stories.task_done_twice(hall)
    (conflict,) = hall.conflicts()
    desk.decides("undo_one", op=conflict.ops[0])
    assert tasks_beside_picks(hall) == ["put_back 5 T-1>A-01 O1 li"]


def test_a_piece_goes_back_under_its_number_and_in_its_lot(hall: Hall) -> None:
    desk = Desk(hall)
    li = hall.picker("LI")
    body = {"item": "lamp", "lot": "L1", "serial": "S1", "quantity": "1", "location": "A-01", "to": "T-1"}
    li.record("moved", body)
    li.sync()
    desk.decides("undo")
    (task,) = open_tasks(hall, PUT_BACK)
    assert (task.lot, task.serial) == ("L1", "S1")
    goes_back(hall)
    assert hall.held() == {}


# --- counting ---------------------------------------------------------------------------------------------------------


def test_a_count_that_is_wanted_already_is_meant_for_somebody_now(hall: Hall) -> None:
    """The ledger opened one by itself, for anybody, when everybody had reported."""
    desk, li = Desk(hall), hall.picker("LI")
    li.move(3, "A-01", "A-02")
    li.drain()
    desk.terminal.drain()
    assert tasks_beside_picks(hall) == ["count 0 A-01"]
    desk.decides("count_now")
    assert tasks_beside_picks(hall) == ["count 0 A-01 li"]


@pytest.mark.parametrize("answer", ["adjust", "undo"])
def test_nobody_counts_any_more_what_was_decided_otherwise(hall: Hall, answer: str) -> None:
    desk, li = Desk(hall), hall.picker("LI")
    li.move(3, "A-01", "A-02")
    li.drain()
    desk.terminal.drain()
    desk.decides(answer, approved_by=SECOND)
    assert open_tasks(hall, "count") == []


def test_what_was_sent_to_be_counted_is_not_called_off_when_the_conflict_closes(hall: Hall) -> None:
    desk = Desk(hall)
    stories.stock_short(hall)
    desk.decides("count_now")
    wang = hall.picker("WANG")
    wang.receive(3, "A-01")
    wang.sync()
    assert tasks_beside_picks(hall) == ["count 0 A-01 li"]


# --- lines ------------------------------------------------------------------------------------------------------------


def test_goods_kept_for_another_line_count_there_and_its_tasks_want_less(hall: Hall) -> None:
    desk = Desk(hall)
    hall.order("O2", line1=6)
    stories.order_changed(hall)
    desk.decides("keep_for_line", order="O2", line="line1")
    assert (hall.line("O1").done.units, hall.line("O2").done.units) == (3, 2)
    assert (hall.state("O1"), hall.state("O2")) == ("done", "open")
    assert [told(one) for one in open_tasks(hall, PICK)] == ["pick 4 A-01 O2"]


def test_stock_that_a_line_needs_no_more_is_given_to_others(hall: Hall) -> None:
    """Seven are left: six for O2, so that O3 had one of three."""
    desk = Desk(hall)
    hall.order("O2", line1=6)
    stories.order_changed(hall)
    hall.order("O3", line1=3)
    desk.decides("keep_for_line", order="O2", line="line1")
    assert sorted(told(one) for one in open_tasks(hall, PICK)) == ["pick 3 A-01 O3", "pick 4 A-01 O2"]


@pytest.mark.parametrize(
    ("order", "line", "reason"),
    [("O2", "line9", "no_such_line"), ("O9", "line1", "no_such_line"), ("", "", "no_such_line"),
     ("O1", "line1", "no_such_line"), ("O3", "line1", "no_such_line"), ("O4", "line1", "no_such_line"),
     ("O2", "line1", "no_room")],
)  # fmt: skip
def test_goods_are_kept_only_for_a_line_that_wants_them(hall: Hall, order: str, line: str, reason: str) -> None:
    """O2 wants four of the five; O3 was cancelled; O4 wants cups."""
    desk = Desk(hall)
    hall.order("O2", line1=4)
    hall.order("O3", line1=9)
    stories.cups(hall, "O4", 9)
    cancelled(hall, "O3")
    stories.task_done_twice(hall)
    assert desk.told(desk.decides("take_on_line", order=order, line=line)) == ("refused", reason)
    assert [one.state for one in hall.conflicts()] == ["open"]
    assert hall.line("O1").done.units == 10


# --- lots and codes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "date"), [("new_date", "2027-12-31"), ("keep_date", "2027-01-01")])
def test_a_lot_keeps_the_date_that_people_gave_it(hall: Hall, answer: str, date: str) -> None:
    """Also when the receipts that told the dates are taken back."""
    desk = Desk(hall)
    second = stories.expiry_differs(hall)
    desk.decides(answer)
    desk.terminal.undo("LI-1"), desk.terminal.undo(second)
    desk.terminal.sync()
    (lot,) = hall.rows(Lot, item="lamp")
    assert lot.expiry == date


def test_goods_under_a_linked_code_are_the_items_and_later_ones_too(each_hall: Hall) -> None:
    desk, hall = Desk(each_hall), each_hall
    first = stories.unknown_item(hall)
    desk.decides("link_to_item", item="cup")
    assert (hall.held("new"), hall.held("cup")) == ({}, {"A-01": 4})
    li = hall.picker("MEI")
    later = li.receive(2, "A-02", item="new")
    li.sync()
    assert (hall.outcome(later).outcome, hall.held("cup")) == ("applied", {"A-01": 4, "A-02": 2})
    li.undo(first), li.undo(later)
    li.sync()
    assert hall.held("cup") == {}
    assert problems(hall) == []


@pytest.mark.parametrize(
    ("story", "item", "reason"),
    [(stories.unknown_item, "nothing", "no_such_item"), (stories.unknown_item, "", "no_such_item"),
     (stories.unknown_place, "cup", "not_an_item")],
)  # fmt: skip
def test_only_a_code_of_goods_is_linked_and_only_to_an_item(hall: Hall, story: Story, item: str, reason: str) -> None:
    desk = Desk(hall)
    story(hall)
    assert desk.told(desk.decides("link_to_item", item=item)) == ("refused", reason)
    assert [one.state for one in hall.conflicts()] == ["provisional"]


def test_the_code_of_a_pack_is_not_linked_as_one_piece(hall: Hall) -> None:
    desk = Desk(hall)
    hall.office(lambda book: put_rows(book, [Barcode(code="new", item="cup", factor=Quantity(12))]))
    stories.unknown_item(hall)
    assert desk.told(desk.decides("link_to_item", item="cup")) == ("refused", "code_of_another")
    assert hall.held("new") == {"@unknown": 4}


def test_a_code_of_goods_and_place_unknown_moves_with_either(hall: Hall) -> None:
    desk = Desk(hall)
    li = hall.picker("LI")
    li.receive(4, "L-9", item="new")
    li.sync()
    goods = next(one for one in hall.conflicts() if one.subject.startswith("item"))
    desk.decides("link_to_item", conflict=goods, item="cup")
    assert (hall.held("new"), hall.held("cup")) == ({}, {"@unknown": 4})
    place = next(one for one in hall.conflicts() if one.state == "provisional")
    desk.decides("create", conflict=place)
    assert hall.held("cup") == {"L-9": 4}


@pytest.mark.parametrize(
    ("story", "kind", "key"),
    [(stories.unknown_item, Item, "new"), (stories.unknown_place, Location, row_key(SITE, "L-9"))],
    ids=["item", "place"],
)
def test_what_is_created_has_its_code_and_its_goods(hall: Hall, story: Story, kind: Any, key: str) -> None:
    desk = Desk(hall)
    op = story(hall)
    desk.decides("create")
    with hall.ledger.transaction(None) as book:
        assert book.get(kind, key) is not None
    assert "@unknown" not in hall.held() | hall.held("new")
    assert hall.outcome(op).state == "resolved"


# --- what cannot be done ----------------------------------------------------------------------------------------------


def test_goods_that_are_gone_cannot_be_put_in_quarantine(hall: Hall) -> None:
    desk = Desk(hall)
    stories.over_received(hall)
    wang = hall.picker("WANG")
    wang.move(7, "STAGE", "A-01")
    wang.sync()
    assert desk.told(desk.decides("quarantine")) == ("refused", "goods_gone")


@pytest.mark.parametrize("op", ["LI-9", "DESK-1", "STRANGE"])
def test_an_answer_is_about_an_operation_of_its_conflict(hall: Hall, op: str) -> None:
    desk = Desk(hall)
    stories.stock_short(hall)
    desk.terminal.receive(1, "STAGE")
    assert desk.told(desk.decides("undo", op=op)) == ("refused", "no_such_operation")


def test_what_was_undone_cannot_go_back_again(hall: Hall) -> None:
    desk = Desk(hall)
    stories.task_done_twice(hall)
    (conflict,) = hall.conflicts()
    desk.terminal.undo(conflict.ops[0])
    assert desk.told(desk.decides("undo_one", op=conflict.ops[0])) == ("refused", "already_undone")


def raised(hall: Hall, **fields: Any) -> Conflict:
    """A conflict of a kind that this ledger does not raise by itself."""
    made = Conflict(site=SITE, id="made", state="open", subject="made", **fields)
    hall.office(lambda book: put_rows(book, [made]))
    return made


def test_a_serial_number_is_where_it_was_scanned_and_nowhere_else(hall: Hall) -> None:
    desk, li = Desk(hall), hall.picker("LI")
    for place in ("A-01", "A-02"):
        li.record("received", {"item": "lamp", "serial": "S1", "quantity": "1", "location": place})
    li.sync()
    raised(hall, kind="serial_elsewhere", ops=["LI-1", "LI-2"])
    desk.decides("move_record")
    assert hall.held() == {"A-02": 1}


def test_both_places_of_a_serial_number_are_counted(hall: Hall) -> None:
    desk, li = Desk(hall), hall.picker("LI")
    for place in ("A-01", "A-02"):
        li.record("received", {"item": "lamp", "serial": "S1", "quantity": "1", "location": place})
    li.sync()
    raised(hall, kind="serial_elsewhere", ops=["LI-1", "LI-2"])
    desk.decides("recount")
    assert tasks_beside_picks(hall) == ["count 0 A-01 li", "count 0 A-02 li"]


def test_the_books_take_over_a_count_that_two_people_stand_behind(hall: Hall) -> None:
    desk, li = Desk(hall), hall.picker("LI")
    hall.stock(A_01=5)
    li.record("counted", {"item": "lamp", "quantity": "3", "location": "A-01"})
    li.sync()
    raised(hall, kind="count_stale", ops=["LI-1"])
    desk.decides("use_count", approved_by=SECOND)
    assert hall.held() == {"A-01": 3}


def test_goods_that_a_count_found_are_given_to_lines_that_wait(hall: Hall) -> None:
    desk, li = Desk(hall), hall.picker("LI")
    hall.stock(A_01=5)
    hall.order("O1", line1=8)
    li.record("counted", {"item": "lamp", "quantity": "8", "location": "A-01"})
    li.sync()
    raised(hall, kind="count_stale", ops=["LI-1"])
    desk.decides("use_count", approved_by=SECOND)
    assert [told(one) for one in open_tasks(hall, PICK)] == ["pick 8 A-01 O1"]


def test_what_is_scrapped_leaves_from_where_it_stands(hall: Hall) -> None:
    desk, li = Desk(hall), hall.picker("LI")
    hall.stock(A_01=5)
    li.move(2, "A-01", "A-02")
    li.sync()
    raised(hall, kind="stock_blocked", ops=["LI-1"])
    desk.decides("scrap", approved_by=SECOND)
    assert hall.held() == {"A-01": 3}


def test_after_a_gap_the_last_place_that_is_known_is_counted(hall: Hall) -> None:
    desk, li = Desk(hall), hall.picker("LI")
    hall.stock(A_01=5)
    li.move(2, "A-01", "A-02")
    li.sync()
    raised(hall, kind="stream_gap", facts={"terminal": "LI", "epoch": "epoch-LI", "from": "2", "to": "4"})
    desk.decides("recount")
    assert tasks_beside_picks(hall) == ["count 0 A-01 li", "count 0 A-02 li"]


def test_after_a_gap_before_which_nothing_is_known_nothing_can_be_counted(hall: Hall) -> None:
    desk = Desk(hall)
    raised(hall, kind="stream_gap", facts={"terminal": "LI", "epoch": "epoch-LI", "from": "1", "to": "4"})
    assert desk.told(desk.decides("recount")) == ("refused", "no_such_operation")
    assert desk.told(desk.decides("acknowledge")) == ("applied", "")


def test_after_a_gap_behind_what_could_not_be_posted_nothing_can_be_counted(hall: Hall) -> None:
    desk, li = Desk(hall), hall.picker("LI")
    li.move(2, "A-01", "A-01")
    li.sync()
    raised(hall, kind="stream_gap", facts={"terminal": "LI", "epoch": "epoch-LI", "from": "2", "to": "4"})
    assert desk.told(desk.decides("recount")) == ("refused", "no_such_operation")
