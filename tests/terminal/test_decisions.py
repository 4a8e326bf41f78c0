"""Decisions in the terminal's store: what was decided here no longer counts as open until the ledger says otherwise."""

from __future__ import annotations

import pytest

from scanner_client.facts import StoreFacts
from scanner_client.ports import NewOperation
from scanner_client.store import TerminalStore, Transaction
from sync.core.terminal import RowChange
from sync.wire.bodies import Decided, Moved
from sync.wire.codec import encode
from sync.wire.messages import Outcome
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import Conflict, row_key

SITE, PLACE = "A", "A-01"
SUBJECT = row_key(SITE, PLACE, "4711", "", "", "", "")


def new(kind: str, body: object) -> NewOperation:
    return NewOperation(kind, "LI", body, "2026-11-02T08:00:00Z", "+08:00")


def put(tx: Transaction, *conflicts: Conflict) -> None:
    changes = [RowChange(row.table, row.key, encode(row)) for row in conflicts]
    tx.put_rows(SITE, changes, Cursor(feed=SITE, n=1, hash="h"), shadow=False)


def taken_in_conflict(tx: Transaction, *conflicts: str) -> None:
    """A move of this terminal that stands in these open conflicts."""
    body = Moved(item="4711", quantity=Quantity(8), location=PLACE, to="T-1")
    id = tx.append(new("moved", body))
    put(tx, *(Conflict(site=SITE, id=one, kind="stock_short", state="open", subject=SUBJECT) for one in conflicts))
    tx.store_outcomes([Outcome(id=id, outcome="conflict", n=1, feeds={SITE: 1}, conflicts=list(conflicts))])


def decided(tx: Transaction, conflict: str, outcome: str = "") -> str:
    id = tx.append(new("decided", Decided(conflict=conflict, answer="undo")))
    if outcome:
        tx.store_outcomes([Outcome(id=id, outcome=outcome, n=2, feeds={SITE: 2}, conflicts=[conflict])])
    return id


def still_open(tx: Transaction) -> int:
    counts = tx.counts()
    return counts.conflict - counts.decided


@pytest.mark.parametrize(
    ("outcome", "left"), [("", 0), ("applied", 0), ("merged", 0), ("held", 0), ("waiting", 0), ("refused", 1)]
)
def test_work_in_a_conflict_that_was_decided_here_no_longer_counts(
    store: TerminalStore, outcome: str, left: int
) -> None:
    with store.step() as tx:
        taken_in_conflict(tx, "c1")
        assert still_open(tx) == 1
        decided(tx, "c1", outcome)
        assert still_open(tx) == left
        assert [one.answerable for one in StoreFacts(tx).disputes()] == [bool(left)]


def test_work_in_two_conflicts_counts_until_both_are_decided(store: TerminalStore) -> None:
    with store.step() as tx:
        taken_in_conflict(tx, "c1", "c2")
        decided(tx, "c1")
        assert (still_open(tx), [one.id for one in StoreFacts(tx).disputes()]) == (1, ["c2", "c1"])
        decided(tx, "c2")
        assert still_open(tx) == 0


def test_a_decision_is_listed_with_its_place_and_what_it_is_about(store: TerminalStore) -> None:
    with store.step() as tx:
        taken_in_conflict(tx, "c1")
        decided(tx, "c1")
        deed = StoreFacts(tx).deeds(0, 1)[0]
        assert (deed.kind, deed.location, deed.dispute, deed.state) == ("decided", PLACE, "stock_short", "kept")


def test_decisions_are_found_without_reading_what_else_is_held(store: TerminalStore) -> None:
    with store.step() as tx:
        decided(tx, "c1")
        plan = tx._sql.execute(
            "EXPLAIN QUERY PLAN SELECT seq FROM operation WHERE kind = 'decided' ORDER BY seq"
        ).fetchall()
        assert "operation_decision" in plan[0][-1]
