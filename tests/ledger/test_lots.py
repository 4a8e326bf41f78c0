"""Lots that come in with goods: known everywhere, first expired first picked, and one date a lot (R40)."""

from __future__ import annotations

import pytest
from ledger.hall import OTHER, SITE, Hall, Picker

from server_stub.db import Ledger
from server_stub.ledger.office import put_rows
from sync.wire.codec import decode
from sync.wire.messages import GLOBAL_FEED, Change
from sync.wire.rows import Item, Lot, row_key

SOON, LATER = "2027-03-31", "2028-01-31"


def received(dock: Picker, lot: str, expiry: str = "", *, to: str = "A-01", item: str = "lamp") -> str:
    body = {"item": item, "quantity": "5", "location": to, "lot": lot, "expiry": expiry}
    return dock.record("received", body)


def lots(hall: Hall) -> dict[str, str]:
    return {one.lot: one.expiry for one in hall.rows(Lot, item="lamp")}


def test_a_received_lot_is_known_at_every_terminal_and_rebuilt_from_the_log(stored_hall: Hall, ledger: Ledger) -> None:
    li, wang = stored_hall.picker("LI"), stored_hall.picker("WANG")
    op = received(li, "L1", SOON)
    li.sync()
    wang.sync()
    assert lots(stored_hall) == {"L1": SOON}
    outcome = stored_hall.outcome(op)
    assert (outcome.outcome, set(outcome.feeds)) == ("applied", {GLOBAL_FEED, SITE})
    assert ledger.verify() == []
    for feed in (GLOBAL_FEED, SITE):
        ledger.compact(feed)
    assert ledger.verify() == []
    assert lots(stored_hall) == {"L1": SOON}


def test_its_terminal_hears_in_both_feeds_that_its_operation_is_covered(stored_hall: Hall) -> None:
    """Else it could never forget it."""
    li = stored_hall.picker("LI")
    li.sync()
    op = received(li, "L1", SOON)
    reply = li.exchange()
    assert {page.feed: page.covers for page in reply.pages} == {GLOBAL_FEED: [op], SITE: [op]}
    (change,) = next(page.changes for page in reply.pages if page.feed == GLOBAL_FEED)
    ((table, key, row),) = decode(change, Change).set
    assert (table, key) == ("lot", row_key("lamp", "L1"))
    assert decode(row, Lot).expiry == SOON


def test_what_expires_first_is_picked_first(hall: Hall) -> None:
    li = hall.picker("LI")
    received(li, "L-late", LATER, to="A-01"), received(li, "L-soon", SOON, to="A-02")
    li.sync()
    hall.order("SO-1", line1=7)
    assert [(task.location, task.lot, task.quantity.units) for task in hall.tasks("SO-1")] == [
        ("A-01", "L-late", 2),
        ("A-02", "L-soon", 5),
    ]


def test_another_date_for_the_same_lot_is_posted_and_people_decide(stored_hall: Hall, ledger: Ledger) -> None:
    li, wang = stored_hall.picker("LI"), stored_hall.picker("WANG")
    received(li, "L1", SOON)
    li.sync()
    other = received(wang, "L1", LATER)
    wang.sync()
    assert lots(stored_hall) == {"L1": SOON}, "the first date stays"
    (conflict,) = stored_hall.conflicts()
    assert (conflict.kind, conflict.state, conflict.ops) == ("expiry_differs", "open", [other])
    assert (conflict.facts["expiry"], conflict.facts["ledger_now"]) == (LATER, SOON)
    assert stored_hall.held() == {"A-01": 10}
    assert ledger.verify() == []


def test_the_offices_date_settles_it(hall: Hall) -> None:
    li = hall.picker("LI")
    received(li, "L1", SOON), received(li, "L1", LATER)
    li.sync()
    hall.office(lambda book: put_rows(book, [Lot(item="lamp", lot="L1", expiry=LATER)]))
    li.record("problem_reported", {"text": "the label was right"})
    li.sync()
    assert [(one.kind, one.state) for one in hall.conflicts()] == [("expiry_differs", "explained")]


def test_undoing_the_receipt_settles_it(hall: Hall) -> None:
    li = hall.picker("LI")
    received(li, "L1", SOON)
    wrong = received(li, "L1", LATER)
    li.sync()
    li.undo(wrong)
    li.sync()
    assert [one.state for one in hall.conflicts()] == ["explained"]
    assert hall.held() == {"A-01": 5}


def test_who_mistyped_the_date_and_took_it_back_tells_the_right_one(stored_hall: Hall, ledger: Ledger) -> None:
    li = stored_hall.picker("LI")
    li.undo(received(li, "L1", LATER))
    received(li, "L1", SOON)
    li.sync()
    assert (lots(stored_hall), stored_hall.conflicts()) == ({"L1": SOON}, [])
    assert ledger.verify() == []


def test_a_date_that_other_goods_of_the_lot_bear_too_outlives_an_undo(hall: Hall) -> None:
    li, yard = hall.picker("LI"), hall.picker("YU", OTHER)
    first = received(li, "L1", SOON)
    li.sync()
    yard.record("received", {"item": "lamp", "quantity": "1", "location": "TOTE:YU", "lot": "L1", "expiry": SOON})
    yard.sync()
    li.undo(first)
    li.sync()
    assert lots(hall) == {"L1": SOON}


def test_the_offices_date_outlives_an_undo(hall: Hall) -> None:
    li = hall.picker("LI")
    hall.office(lambda book: put_rows(book, [Lot(item="lamp", lot="L1", expiry=SOON)]))
    li.undo(received(li, "L1", SOON))
    li.sync()
    assert lots(hall) == {"L1": SOON}


@pytest.mark.parametrize("expiry", ["", "soon", "2027-13-01"])
def test_a_lot_without_a_date_gets_the_first_that_is_told(hall: Hall, expiry: str) -> None:
    li = hall.picker("LI")
    received(li, "L1", expiry)
    li.sync()
    assert lots(hall) == {"L1": ""}
    received(li, "L1", SOON)
    received(li, "L1", "")
    li.sync()
    assert lots(hall) == {"L1": SOON}
    assert hall.conflicts() == []


def test_the_lot_of_an_item_nobody_knows_is_learned_with_the_item(stored_hall: Hall, ledger: Ledger) -> None:
    li = stored_hall.picker("LI")
    received(li, "L9", SOON, item="vase")
    li.sync()
    assert stored_hall.rows(Lot, item="vase") == []
    stored_hall.office(lambda book: put_rows(book, [Item(code="vase")]))
    li.record("problem_reported", {"text": "now it is there"})
    li.sync()
    assert [(one.lot, one.expiry) for one in stored_hall.rows(Lot, item="vase")] == [("L9", SOON)]
    assert [one.state for one in stored_hall.conflicts()] == ["explained"]
    assert ledger.verify() == []


def test_goods_without_a_lot_leave_the_global_feed_alone(stored_hall: Hall, ledger: Ledger) -> None:
    """Terminals of all sites would else wait for each other's receipts."""
    li = stored_hall.picker("LI")
    li.sync()
    before = ledger.heads()[GLOBAL_FEED]
    li.receive(5, "A-01")
    li.sync()
    assert ledger.heads()[GLOBAL_FEED] == before
