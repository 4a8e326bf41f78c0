"""Conflicts that settle by themselves: each for itself, however many joined it, and no one at the cost of others."""

from __future__ import annotations

import pytest
from ledger.hall import OTHER, SITE, Hall

from server_stub.ledger import conflicts, settle
from server_stub.ledger.office import put_rows
from sync.wire.codec import decode
from sync.wire.messages import Change
from sync.wire.rows import Balance, Item, Location, Site

MUCH = str(6 * 10**14)


def changes(hall: Hall) -> list[Change]:
    with hall.ledger.transaction(None) as book:
        return [decode(entry.body, Change) for entry in book.entries(SITE, 0, 100_000)]


def states(hall: Hall) -> list[tuple[str, str]]:
    return [(one.subject.split("\x1f")[-1], one.state) for one in hall.conflicts()]


def test_a_conflict_that_cannot_be_settled_stays_open_and_stops_nobody(hall: Hall) -> None:
    """X3: goods of two codes wait on @unknown; of one there are more than an account can count."""
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.record("received", {"item": "new", "quantity": MUCH, "location": "A-01"})
    li.record("transferred_out", {"item": "new", "quantity": MUCH, "location": "A-02", "to_site": OTHER})
    li.record("transferred_in", {"item": "new", "quantity": MUCH, "location": "A-01", "from_site": OTHER})
    li.record("received", {"item": "fresh", "quantity": "3", "location": "A-03"})
    li.drain()
    hall.office(lambda book: put_rows(book, [Item(code="new"), Item(code="fresh")]))
    op = wang.receive(1, "A-04")
    wang.drain()
    li.drain()
    assert hall.outcome(op).outcome == "applied"
    assert sorted(states(hall)) == [("fresh", "explained"), ("new", "open")]
    assert hall.held("fresh") == {"A-03": 3}


def test_goods_that_come_from_unknown_to_a_bin_are_given_to_lines_that_wait(hall: Hall) -> None:
    hall.order("O1", line1=3)
    li = hall.picker("LI")
    li.receive(5, "L-9")
    li.sync()
    assert hall.tasks("O1") == []
    hall.office(lambda book: put_rows(book, [Location(site=SITE, code="L-9", walk=3)]))
    li.receive(1, "STAGE")
    li.sync()
    assert hall.held() == {"L-9": 5, "STAGE": 1}
    assert [(task.location, task.quantity.units) for task in hall.tasks("O1")] == [("L-9", 3)]


@pytest.mark.parametrize("count", [3, 250])
def test_a_code_that_becomes_known_settles_every_operation_that_named_it(hall: Hall, count: int) -> None:
    """However many joined the conflict, and however few of them its row lists."""
    li = hall.picker("LI")
    ops = [li.receive(1, "A-01", item="new") for _ in range(count)]
    li.drain()
    (conflict,) = hall.conflicts()
    assert len(conflict.ops) == min(count, conflicts.MAX_LISTED)
    assert conflict.facts.get("operations") == (str(count) if count > conflicts.MAX_LISTED else None)
    assert {hall.outcome(op).state for op in ops} == {"open"}
    hall.office(lambda book: put_rows(book, [Item(code="new")]))
    li.receive(1, "STAGE")
    li.sync()
    assert states(hall) == [("new", "explained")]
    assert hall.held("new") == {"A-01": count}
    assert {hall.outcome(op).state for op in ops} == {"explained"}


def test_no_entry_of_the_log_grows_with_the_operations_of_a_conflict(hall: Hall) -> None:
    li = hall.picker("LI")
    for _ in range(350):
        li.receive(1, "A-01", item="new")
    li.drain()
    hall.office(lambda book: put_rows(book, [Item(code="new")]))
    li.receive(1, "STAGE")
    li.sync()
    found = changes(hall)
    assert max(len(change.states) for change in found) <= settle.STRETCH
    assert max(len(change.postings) for change in found) <= 2 * settle.STRETCH
    listed = [row for change in found for table, _, row in change.set if table == "conflict"]
    assert max(map(len, listed)) < 100 * conflicts.MAX_LISTED


def test_goods_on_their_way_to_an_unknown_site_wait_at_home_until_it_is_known(hall: Hall) -> None:
    """A name that a terminal made up is no feed."""
    hall.stock(A_01=5)
    li = hall.picker("LI")
    body = {"item": "lamp", "quantity": "2", "location": "A-01", "to_site": "NEW"}
    op = li.record("transferred_out", body)
    li.sync()
    assert hall.outcome(op).feeds.keys() == {SITE}
    assert hall.held() == {"A-01": 3, "@unknown": 2}
    assert states(hall) == [("NEW", "provisional")]
    hall.office(lambda book: put_rows(book, [Site(code="NEW")]))
    li.receive(1, "STAGE")
    li.sync()
    assert hall.held() == {"A-01": 3, "STAGE": 1}
    assert states(hall) == [("NEW", "explained")]
    assert {one.location: one.quantity.units for one in hall.rows(Balance, site="NEW")} == {"@transit:NEW": 2}


@pytest.mark.parametrize("name", ["global", "NOWHERE"])
@pytest.mark.parametrize("kind", ["transferred_out", "transferred_in"])
def test_a_transfer_with_a_site_that_is_none_is_posted_at_home_and_said_aloud(hall: Hall, kind: str, name: str) -> None:
    hall.stock(A_01=5)
    li = hall.picker("LI")
    other = "to_site" if kind == "transferred_out" else "from_site"
    op = li.record(kind, {"item": "lamp", "quantity": "2", "location": "A-01", other: name})
    hall.office(lambda book: put_rows(book, [Site(code="global")]))
    li.sync()
    assert (hall.outcome(op).outcome, set(hall.outcome(op).feeds)) == ("conflict", {SITE})
    assert [(one.kind, one.state) for one in hall.conflicts()] == [("reference_unknown", "provisional")]
    with hall.ledger.transaction(None) as book:
        assert name == "global" or name not in book.feeds()
