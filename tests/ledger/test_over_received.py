"""Receipts against inbound orders: what they do to the order, and when they disagree with it (R20, R37)."""

from __future__ import annotations

import pytest
from ledger.hall import SITE, Hall, Picker

from server_stub.ledger.office import cancel_order, put_order, put_rows
from sync.wire.quantity import Quantity
from sync.wire.rows import Item, Order, OrderLine

LAMPS = {"item": "lamp", "order": "PO-1", "line": "line1", "location": "STAGE"}


def ordered(hall: Hall, **lines: int) -> None:
    wanted = [
        OrderLine(site=SITE, order="PO-1", line=name, item="lamp", quantity=Quantity(count))
        for name, count in (lines or {"line1": 5}).items()
    ]
    hall.office(lambda book: put_order(book, Order(site=SITE, order="PO-1", kind="inbound"), wanted))


def received(dock: Picker, count: int, **more: str) -> str:
    return dock.record("received", {**LAMPS, "quantity": str(count)} | more)


def short(dock: Picker, count: int) -> str:
    return dock.record("short_reported", {**LAMPS, "quantity": str(count), "reason": "not_delivered"})


def test_an_order_that_came_in_parts_is_done_and_nothing_is_disputed(hall: Hall) -> None:
    ordered(hall)
    li = hall.picker("LI")
    li.sync()
    ops = [received(li, 2), received(li, 3)]
    li.sync()
    assert [hall.outcome(op).outcome for op in ops] == ["applied", "applied"]
    assert (hall.state("PO-1"), hall.line("PO-1").done.units, hall.held()) == ("done", 5, {"STAGE": 5})


def test_more_than_ordered_is_posted_and_people_decide(hall: Hall) -> None:
    ordered(hall)
    li = hall.picker("LI")
    li.sync()
    first, second = received(li, 4), received(li, 3)
    li.sync()
    assert (hall.outcome(first).outcome, hall.outcome(second).outcome) == ("applied", "conflict")
    (conflict,) = hall.conflicts()
    assert (conflict.kind, conflict.state, conflict.ops) == ("over_received", "open", [second])
    assert {name: conflict.facts[name] for name in ("did", "ordered", "received", "ledger_now")} == {
        "did": "received 3 lamp STAGE", "ordered": "5", "received": "4", "ledger_now": "7",
    }  # fmt: skip
    assert hall.held() == {"STAGE": 7}


def test_two_docks_that_received_the_same_line_offline_are_one_conflict(hall: Hall) -> None:
    """X2: each was right by what it knew."""
    ordered(hall)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync(), wang.sync()
    received(li, 5), received(wang, 5), received(wang, 1)
    li.sync()
    assert hall.conflicts() == []
    wang.sync()
    (conflict,) = hall.conflicts()
    assert (conflict.kind, len(conflict.ops), conflict.facts["ledger_now"]) == ("over_received", 2, "11")
    assert hall.held() == {"STAGE": 11}


def test_taking_the_surplus_back_explains_it(hall: Hall) -> None:
    ordered(hall)
    li = hall.picker("LI")
    li.sync()
    received(li, 5)
    surplus = received(li, 2)
    li.sync()
    li.undo(surplus)
    li.sync()
    assert [one.state for one in hall.conflicts()] == ["explained"]
    assert (hall.line("PO-1").done.units, hall.held()) == (5, {"STAGE": 5})


def test_ordering_more_explains_what_was_too_much(hall: Hall) -> None:
    ordered(hall)
    li = hall.picker("LI")
    li.sync()
    received(li, 7)
    li.sync()
    ordered(hall, line1=7)
    li.record("problem_reported", {"text": "the paper was wrong"})
    li.sync()
    assert [(one.kind, one.state) for one in hall.conflicts()] == [("over_received", "explained")]


def test_goods_after_the_rest_was_reported_missing_find_the_order_closed(hall: Hall) -> None:
    ordered(hall)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync(), wang.sync()
    received(li, 3)
    gone = short(li, 2)
    li.sync()
    assert hall.state("PO-1") == "done"
    late = received(wang, 2)
    wang.sync()
    (conflict,) = hall.conflicts()
    assert (conflict.kind, conflict.subject, conflict.ops) == (
        "order_closed",
        Order(site=SITE, order="PO-1").key,
        [late],
    )
    li.undo(gone)
    li.sync()
    assert [one.state for one in hall.conflicts()] == ["explained"]


@pytest.mark.parametrize(("knows", "kind"), [(True, "order_closed"), (False, "order_cancelled")])
def test_goods_of_a_cancelled_order_are_closed_for_who_knew_and_cancelled_for_who_did_not(
    hall: Hall, knows: bool, kind: str
) -> None:
    ordered(hall)
    li = hall.picker("LI")
    li.sync()
    hall.office(lambda book: cancel_order(book, Order(site=SITE, order="PO-1", kind="inbound")))
    if knows:
        li.sync()
    late = received(li, 2)
    li.sync()
    (conflict,) = hall.conflicts()
    assert (conflict.kind, conflict.state, conflict.ops, hall.held()) == (kind, "open", [late], {"STAGE": 2})


def test_a_line_that_was_cut_after_the_receiver_looked_is_a_changed_order(hall: Hall) -> None:
    ordered(hall)
    li = hall.picker("LI")
    li.sync()
    ordered(hall, line1=3)
    received(li, 5)
    li.sync()
    assert [one.kind for one in hall.conflicts()] == ["order_changed"]


@pytest.mark.parametrize(
    ("more", "subject"),
    [({"line": ""}, "PO-1\x1f\x1flamp"), ({"line": "line9"}, "PO-1\x1fline9"), ({"item": "cup"}, "PO-1\x1fline1")],
)
def test_goods_that_the_order_does_not_name_are_more_than_was_ordered(
    hall: Hall, more: dict[str, str], subject: str
) -> None:
    ordered(hall)
    li = hall.picker("LI")
    li.sync()
    received(li, 1, **more)
    li.sync()
    (conflict,) = hall.conflicts()
    assert (conflict.kind, conflict.subject, conflict.facts["ordered"]) == (
        "over_received",
        f"{SITE}\x1f{subject}",
        "0",
    )


def test_unknown_goods_on_no_line_stand_aside_until_their_item_is_known(hall: Hall) -> None:
    """Their one conflict is about the code; no line of the order moves."""
    ordered(hall)
    li = hall.picker("LI")
    li.sync()
    op = received(li, 4, item="04006381333931", line="", description="blue pens")
    li.sync()
    (conflict,) = hall.conflicts()
    assert (conflict.kind, conflict.state) == ("reference_unknown", "provisional")
    assert (hall.held("04006381333931"), hall.line("PO-1").done.units) == ({"@unknown": 4}, 0)

    hall.office(lambda book: put_rows(book, [Item(code="04006381333931", name="Pens")]))
    li.drain()
    assert [one.state for one in hall.conflicts()] == ["explained"]
    assert (hall.held("04006381333931"), hall.outcome(op).state) == ({"STAGE": 4}, "explained")
