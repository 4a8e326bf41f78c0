"""Figures: a fresh terminal pulls 20,000 items; a terminal that is up to date pulls 100 changes."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
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
KEPT = "SELECT count(*) FROM live WHERE tbl = 'item'"
GOAL = 1.5


def run(folder: Path, rounds: int) -> list[Figure]:
    floor_few, product_few = Samples(), Samples()
    prepared = folder / "pull"
    _prepare(Warehouse(prepared))

    def floor(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            copy = shutil.copytree(prepared, Path(place) / "copy")
            _floor(Warehouse(copy), samples, floor_few)

    def product(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            copy = shutil.copytree(prepared, Path(place) / "copy")
            _product(Warehouse(copy), samples, product_few)

    of_floor, of_product = alternate(rounds, floor, product)
    return [
        Figure(f"pull of {ITEMS:,} items", of_floor, of_product, GOAL, f"{rounds} runs"),
        Figure(f"pull of {CHANGES} changes", floor_few, product_few, GOAL, f"{rounds} runs"),
    ]


def _floor(warehouse: Warehouse, samples: Samples, few: Samples) -> None:
    store = open_store(warehouse.home.database)
    with floor_ledger(warehouse.folder / "ledger.db") as address, httpx.Client(base_url=address) as client:
        client.post("/pull", content=b'["",0,1]')
        with samples.one():
            pull(client, store, "global")
        with closing(FloorLedger(warehouse.folder / "ledger.db").open()) as ledger:
            append(ledger, item_rows(CHANGES))
        with few.one():
            got = pull(client, store, "global")
    store.close()
    kept = warehouse.count(KEPT)
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
    with warehouse.served() as address:
        warehouse.sync(address, samples)
        check(warehouse.count(KEPT) == ITEMS, f"the terminal has {warehouse.count(KEPT)} items")
        for number in range(CHANGES):
            warehouse.take("items", [{"code": f"NEW{number}", "name": "one change each"}])
        warehouse.sync(address, few)
    check(warehouse.count(KEPT) == ITEMS + CHANGES, f"the terminal has {warehouse.count(KEPT)} items")


def append(ledger: sqlite3.Connection, rows: list[tuple[str, str, bytes]]) -> None:
    """Add entries to the floor's log, one change a row."""
    n, head = ledger.execute("SELECT n, hash FROM feed WHERE feed = 'global'").fetchone()
    ledger.execute("BEGIN IMMEDIATE")
    for table, key, row in rows:
        n += 1
        data = msgspec.json.encode({"n": n, "feed": "global", "set": [(table, key, msgspec.Raw(row))]})
        head = hashlib.sha256(head.encode() + data).hexdigest()
        ledger.execute("INSERT INTO log VALUES ('global',?,?,?)", (n, head, data))
    ledger.execute("COMMIT")
