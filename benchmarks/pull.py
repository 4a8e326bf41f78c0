"""Figures: a fresh terminal pulls 20,000 items; a terminal that is up to date pulls 100 changes."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec
from floor_client import pull
from floor_ledger import FloorLedger
from floor_store import open_store
from measure import Figure, Samples, alternate, check
from product import Warehouse
from served import floor_ledger
from workload import item_rows, items

ITEMS, CHANGES = 20_000, 100
ROWS_A_CHANGE = 100
GOAL = 1.5
Entry = list[tuple[str, str, bytes]]


def run(folder: Path, rounds: int) -> list[Figure]:
    rows = item_rows(ITEMS)
    floor_few, product_few = Samples(), Samples()
    prepared = folder / "pull"
    _prepare(Warehouse(prepared))

    def floor(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            _floor(Path(place), rows, samples, floor_few)

    def product(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            copy = shutil.copytree(prepared, Path(place) / "copy")
            _product(Warehouse(copy), samples, product_few)

    of_floor, of_product = alternate(rounds, floor, product)
    return [
        Figure(f"pull of {ITEMS:,} items", of_floor, of_product, GOAL, f"{rounds} runs"),
        Figure(f"pull of {CHANGES} changes", floor_few, product_few, GOAL, f"{rounds} runs"),
    ]


def _floor(place: Path, rows: Entry, samples: Samples, few: Samples) -> None:
    ledger = FloorLedger(place / "ledger.db").open()
    grouped = [rows[at : at + ROWS_A_CHANGE] for at in range(0, len(rows), ROWS_A_CHANGE)]
    append(ledger, grouped)
    store = open_store(place / "terminal.db")
    with floor_ledger(place / "ledger.db") as address, httpx.Client(base_url=address) as client:
        with samples.one():
            pull(client, store)
        append(ledger, [[row] for row in rows[:CHANGES]])
        with few.one():
            got = pull(client, store, after=len(grouped))
    ledger.close()
    kept = store.execute("SELECT count(*) FROM row").fetchone()[0]
    store.close()
    check((kept, got) == (ITEMS, CHANGES), f"the floor pulled {kept} items and {got} changes")


def _prepare(warehouse: Warehouse) -> None:
    """A ledger with the items, and a terminal that was enrolled and has read nothing."""
    warehouse.folder.mkdir()
    warehouse.make()
    warehouse.take("items", [{"code": item.code, "name": item.name, "name_zh": item.name_zh} for item in items(ITEMS)])
    code = warehouse.invite()
    with warehouse.served() as address:
        warehouse.enroll(address, code)


def _product(warehouse: Warehouse, samples: Samples, few: Samples) -> None:
    kept = "SELECT count(*) FROM live WHERE tbl = 'item'"
    with warehouse.served() as address:
        warehouse.sync(address, samples)
        check(warehouse.count(kept) == ITEMS, f"the terminal has {warehouse.count(kept)} items")
        for number in range(CHANGES):
            warehouse.take("items", [{"code": f"NEW{number}", "name": "one change each"}])
        warehouse.sync(address, few)
    check(warehouse.count(kept) == ITEMS + CHANGES, f"the terminal has {warehouse.count(kept)} items")


def append(ledger: sqlite3.Connection, changes: list[Entry]) -> None:
    """Add entries to the floor's log: one change with its rows each."""
    n, head = ledger.execute("SELECT n, hash FROM log ORDER BY n DESC LIMIT 1").fetchone() or (0, "0" * 64)
    ledger.execute("BEGIN IMMEDIATE")
    for rows in changes:
        n += 1
        entry = {"n": n, "feed": "global", "set": [(table, key, msgspec.Raw(row)) for table, key, row in rows]}
        data = msgspec.json.encode(entry)
        head = hashlib.sha256(head.encode() + data).hexdigest()
        ledger.execute("INSERT INTO log VALUES ('global',?,?,?)", (n, head, data))
    ledger.execute("COMMIT")
