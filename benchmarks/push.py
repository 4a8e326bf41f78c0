"""Figures: 5,000 queued operations pushed over HTTP, and the same 5,000 sent again.

The floor writes the same rows over the same HTTP without judging anything. A resend is measured against the first push.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from commit import new
from floor_client import fill_queue, push
from floor_store import open_store
from measure import Figure, Samples, alternate, check
from product import Warehouse, orders
from served import floor_ledger
from workload import Offer, body, stream

from sync.wire.rows import Task

OPERATIONS = 5000
GOAL_PUSH = 1.8
GOAL_RESEND = 1.0


def run(folder: Path, rounds: int) -> list[Figure]:
    offers = stream(OPERATIONS)
    floor_again, product_again = Samples(), Samples()
    prepared = folder / "push"
    _prepare(Warehouse(prepared))

    def floor(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            _floor(Path(place), offers, samples, floor_again)

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


def _floor(place: Path, offers: list[Offer], samples: Samples, again: Samples) -> None:
    store = open_store(place / "terminal.db")
    fill_queue(store, offers)
    with floor_ledger(place / "ledger.db") as address, httpx.Client(base_url=address) as client:
        client.post("/pull", content=b"[0,1]")
        with samples.one():
            push(client, store)
        with again.one():
            sent = push(client, store)
    answered = store.execute("SELECT count(*) FROM operation WHERE outcome = 'applied'").fetchone()[0]
    pending = store.execute("SELECT count(*) FROM delta").fetchone()[0]
    store.close()
    held = operations_in(place / "ledger.db")
    check((answered, pending, sent, held) == (OPERATIONS, 0, OPERATIONS, OPERATIONS), "the floor's push is not whole")


def _prepare(warehouse: Warehouse) -> None:
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
    with warehouse.served() as address:
        warehouse.sync(address, samples)
        with closing(sqlite3.connect(warehouse.home.database)) as file:
            file.execute("UPDATE operation SET outcome = NULL, standing = 'kept'")
            file.commit()
        warehouse.sync(address, again)
    accepted = warehouse.count("SELECT count(*) FROM operation WHERE standing = 'accepted'")
    pending = warehouse.count("SELECT count(*) FROM delta WHERE pending = 1")
    held = operations_in(warehouse.folder / "ledger.db")
    check(
        (accepted, pending, held) == (OPERATIONS, 0, OPERATIONS), f"{accepted} accepted, {pending} pending, {held} held"
    )


def operations_in(path: Path) -> int:
    ledger = sqlite3.connect(path)
    held: int = ledger.execute("SELECT count(*) FROM operation").fetchone()[0]
    ledger.close()
    return held
