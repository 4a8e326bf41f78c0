"""What the office makes clear is settled in the transaction that makes it so: nobody on the floor need speak first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import pytest
from ledger.hall import OTHER, SITE, Hall, Picker
from ledger.twins import problems

from server_stub.changes import change, put_global
from server_stub.importing.applying import Taken, take_in
from server_stub.ledger.book import Book
from server_stub.ledger.office import cancel_order
from server_stub.ledger.settle import SETTLED
from server_stub.ports import ServedLedger
from sync.wire.codec import decode
from sync.wire.messages import Change
from sync.wire.rows import Conflict, Order
from sync.wire.rows import Site as SiteRow

T = TypeVar("T")


class Office:
    """What the office's commands need of a ledger, and how many of their transactions came to an end."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.done = hall, 0

    def run(self, feeds: Collection[str], work: Callable[[Book], T]) -> T:
        found = self.hall.writing(set(feeds), work)
        self.done += 1
        return found

    def take_in(self, kind: str, *rows: dict[str, Any]) -> Taken:
        return take_in(self, {"kind": kind, "rows": list(enumerate(rows, start=2)), "by": "anna f.csv"})

    @property
    def served(self) -> ServedLedger:
        return cast("ServedLedger", self)


@pytest.fixture
def office(each_hall: Hall) -> Office:
    return Office(each_hall)


@contextmanager
def in_one_transaction(office: Office) -> Iterator[None]:
    before = office.done
    yield
    assert office.done == before + 1
    assert problems(office.hall) == []


def settled(hall: Hall) -> list[str]:
    """By whom conflicts were settled, as the log has it."""
    with hall.ledger.transaction(None) as book:
        changes = [decode(entry.body, Change) for entry in book.entries(SITE, 0, 1000)]
    return [change.by or change.terminal for change in changes if change.kind == SETTLED]


def states(hall: Hall, site: str = SITE) -> list[tuple[str, str]]:
    return [(one.kind, one.state) for one in hall.rows(Conflict, site=site)]


Scan = tuple[Picker, str]


def reads(office: Office) -> Picker:
    """A picker who has read what there is, beside five lamps on A-01."""
    office.hall.stock(A_01=5)
    li = office.hall.picker("LI")
    li.sync()
    return li


def receives_an_unknown_item(office: Office) -> Scan:
    li = reads(office)
    return li, li.receive(2, "A-02", item="new")


def receives_at_an_unknown_place(office: Office) -> Scan:
    li = reads(office)
    return li, li.receive(2, "L-9")


def sends_to_an_unknown_site(office: Office) -> Scan:
    body = {"item": "lamp", "quantity": "2", "location": "A-01", "to_site": "NEW"}
    li = reads(office)
    return li, li.record("transferred_out", body)


def picks_for_an_unknown_order(office: Office) -> Scan:
    li = reads(office)
    return li, li.record("picked", picked("2"))


def picks_for_an_order_cancelled_meanwhile(office: Office) -> Scan:
    office.hall.order("O1", line1=2)
    li = reads(office)
    op = li.record("picked", picked("2"))
    change(office.served, SITE, "anna", lambda book: cancel_order(book, Order(site=SITE, order="O1")))
    return li, op


def picks_for_a_line_that_shrank_meanwhile(office: Office) -> Scan:
    office.hall.order("O1", line1=2)
    li = reads(office)
    op = li.record("picked", picked("2"))
    office.take_in("orders", ordered("1"))
    return li, op


def picked(count: str) -> dict[str, str]:
    return {"item": "lamp", "quantity": count, "order": "O1", "line": "line1", "location": "A-01", "to": "T-1"}


def ordered(count: str) -> dict[str, str]:
    return {"site": SITE, "order": "O1", "line": "line1", "item": "lamp", "quantity": count}


WHAT_BECOMES_CLEAR: dict[
    str, tuple[Callable[[Office], Scan], Callable[[Office], object], dict[str, dict[str, int]]]
] = {
    "an item is imported": (
        receives_an_unknown_item,
        lambda office: office.take_in("items", {"code": "new"}),
        {"lamp": {"A-01": 5}, "new": {"A-02": 2}},
    ),
    "a place is imported": (
        receives_at_an_unknown_place,
        lambda office: office.take_in("locations", {"site": SITE, "code": "L-9"}),
        {"lamp": {"A-01": 5, "L-9": 2}},
    ),
    "a site is added": (
        sends_to_an_unknown_site,
        lambda office: put_global(office.served, "site_added", "anna", SiteRow(code="NEW")),
        {"lamp": {"A-01": 3}},
    ),
    "an order is imported": (
        picks_for_an_unknown_order,
        lambda office: office.take_in("orders", ordered("2")),
        {"lamp": {"A-01": 3, "T-1": 2}},
    ),
    "a cancelled order is imported again": (
        picks_for_an_order_cancelled_meanwhile,
        lambda office: office.take_in("orders", ordered("2")),
        {"lamp": {"A-01": 3, "T-1": 2}},
    ),
    "a line wants again what was picked": (
        picks_for_a_line_that_shrank_meanwhile,
        lambda office: office.take_in("orders", ordered("2")),
        {"lamp": {"A-01": 3, "T-1": 2}},
    ),
}


@pytest.mark.parametrize("opened_before", [False, True], ids=["while it waits", "when people see it already"])
@pytest.mark.parametrize("what", WHAT_BECOMES_CLEAR)
def test_a_conflict_ends_in_the_transaction_in_which(office: Office, what: str, opened_before: bool) -> None:
    happens, clears, held = WHAT_BECOMES_CLEAR[what]
    hall, (li, op) = office.hall, happens(office)
    li.sync()
    if opened_before:
        li.drain()
    ((_, state),) = states(hall)
    assert state in ("provisional", "open")
    assert not opened_before or state == "open"
    with in_one_transaction(office):
        clears(office)
    assert [state for _, state in states(hall)] == ["explained"]
    assert hall.outcome(op).state == "explained"
    assert {item: hall.held(item) for item in held} == held
    assert settled(hall)[-1] in ("anna", "anna f.csv")


def test_one_import_ends_what_waited_for_it_at_every_site(office: Office) -> None:
    hall = office.hall
    for name, site in (("LI", SITE), ("WANG", OTHER)):
        picker = hall.picker(name, site)
        picker.receive(2, "A-01", item="new")
        picker.sync()
    with in_one_transaction(office):
        office.take_in("items", {"code": "new"})
    assert hall.held("new") == {"A-01": 2}
    assert [state for _, state in states(hall)] == ["explained"]
    assert sorted(states(hall, OTHER)) == [("reference_unknown", "explained"), ("reference_unknown", "provisional")]


def test_an_import_that_makes_nothing_clear_settles_nothing(office: Office) -> None:
    li, op = receives_an_unknown_item(office)
    li.sync()
    office.take_in("items", {"code": "other"})
    put_global(office.served, "site_added", "anna", SiteRow(code="NEW"))
    assert states(office.hall) == [("reference_unknown", "provisional")]
    assert (office.hall.outcome(op).state, settled(office.hall)) == ("provisional", [])


def test_goods_that_an_import_brings_to_light_are_given_to_a_line_that_waits(office: Office) -> None:
    hall = office.hall
    hall.order("O1", line1=2)
    li = hall.picker("LI")
    li.receive(2, "L-9")
    li.sync()
    with in_one_transaction(office):
        office.take_in("locations", {"site": SITE, "code": "L-9"})
    assert [(task.location, task.quantity.units) for task in hall.tasks("O1")] == [("L-9", 2)]
