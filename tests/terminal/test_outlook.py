"""What a terminal asks beside the exchange of work: how the others stand, and what a sync would do (X4, R33)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest
from terminal.appender import keep_one

from scanner_client import exchange as exchanges
from scanner_client.exchange import StoreExchange
from scanner_client.keys import new_key
from scanner_client.outlook import Outlook
from scanner_client.store import StoreThread, TerminalStore
from sync.faults import SyncFault, Unreachable
from sync.wire.service import DryRunReply, StandingReport, StandingsReply, TerminalStanding

T = TypeVar("T")
NOON = "2026-11-22T12:00:00.000Z"


class Line:
    """A ledger that answers what the test says, and remembers what it was told."""

    def __init__(self, ledger: str) -> None:
        self.fault: SyncFault | None = None
        self.ledger = ledger
        self.reports: list[StandingReport] = []

    async def standing(self, report: StandingReport) -> StandingsReply:
        self.reports.append(report)
        self._fail()
        there = [TerminalStanding(terminal="T9", unsent=len(self.reports))]
        return StandingsReply(ledger_id=self.ledger, ledger_epoch="e", at=NOON, terminals=there)

    async def dry_run(self, request: Any) -> DryRunReply:
        self._fail()
        outcomes = {"applied": len(request.stream.ops)}
        return DryRunReply(ledger_id=self.ledger, ledger_epoch="e", at=NOON, outcomes=outcomes)

    def _fail(self) -> None:
        if self.fault:
            raise self.fault


class Asking:
    """An outlook over a store on disk, its thread left out."""

    def __init__(self, store: TerminalStore) -> None:
        self.store = store
        with store.step() as tx:
            self.line = Line(tx.ledger_id)
        thread = cast("StoreThread", SimpleNamespace(store=store, run=self._run))
        self.exchange = StoreExchange(thread, cast("Any", Path()), "1.2.3", lambda _: None)
        self.exchange._key = new_key()
        self.outlook = Outlook(self.line, thread, self.exchange, "1.2.3", lambda: NOON)

    async def _run(self, work: Callable[[], T]) -> T:
        return work()

    def pictured(self) -> list[int | None]:
        with self.store.step() as tx:
            found = tx.picture()
        return [one.unsent for one in found.told.terminals] if found else []


def done(asked: Coroutine[Any, Any, T]) -> T:
    """The result of what waits for nothing: store and ledger answer at once, so no event loop is needed."""
    with pytest.raises(StopIteration) as stopped:
        asked.send(None)
    result: T = stopped.value.value
    return result


@pytest.fixture
def asking(store: TerminalStore) -> Asking:
    return Asking(store)


def test_a_terminal_says_how_it_stands_and_keeps_what_it_hears(asking: Asking) -> None:
    keep_one(asking.store)
    with asking.store.step() as tx:
        tx.set_mode("offline")
    done(asking.outlook.look())
    (report,) = asking.line.reports
    assert (report.standing.mode, report.standing.unsent, report.program) == ("offline", 1, "1.2.3")
    assert report.standing.oldest
    assert asking.pictured() == [1]


async def test_a_line_that_comes_up_is_used_to_look_around_once(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    async def look() -> None:
        looks.append("looked")

    monkeypatch.setattr(asking.outlook, "look", look)
    running = asyncio.create_task(asking.outlook.run())
    for online in (False, True, True):
        asking.outlook.line_changed(online=online)
        for _ in range(5):
            await asyncio.sleep(0)
    running.cancel()
    assert looks == ["looked"]


def test_without_an_answer_the_picture_there_is_stays(asking: Asking) -> None:
    done(asking.outlook.look())
    asking.line.fault = Unreachable("The ledger cannot be reached.")
    done(asking.outlook.look())
    assert asking.pictured() == [1]


def test_another_ledgers_terminals_are_none_of_ours(asking: Asking) -> None:
    asking.line.ledger = "another"
    done(asking.outlook.look())
    assert asking.pictured() == []


def test_a_dry_run_is_kept_under_its_question_whatever_comes_of_it(asking: Asking) -> None:
    keep_one(asking.store)
    done(asking.outlook.try_out("first"))
    with asking.store.step() as tx:
        found = tx.trial()
    assert found
    assert (found.token, found.told and found.told.outcomes, found.fault) == ("first", {"applied": 1}, "")
    asking.line.fault = Unreachable("The ledger cannot be reached.")
    done(asking.outlook.try_out("second"))
    with asking.store.step() as tx:
        found = tx.trial()
    assert found
    assert (found.token, found.told, found.fault) == ("second", None, "The ledger cannot be reached.")


def test_a_dry_run_offers_what_has_no_answer_and_marks_nothing_as_sent(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        keep_one(asking.store)
    request = done(asking.exchange.trial())
    assert (len(request.stream.ops), request.stream.head) == (3, 3)
    assert request.standing
    assert request.standing.unsent == 3
    with asking.store.step() as tx:
        assert (tx.counts().kept, tx.counts().sent) == (3, 0)
    monkeypatch.setattr(exchanges, "MAX_DRY_RUN", 2)
    assert len(done(asking.exchange.trial()).stream.ops) == 2


def test_what_another_version_wrote_is_as_good_as_nothing(asking: Asking) -> None:
    with asking.store.step() as tx:
        tx._set_meta("terminals_told", "{}")
        tx._set_meta("dry_run_told", "no json")
        assert (tx.picture(), tx.trial()) == (None, None)
