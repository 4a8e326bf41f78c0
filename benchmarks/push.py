"""Figures: 5,000 queued operations pushed over HTTP, and the same 5,000 sent again.

The floor writes the same rows over the same HTTP without judging anything. A resend is measured against the first push.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from commit import new
from floor_client import push
from floor_store import open_store
from measure import Figure, Samples, alternate, check
from msgspec.structs import replace
from product import Warehouse, orders
from served import floor_ledger
from workload import body

from sync.wire.rows import Task

OPERATIONS = 5000
GOAL_PUSH = 1.8
GOAL_RESEND = 1.0
HELD = "SELECT count(*) FROM operation WHERE outcome = 'applied'"


def run(folder: Path, rounds: int) -> list[Figure]:
    floor_again, product_again = Samples(), Samples()
    prepared = folder / "push"
    prepare(Warehouse(prepared))

    def floor(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            copy = shutil.copytree(prepared, Path(place) / "copy")
            _floor(Warehouse(copy), samples, floor_again)

    def product(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            copy = shutil.copytree(prepared, Path(place) / "copy")
            _product(Warehouse(copy), samples, product_again)

    of_floor, of_product = alternate(rounds, floor, product)
    return [
        Figure(f"push of {OPERATIONS:,} operations", of_floor, of_product, GOAL_PUSH, f"{rounds} runs"),
        Figure("  the floor sent again", of_floor, floor_again, None, "beside its own first push"),
        Figure("resend, beside the first push", of_product or Samples(), product_again, GOAL_RESEND, f"{rounds} runs"),
    ]


def _floor(warehouse: Warehouse, samples: Samples, again: Samples) -> None:
    store = open_store(warehouse.home.database)
    ledger = warehouse.folder / "ledger.db"
    with floor_ledger(ledger) as address, httpx.Client(base_url=address) as client:
        client.post("/pull", content=b'["",0,1]')
        with samples.one():
            push(client, store)
        with again.one():
            push(client, store)
    store.close()
    _check_whole(warehouse, "the floor")


def _check_whole(warehouse: Warehouse, side: str) -> None:
    with closing(sqlite3.connect(warehouse.folder / "ledger.db")) as file:
        check_whole(warehouse, side, file.execute(HELD).fetchone()[0])


def check_whole(warehouse: Warehouse, side: str, held: int) -> None:
    """Everything was accepted, nothing is pending, and the ledger has each operation."""
    accepted = warehouse.count("SELECT count(*) FROM operation WHERE standing = 'accepted' AND outcome NOT NULL")
    pending = warehouse.count("SELECT count(*) FROM delta WHERE pending = 1")
    whole = (accepted, pending, held) == (OPERATIONS, 0, OPERATIONS)
    check(whole, f"{side} has {accepted} accepted, {pending} pending, {held} held by the ledger")


def prepare(warehouse: Warehouse) -> None:
    """A ledger with these orders allocated, and a terminal that knows them and has picked all while offline."""
    warehouse.folder.mkdir()
    warehouse.make()
    for kind, rows in orders(OPERATIONS).items():
        warehouse.take(kind, rows)
    code = warehouse.invite()
    with warehouse.served() as address:
        warehouse.enroll(address, code)
        warehouse.sync(address, Samples())
    with closing(warehouse.store()) as store, store.step() as step:
        tasks = {(task.order, task.line): task for task in step.rows(Task, state="open")}
        for number in range(OPERATIONS):
            task = tasks[body(number).order, body(number).line]
            step.append(replace(new(number), task=task.id, task_rev=task.rev))


def _product(warehouse: Warehouse, samples: Samples, again: Samples) -> None:
    push_twice(warehouse, samples, again)
    _check_whole(warehouse, "the product")


def push_twice(warehouse: Warehouse, samples: Samples, again: Samples) -> None:
    """Push what is queued, forget that it was answered, and push it again."""
    with warehouse.served() as address:
        warehouse.sync(address, samples)
        with closing(sqlite3.connect(warehouse.home.database)) as file:
            file.execute("UPDATE operation SET outcome = NULL, standing = 'kept'")
            file.commit()
        warehouse.sync(address, again)
