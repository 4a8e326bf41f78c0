"""What a step sees: the ledger's rows with own work on top, found quickly among 100,000 items (R8, X1)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from scanner_client.ports import FeedAge, NewOperation, QueueCounts, StoreError
from scanner_client.store import TerminalStore, Transaction, journal
from sync.core.terminal import RowChange, TerminalTransaction
from sync.wire.bodies import Picked, ShortReported, TaskClaimed, TaskReleased, Undone
from sync.wire.codec import encode
from sync.wire.messages import GLOBAL_FEED, Outcome
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Barcode, Claim, Item, Location, Lot, Operator, Order, OrderLine, Row, Task

SITE = "A"


def put(tx: TerminalTransaction, *rows: Row) -> None:
    for feed in (GLOBAL_FEED, SITE):
        changes = [RowChange(row.table, row.key, encode(row)) for row in rows if row.feed == feed]
        tx.put_rows(feed, changes, Cursor(feed=feed, n=1, hash="h"), shadow=False)


def task(id: str, order: str = "O1", location: str = "A-01", state: str = "open") -> Task:
    return Task(
        site=SITE, id=id, kind="pick", item="4711", location=location, quantity=Quantity(2), order=order, state=state
    )


def line(order: str = "O1", number: str = "1") -> OrderLine:
    return OrderLine(site=SITE, order=order, line=number, item="4711", quantity=Quantity(5))


def stock(location: str, units: int, item: str = "4711", lot: str = "") -> Balance:
    return Balance(site=SITE, location=location, item=item, lot=lot, quantity=Quantity(units))


def picked(units: int = 2, **more: str) -> NewOperation:
    body = Picked(item="4711", quantity=Quantity(units), order="O1", line="1", location="A-01", to="TOTE:T1")
    return new("picked", body, **more)


def new(kind: str, body: object, task: str | None = None) -> NewOperation:
    return NewOperation(kind, "LI", body, "2026-11-02T08:00:00Z", "+08:00", task=task)


def test_a_task_done_here_leaves_the_open_ones_at_once(store: TerminalStore) -> None:
    with store.step() as tx:
        put(tx, task("t1"), task("t2"), task("t3", order="O2"))
        tx.append(picked(task="t1"))
    with store.step() as tx:
        assert [row.id for row in tx.rows(Task, state="open")] == ["t2", "t3"]
        assert [row.id for row in tx.rows(Task, state="done")] == ["t1"]
        assert [(row.id, row.state) for row in tx.rows(Task, order="O1")] == [("t1", "done"), ("t2", "open")]
        assert [row.id for row in tx.rows(Task, order="O1", state="open")] == ["t2"]


def test_a_line_shows_what_was_picked_and_missed_here(store: TerminalStore) -> None:
    missing = ShortReported(order="O1", line="1", item="4711", location="A-01", quantity=Quantity(3))
    with store.step() as tx:
        put(tx, line(), line(order="O2"))
        tx.append(picked(2))
        tx.append(new("short_reported", missing))
        assert [(row.done, row.short) for row in tx.rows(OrderLine, order="O1")] == [(Quantity(2), Quantity(3))]
        assert [row.done for row in tx.rows(OrderLine, order="O2")] == [Quantity(0)]


def test_a_line_undone_here_is_open_again(store: TerminalStore) -> None:
    with store.step() as tx:
        put(tx, line(), task("t1"), stock("A-01", 10))
        target = tx.append(picked(2, task="t1"))
        tx.append(new("undone", Undone(target=target)))
        assert [row.done for row in tx.rows(OrderLine, order="O1")] == [Quantity(0)]
        assert [row.state for row in tx.rows(Task, order="O1")] == ["open"]
        assert [balance.quantity for balance in tx.on_hand(item="4711")] == [Quantity(10)]


def test_goods_moved_here_are_found_where_they_are(store: TerminalStore) -> None:
    """Where is it, what is here (R9): accounts the ledger has not heard of included."""
    with store.step() as tx:
        put(tx, stock("A-01", 10), stock("A-02", 4), stock("A-01", 7, item="4712"), stock("@customer", 50))
        tx.append(picked(10))
        assert [(row.location, row.quantity.units) for row in tx.on_hand(item="4711")] == [("A-02", 4), ("TOTE:T1", 10)]
        assert [(row.item, row.quantity.units) for row in tx.on_hand(location="A-01")] == [("4712", 7)]
        assert [row.quantity.units for row in tx.on_hand(location="TOTE:T1", item="4711")] == [10]
        assert [row.quantity.units for row in tx.on_hand(location="@customer")] == [50]


def test_codes_that_are_part_of_each_other_are_not_mixed_up(store: TerminalStore) -> None:
    with store.step() as tx:
        put(tx, stock("A-01", 1), stock("A-011", 2), stock("A-01", 3, item="47"), stock("A-01", 4, lot="4711"))
        tx.append(picked(1))
        assert [row.quantity.units for row in tx.rows(Balance, item="47")] == [3]
        assert [row.quantity.units for row in tx.rows(Balance, location="A-011")] == [2]


def test_an_unknown_table_is_kept_and_disturbs_nobody(store: TerminalStore) -> None:
    """A newer ledger sends tables this program does not know."""
    with store.step() as tx:
        tx.put_rows(SITE, [RowChange("robot", "R1", b'{"code":"R1"}')], Cursor(feed=SITE, n=1, hash="h"), shadow=False)
        assert tx.rows(Balance) == []


@pytest.mark.parametrize("equal", [{"order": "O1", "state": "open"}, {"state": "open"}, {"state": "done"}])
def test_a_shifts_work_on_tasks_costs_a_list_of_them_no_question_more(
    store: TerminalStore, equal: dict[str, str]
) -> None:
    """R8: a terminal that stays offline has thousands of tasks done here only."""
    asked: list[int] = []
    with store.step() as tx:
        put(tx, *(task(f"t{number}", order=f"O{number % 7}") for number in range(40)))
    for number in range(30):
        statements: list[str] = []
        with store.step() as tx:
            tx.append(picked(task=f"t{number}"))
            tx._sql.set_trace_callback(statements.append)
            tx.rows(Task, **equal)
            tx._sql.set_trace_callback(None)
        asked.append(len(statements))
    assert len(set(asked)) == 1, asked


def test_a_task_that_an_undo_opened_again_is_among_the_open_ones(store: TerminalStore) -> None:
    with store.step() as tx:
        put(tx, task("t1"), task("t2"))
        target = tx.append(picked(task="t1"))
        tx.store_outcomes([Outcome(id=target, outcome="applied", n=2, feeds={SITE: 2})])
        put(tx, task("t1", state="done"))
        tx.cover(SITE, [target], shadow=False)
        assert [row.id for row in tx.rows(Task, state="open")] == ["t2"]
        tx.append(new("undone", Undone(target=target)))
        assert [row.id for row in tx.rows(Task, state="open")] == ["t1", "t2"]
        assert tx.rows(Task, state="done") == []


QUICK = [
    (Barcode, {"code": "1"}),
    (Barcode, {"item": "1"}),
    (Location, {"code": "1"}),
    (Operator, {"badge": "1"}),
    (Operator, {"code": "1"}),
    (Task, {"order": "1"}),
    (Task, {"state": "open"}),
    (OrderLine, {"order": "1"}),
    (Order, {"state": "open"}),
    (Lot, {"item": "1"}),
    (Balance, {"location": "1"}),
    (Balance, {"item": "1"}),
    (Item, {"code": "1"}),
]


@pytest.mark.parametrize(("kind", "equal"), QUICK, ids=lambda value: getattr(value, "__name__", str(value)))
def test_every_lookup_of_a_flow_goes_through_an_index(
    store: TerminalStore, kind: type[Row], equal: dict[str, str]
) -> None:
    """With two equal texts to compare (table and value), not one: else it reads all rows of the table."""
    statements: list[str] = []
    with store.step() as tx:
        tx._sql.set_trace_callback(statements.append)
        tx.rows(kind, **equal)
        tx._sql.set_trace_callback(None)
    with closing(sqlite3.connect(store.path)) as look:
        plans = [
            detail
            for statement in statements
            for *_, detail in look.execute(f"EXPLAIN QUERY PLAN {statement}")
            if "live" in detail
        ]
    assert plans
    assert all("USING INDEX" in plan and plan.count("=?") == 2 for plan in plans), plans


def test_counts_tell_how_every_operation_stands(store: TerminalStore) -> None:
    outcomes = ["applied", "merged", "conflict", "held", "refused", "quarantined", "waiting"]
    with store.step() as tx:
        ids = [tx.append(picked(1)) for _ in range(10)]
        for id, outcome in zip(ids, outcomes, strict=False):
            tx.store_outcomes([Outcome(id=id, outcome=outcome, n=1, feeds={SITE: 1})])
        tx.store_state(ids[2], "explained")
        tx.note_sent(9)
        assert tx.counts() == QueueCounts(
            kept=1, sent=2, accepted=4, held=1, refused=1, quarantined=1, oldest="2026-11-02T08:00:00Z"
        )
        assert [entry.state for entry in tx.queue()][-3:] == ["sent", "sent", "kept"]


def test_claims_are_found_by_who_has_them_own_ones_at_once(store: TerminalStore) -> None:
    with store.step() as tx:
        others = [Claim(site=SITE, order=f"O{n}", by="WANG", terminal="T2") for n in (1, 2)]
        put(tx, *others, Claim(site=SITE, order="O3", by="LI", terminal="T1"))
        tx.append(new("task_claimed", TaskClaimed(order="O2", over="WANG")))
        tx.append(new("task_claimed", TaskClaimed(order="O4")))
        tx.append(new("task_released", TaskReleased(order="O3")))
        assert [(row.order, row.by) for row in tx.rows(Claim, site=SITE)] == [
            ("O1", "WANG"),
            ("O2", "LI"),
            ("O4", "LI"),
        ]
        assert [row.order for row in tx.rows(Claim, by="LI")] == ["O2", "O4"]


def test_a_claim_is_no_scan_that_waits_though_the_whole_queue_lists_it(store: TerminalStore) -> None:
    """What people count is what they scanned; what is sent is everything."""
    claimed = [new("task_claimed", TaskClaimed(order=order)) for order in ("O1", "O2")]
    with store.step() as tx:
        first = tx.append(claimed[0])
        assert (tx.counts(), tx.deeds_count(), list(tx.deeds(0, 4))) == (QueueCounts(), 0, [])
        tx.append(picked(1))
        tx.append(claimed[1])
        tx.note_sent(1)
        assert tx.counts() == QueueCounts(kept=1, oldest="2026-11-02T08:00:00Z")
        tx.store_outcomes([Outcome(id=first, outcome="applied", n=1, feeds={SITE: 1})])
        assert (tx.counts().accepted, tx.deeds_count(), [one.kind for one in tx.deeds(0, 4)]) == (0, 1, ["picked"])
        assert [entry.kind for entry in tx.queue()] == ["task_claimed", "picked", "task_claimed"]
        assert tx.first_unanswered() == 2


def test_an_operation_too_big_for_the_wire_is_refused_aloud(store: TerminalStore) -> None:
    with pytest.raises(StoreError, match="at most") as caught, store.step() as tx:
        tx.append(NewOperation("moved", "LI", {"text": "x" * 70_000}, "2026-11-02T08:00:00Z", "+08:00"))
    assert caught.value.kind == "too_big"
    with store.step() as tx:
        assert tx.head().seq == 0


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100])
def test_a_file_that_is_no_store_is_said_to_be_damaged(store: TerminalStore, content: bytes) -> None:
    store.path.write_bytes(content)
    with pytest.raises(StoreError, match="scanner verify") as caught, store.step():
        pass
    assert caught.value.kind == "corrupt"


def test_a_transaction_is_what_sync_core_and_runtime_ask_for(store: TerminalStore) -> None:
    with store.step() as tx:
        for_sync: TerminalTransaction = tx
        assert isinstance(for_sync, Transaction)


def test_a_figure_tells_its_age(store: TerminalStore) -> None:
    """R52: a feed that the last answer did not bring to its end keeps its older time."""
    with store.step() as tx:
        put(tx, stock("A-01", 1))
        tx.note_answer("09:00", [Cursor(feed=SITE, n=1, hash="h"), Cursor(feed=GLOBAL_FEED, n=7, hash="h")])
        assert (tx.age(SITE), tx.age(GLOBAL_FEED)) == (FeedAge(SITE, 1, "09:00"), FeedAge(GLOBAL_FEED, 1, ""))


def test_the_prompt_is_where_it_was_after_a_restart(store: TerminalStore) -> None:
    """X7."""
    with store.step() as tx:
        tx.save_state(b"step two")
        tx.journal("scan", {"raw": "4711"})
    store.close()
    with store.step() as tx:
        assert tx.load_state() == b"step two"
        assert [(kind, entry) for _, kind, entry in tx.journal_lines(10)] == [("scan", {"raw": "4711"})]


def test_work_at_hand_is_parked_when_the_stream_was_left(store: TerminalStore) -> None:
    """X6: a restored or cloned terminal does not go on with a task that another copy may have."""
    with store.step() as tx:
        tx.save_state(b"step two")
        tx.mint_epoch("epoch-2")
        assert tx.load_state() is None
        assert tx.parked() == [b"step two"]


def test_the_oldest_lines_of_the_journal_go_and_the_newest_stay(
    store: TerminalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "KEPT_LINES", 150)
    with store.step() as tx:
        for number in range(1, 431):
            tx.journal("scan", {"number": number})
        numbers = [entry["number"] for _, _, entry in tx.journal_lines(1000)]
    assert numbers == list(range(430, 250, -1))
