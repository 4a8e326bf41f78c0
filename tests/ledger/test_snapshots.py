"""What a snapshot says of the work of the terminal that reads it."""

from __future__ import annotations

import pytest
from ledger.hall import LEDGER, SITE, Hall
from simulator.memory_book import MemoryLedger

from sync.wire.messages import feed_origin
from sync.wire.operation import Cursor


def covered_when_read_anew(held_from: int, *, since: int = 0) -> list[str]:
    """A terminal of five operations reads its site's snapshot; `since` operations are made after that was taken."""
    ledger = MemoryLedger(LEDGER, "ledger-epoch-1")
    hall = Hall(ledger, ledger.register)
    li = hall.picker("LI")
    for _ in range(5 - since):
        li.receive(1, "A-01")
    li.sync()
    ledger.compact(SITE, rows_per_part=500)
    for _ in range(since):
        li.receive(1, "A-01")
    li.held_from = held_from
    li.sync()
    li.cursors[SITE] = Cursor(feed=SITE, n=0, hash=feed_origin(LEDGER, SITE))
    page = next(page for page in li.exchange().pages if page.feed == SITE)
    assert page.snapshot
    return page.covers


@pytest.mark.parametrize(
    ("held_from", "covers"),
    [(0, [1, 2, 3, 4, 5]), (1, [1, 2, 3, 4, 5]), (4, [4, 5]), (6, [])],
    ids=["it does not say", "all", "the newest", "none"],
)
def test_a_snapshot_covers_what_the_terminal_has_not_forgotten(held_from: int, covers: list[int]) -> None:
    assert covered_when_read_anew(held_from) == [f"LI-{number}" for number in covers]


def test_a_snapshot_covers_nothing_that_came_after_it() -> None:
    assert covered_when_read_anew(2, since=2) == ["LI-2", "LI-3"]


def test_while_links_are_outstanding_a_snapshot_covers_whatever_the_terminal_may_hold(hall: Hall) -> None:
    """After a fork the ledger knows held operations by links of the epoch before, until they are offered again."""
    ledger = hall.ledger
    assert isinstance(ledger, MemoryLedger)
    li = hall.picker("LI")
    ops = [li.receive(1, "A-01") for _ in range(3)]
    li.sync()
    ledger.compact(SITE, rows_per_part=500)
    li.begin_epoch("epoch-2")
    li.held_from = 1
    li.cursors[SITE] = Cursor(feed=SITE, n=0, hash=feed_origin(LEDGER, SITE))
    page = next(page for page in li.exchange(push=1).pages if page.feed == SITE)
    assert (page.snapshot, page.covers) == (True, ops)
