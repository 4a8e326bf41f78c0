"""The hall on a real database: what depends on terminals that come and go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ledger.hall import OTHER, SITE, Hall

from server_stub.access import Registry
from server_stub.db import Ledger


@pytest.fixture
def hall(stored_hall: Hall) -> Hall:
    return stored_hall


@pytest.mark.parametrize(
    "leave",
    [
        lambda registry: registry.revoke_terminal("LOST"),
        lambda registry: registry.register_terminal("LOST", OTHER, b"key"),
    ],
    ids=["revoked", "enrolled at another site"],
)
def test_a_conflict_no_longer_waits_for_a_terminal_that_left(
    hall: Hall, ledger: Ledger, leave: Callable[[Registry], None]
) -> None:
    """It was the last that had not reported: nobody else would say anything that settles it."""
    hall.stock(A_01=1)
    li, _lost = hall.picker("LI"), hall.picker("LOST")
    op = li.move(5, "A-01", "A-02")
    li.drain()
    assert [one.state for one in hall.conflicts()] == ["provisional"]
    ledger.registry(leave)
    assert [one.state for one in hall.conflicts()] == ["open"]
    assert hall.outcome(op).state == "open"
    assert [task.location for task in hall.tasks("")] == ["A-01"], "and someone is sent to count"
    assert ledger.verify() == []


def test_whoever_leaves_a_site_at_rest_leaves_no_trace_in_its_log(hall: Hall, ledger: Ledger) -> None:
    hall.stock(A_01=1)
    hall.picker("LOST")
    before = ledger.heads()[SITE]
    ledger.registry(lambda registry: registry.revoke_terminal("LOST"))
    assert ledger.heads()[SITE] == before


@pytest.mark.parametrize("name", ["NOWHERE", "global"])
def test_a_transfer_to_a_site_that_is_none_leaves_no_feed_behind(hall: Hall, ledger: Ledger, name: str) -> None:
    """Not even one without entries, from the lock that the exchange would have taken."""
    hall.stock(A_01=5)
    li = hall.picker("LI")
    li.record("transferred_out", {"item": "lamp", "quantity": "2", "location": "A-01", "to_site": name})
    before = ledger.heads()
    (outcome,) = ledger.sync(li.request()).outcomes
    assert (outcome.outcome, set(outcome.feeds)) == ("conflict", {SITE})
    assert ledger.heads().keys() == before.keys()
    assert ledger.heads()["global"] == before["global"]


def test_a_transfer_to_a_site_takes_numbers_in_both_feeds(hall: Hall, ledger: Ledger) -> None:
    hall.stock(A_01=5)
    li = hall.picker("LI")
    li.record("transferred_out", {"item": "lamp", "quantity": "2", "location": "A-01", "to_site": OTHER})
    (outcome,) = ledger.sync(li.request()).outcomes
    assert (outcome.outcome, set(outcome.feeds)) == ("applied", {SITE, OTHER})
    assert ledger.verify() == []
