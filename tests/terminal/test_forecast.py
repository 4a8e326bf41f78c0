"""What a terminal says before it speaks to the ledger is what it knows, and no more (X4)."""

from __future__ import annotations

import msgspec

from scanner_client.forecast import UNKNOWN, forecast, forecast_lines
from scanner_client.ports import FeedAge, NewOperation
from scanner_client.store import TerminalStore, Transaction
from sync.core.terminal import RowChange
from sync.wire.bodies import Moved, Received
from sync.wire.codec import encode
from sync.wire.messages import Outcome
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance
from sync.wire.service import DryRunReply

SITE = "A"
AT = "2026-11-02T08:00:00Z"


def move(tx: Transaction, units: int, lot: str = "") -> str:
    body = Moved(item="4711", quantity=Quantity(units), lot=lot, location="A-01", to="A-02")
    return tx.append(NewOperation("moved", "LI", body, AT, "+08:00"))


def stock(tx: Transaction, *balances: Balance) -> None:
    rows = [RowChange(one.table, one.key, encode(one)) for one in balances]
    tx.put_rows(SITE, rows, Cursor(feed=SITE, n=7, hash="h"), shadow=False)
    tx.note_answer("2026-11-02T07:30:00Z", [Cursor(feed=SITE, n=7, hash="h")])


def test_own_work_that_overdraws_an_account_is_named_with_what_is_left(store: TerminalStore) -> None:
    with store.step() as tx:
        stock(tx, Balance(site=SITE, location="A-01", item="4711", quantity=Quantity(5)))
        move(tx, 3)
        assert forecast(tx).may_conflict == []
        move(tx, 4)
        move(tx, 1, lot="L1")
        found = forecast(tx)
    assert found.unsent == {"moved": 3}
    assert found.may_conflict == [
        "stock_short: 4711 at A-01 would stand at -2",
        "stock_short: 4711 at A-01, lot L1 would stand at -1",
    ]
    assert [one.quantity.units for one in found.overdrawn] == [-2, -1]


def test_accounts_of_the_world_outside_and_those_that_others_overdrew_are_no_business_of_the_queue(
    store: TerminalStore,
) -> None:
    with store.step() as tx:
        stock(tx, Balance(site=SITE, location="B-09", item="4711", quantity=Quantity(-9)))
        received = Received(item="4711", quantity=Quantity(1), location="DOCK")
        tx.append(NewOperation("received", "LI", received, AT, "+08:00"))
        assert forecast(tx).may_conflict == []


def test_answered_work_does_not_wait(store: TerminalStore) -> None:
    with store.step() as tx:
        id = move(tx, 3)
        tx.store_outcomes([Outcome(id=id, outcome="applied", n=8, feeds={SITE: 8})])
        assert (forecast(tx).unsent, forecast(tx).oldest) == ({}, "")


def test_it_says_how_old_its_picture_is_and_what_only_the_ledger_knows(store: TerminalStore) -> None:
    with store.step() as tx:
        stock(tx)
        move(tx, 1)
        found = forecast(tx)
    assert found.known == [FeedAge("global", 0, ""), FeedAge(SITE, 7, "2026-11-02T07:30:00Z")]
    assert list(forecast_lines(found)) == [
        f"1 unsent (1 moved), the oldest of {AT}.",
        "News of global: not yet read.",
        "News of A: read to change 7, as of 2026-11-02T07:30:00Z.",
        "May conflict: stock_short: 4711 at A-01 would stand at -1.",
        UNKNOWN,
    ]


def test_what_the_ledger_foretells_takes_the_place_of_what_is_not_known(store: TerminalStore) -> None:
    told = DryRunReply(
        ledger_id="L", ledger_epoch="e", at=AT, outcomes={"conflict": 2, "applied": 5}, conflicts={"stock_short": 2},
        left=7, unplaced=1,
    )  # fmt: skip
    with store.step() as tx:
        lines = list(forecast_lines(msgspec.structs.replace(forecast(tx), foretold=told)))
    assert lines[-4:] == [
        "Sent now, the ledger would say: 5 applied, 2 conflict.",
        "In conflict: 2 stock_short.",
        "7 more were not tried: a dry run takes 2000.",
        "1 do not follow on from what the ledger has of this terminal: the next sync settles that.",
    ]
    assert UNKNOWN not in lines
