"""Figures: a scan kept, and a few operations synced, with a million operations of history beside a thousand.

The history lies on both sides: on the terminal, which keeps everything while no backup has been verified, and in the
ledger's log, links and operations. Its rows are made by SQL in the files of a warehouse at work, with invented bytes
and true positions: nothing reads them but what would be slow if it grew with them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from commit import new
from measure import Figure, Samples, check
from msgspec.structs import replace
from product import Warehouse, orders
from workload import SITE, TERMINAL, body

from scanner_client.store import TerminalStore
from sync.wire.rows import Task

FEW, MANY = 1_000, 1_000_000
ROUNDS, EACH = 60, 5
GOAL = 1.2
NUMBERS = "WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < :count)"
PAST_ID = "printf('00000000-0000-7000-8000-%012x', i)"
HASH = "printf('%064x', i)"
RAW = "zeroblob(300)"
"""About what a pick's bytes come to, less what they are in a file of a real day."""


def run(folder: Path, rounds: int) -> list[Figure]:
    kept = {count: Samples() for count in (FEW, MANY)}
    synced = {count: Samples() for count in (FEW, MANY)}
    for count in (FEW, MANY):
        warehouse = Warehouse(folder / f"growth-{count}")
        code = _prepare(warehouse)
        _enrol(warehouse, code)
        _grow_terminal(warehouse, count)
        _grow_ledger(warehouse, count)
        _work(warehouse, kept[count], synced[count], rounds)
    return [
        Figure("scan kept, 1,000,000 before it", kept[FEW], kept[MANY], GOAL, "beside 1,000"),
        Figure("sync of 5, 1,000,000 before it", synced[FEW], synced[MANY], GOAL, "beside 1,000"),
    ]


def _prepare(warehouse: Warehouse) -> str:
    warehouse.folder.mkdir()
    warehouse.make()
    for kind, rows in orders(ROUNDS * EACH).items():
        warehouse.take(kind, rows)
    return warehouse.invite()


def _enrol(warehouse: Warehouse, code: str) -> None:
    with warehouse.served() as address:
        warehouse.enroll(address, code)
        warehouse.sync(address, Samples())


def _grow_terminal(warehouse: Warehouse, count: int) -> None:
    """`count` accepted operations, each with one delta that a page has covered."""
    with closing(sqlite3.connect(warehouse.home.database)) as file:
        file.execute(
            f"{NUMBERS} INSERT INTO operation (seq, id, op_hash, prev, hash, kind, at, raw, outcome, standing)"
            f" SELECT i, {PAST_ID}, {HASH}, {HASH}, {HASH}, 'picked', '2026-01-01T00:00:00.000Z', {RAW},"
            " CAST('{}' AS BLOB), 'accepted' FROM number",
            {"count": count},
        )
        file.execute(
            f"{NUMBERS} INSERT INTO delta (op, part, feed, tbl, key, amount, short, state, pending)"
            f" SELECT {PAST_ID}, 0, :site, 'balance', 'past' || (i % 600), '-1', '', '', 0 FROM number",
            {"count": count, "site": SITE},
        )
        file.execute(
            "UPDATE feed SET n = n + :count, hash = printf('%064x', :count) WHERE feed = :site",
            {"count": count, "site": SITE},
        )
        file.commit()


def _grow_ledger(warehouse: Warehouse, count: int) -> None:
    """The same operations with their links, entries of the site's log, and places in its feed."""
    with closing(sqlite3.connect(warehouse.home.database)) as file:
        (epoch,) = file.execute("SELECT epoch FROM stream").fetchone()
    facts = {"count": count, "site": SITE, "terminal": TERMINAL, "epoch": epoch}
    with closing(sqlite3.connect(warehouse.folder / "ledger.db")) as file:
        (facts["n"],) = file.execute("SELECT n FROM feed WHERE feed = ?", (SITE,)).fetchone()
        file.execute(
            f"{NUMBERS} INSERT INTO operation SELECT {PAST_ID}, {HASH}, :terminal, :site, 'picked', 'applied',"
            f" CAST('{{}}' AS BLOB), {RAW} FROM number",
            facts,
        )
        file.execute(f"{NUMBERS} INSERT INTO link SELECT :terminal, :epoch, i, {HASH}, {PAST_ID} FROM number", facts)
        file.execute(f"{NUMBERS} INSERT INTO log SELECT :site, :n + i, {HASH}, {RAW} FROM number", facts)
        file.execute(
            f"{NUMBERS} INSERT INTO operation_feed SELECT :terminal, :site, :n + i, {PAST_ID} FROM number", facts
        )
        file.execute(
            "UPDATE feed SET n = n + :count, hash = printf('%064x', :count) WHERE feed = :site",
            {"count": count, "site": SITE},
        )
        file.execute(
            "INSERT OR REPLACE INTO stream"
            " VALUES (:terminal, :epoch, :count, printf('%064x', :count), NULL, NULL, NULL)",
            {"terminal": TERMINAL, "epoch": epoch, "count": count},
        )
        file.commit()


def _work(warehouse: Warehouse, kept: Samples, synced: Samples, rounds: int) -> None:
    """Pick a few lines, sync, and again."""
    with warehouse.served() as address:
        for number in range(min(ROUNDS, 12 * rounds)):
            with closing(warehouse.store()) as store:
                _pick(store, range(number * EACH, (number + 1) * EACH), kept)
            warehouse.sync(address, synced)
    waiting = warehouse.count("SELECT count(*) FROM operation WHERE standing <> 'accepted'")
    check(not waiting, f"{waiting} operations were not accepted")


def _pick(store: TerminalStore, numbers: range, kept: Samples) -> None:
    with store.step() as step:
        tasks = {(task.order, task.line): task for task in step.rows(Task, state="open")}
    for number in numbers:
        task = tasks[body(number).order, body(number).line]
        with kept.one(), store.step() as step:
            step.append(replace(new(number), task=task.id, task_rev=task.rev))
