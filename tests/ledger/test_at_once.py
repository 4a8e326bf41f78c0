"""Two transactions on PostgreSQL of which neither sees the other's rows: what each would miss, one of them settles.

The second is begun while the first is about to commit, and goes as far as its locks let it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from ledger.hall import OTHER, SITE, Hall, Picker

from server_stub.db import Ledger
from server_stub.ledger.book import Terminal
from server_stub.ledger.office import put_rows
from server_stub.ledger.settle import SETTLED
from sync.wire.codec import decode
from sync.wire.messages import Change
from sync.wire.rows import Location

WAITS_FOR_A_LOCK = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Pair:
    """Two services on one database. `hall` works through the first."""

    def __init__(self, url: str, opened: Callable[[str], Ledger]) -> None:
        self.first, self.second = opened(url), opened(url)
        self._url = url
        self.hall = Hall(self.first, self._register, ledger_id=self.first.ledger_id)

    def _register(self, terminal: Terminal) -> None:
        self.first.registry(lambda registry: registry.register_terminal(terminal.id, terminal.site, b""))

    def at_once(self, first: Callable[[Ledger], object], second: Callable[[Ledger], object]) -> None:
        """`first`, and before it commits `second` as far as it comes; then both to their ends."""
        transaction = self.first.transaction
        with ThreadPoolExecutor(1) as threads:
            begun: list[Future[object]] = []

            @contextmanager
            def held_open(*locks: Any) -> Iterator[Any]:
                with transaction(*locks) as book:
                    yield book
                    if not begun:
                        begun.append(threads.submit(second, self.second))
                        self._until_it_waits(begun[0])

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(self.first, "transaction", held_open)
                first(self.first)
            begun[0].result()

    def _until_it_waits(self, running: Future[object]) -> None:
        with psycopg.connect(self._url, autocommit=True) as watching:
            while not running.done() and not watching.execute(WAITS_FOR_A_LOCK).fetchone():
                pass

    def settlings(self) -> int:
        """How often the log of the hall says that conflicts were settled."""
        entries = self.first.read(lambda book: list(book.entries(SITE, 0, 1000)))
        return sum(decode(entry.body, Change).kind == SETTLED for entry in entries)


@pytest.fixture
def pair(postgres_url: str, opened: Callable[[str], Ledger]) -> Pair:
    return Pair(postgres_url, opened)


def sends(picker: Picker) -> Callable[[Ledger], object]:
    """One round trip with what the picker would send now."""
    request = picker.request()
    return lambda ledger: ledger.sync(request)


def short_of_four(pair: Pair) -> tuple[Picker, Picker]:
    """Li took five where there was one. He and Wang have read so, and have yet to say that nothing is left."""
    pair.hall.stock(A_01=1)
    li, wang = pair.hall.picker("LI"), pair.hall.picker("WANG")
    li.move(5, "A-01", "A-02")
    li.sync()
    wang.sync()
    assert [one.state for one in pair.hall.conflicts()] == ["provisional"]
    return li, wang


# --- everyone has reported --------------------------------------------------------------------------------------------


def test_of_two_that_report_at_once_one_settles_what_waited_for_both(pair: Pair) -> None:
    li, wang = short_of_four(pair)
    pair.at_once(sends(li), sends(wang))
    assert [one.state for one in pair.hall.conflicts()] == ["open"]
    assert [task.location for task in pair.hall.tasks("")] == ["A-01"], "and someone is sent to count"
    assert pair.settlings() == 1
    assert pair.first.verify() == []


def test_a_terminal_that_leaves_while_the_other_reports_is_no_longer_waited_for(pair: Pair) -> None:
    li, wang = short_of_four(pair)
    pair.at_once(sends(li), lambda ledger: ledger.registry(lambda registry: registry.revoke_terminal(wang.terminal)))
    assert [one.state for one in pair.hall.conflicts()] == ["open"]
    assert pair.settlings() == 1
    assert pair.first.verify() == []


def test_a_receipt_that_explains_while_the_last_terminal_reports_closes_the_conflict_for_good(pair: Pair) -> None:
    li, wang = short_of_four(pair)
    wang.drain()
    wang.receive(4, "A-01")
    pair.at_once(sends(li), sends(wang))
    assert [one.state for one in pair.hall.conflicts()] == ["explained"]
    assert pair.hall.held() == {"A-02": 5}
    assert [task.state for task in pair.hall.tasks("")] in ([], ["cancelled"])
    assert pair.first.verify() == []


# --- an undo of what comes elsewhere ----------------------------------------------------------------------------------


def undo_across(pair: Pair) -> tuple[Picker, Picker, str]:
    """Li in the hall takes back what Wang in the yard has recorded. Neither has sent anything."""
    li, wang = pair.hall.picker("LI"), pair.hall.picker("WANG", OTHER)
    wang.receive(3, "Y-01")
    return li, wang, li.undo("WANG-1")


@pytest.mark.parametrize("undo_first", [True, False], ids=["the undo first", "its target first"])
@pytest.mark.parametrize("known", [True, False], ids=["a yard with a log", "a yard where nothing ever happened"])
def test_an_undo_meets_its_target_that_another_site_sends_at_once(pair: Pair, undo_first: bool, known: bool) -> None:
    if known:
        pair.hall.office(lambda book: put_rows(book, [Location(site=OTHER, code="Y-01")]))
    li, wang, undo = undo_across(pair)
    both = [sends(li), sends(wang)]
    pair.at_once(*(both if undo_first else reversed(both)))
    assert pair.hall.outcome("WANG-1").state == "undone"
    found = pair.hall.outcome(undo)
    assert (found.outcome, found.state) == (("waiting", "applied") if undo_first else ("applied", ""))
    assert pair.hall.held(site=OTHER) == {}
    assert pair.first.verify() == []


def test_two_who_undo_each_others_work_at_once_both_get_their_way(pair: Pair) -> None:
    li, wang, _ = undo_across(pair)
    li.receive(2, "A-01")
    wang.undo("LI-2")
    pair.at_once(sends(li), sends(wang))
    assert {pair.hall.outcome(op).state for op in ("WANG-1", "LI-2")} == {"undone"}
    assert (pair.hall.held(), pair.hall.held(site=OTHER)) == ({}, {})
    assert pair.first.verify() == []
