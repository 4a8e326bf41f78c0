"""Figures: 5,000 queued operations pushed to a ledger on PostgreSQL, and the same 5,000 sent again.

Ledger and terminal are made once; each run works on a copy of the database (CREATE DATABASE … TEMPLATE) and the home.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx
import psycopg
from floor_client import push
from floor_store import open_store
from measure import Figure, Samples, alternate
from product import Warehouse
from push import GOAL_PUSH, GOAL_RESEND, HELD, OPERATIONS, check_whole, prepare, push_twice
from served import floor_ledger

SERVER = os.environ.get("LEDGER_TEST_POSTGRES") or "postgresql://postgres@127.0.0.1:5432/postgres"


def run(folder: Path, rounds: int) -> list[Figure]:
    floor_again, product_again = Samples(), Samples()
    with patch.dict(os.environ, LEDGER_KEY=str(folder / "postgresql.key")), database() as template:
        prepared = Warehouse(folder / "push-postgresql", template)
        prepare(prepared)

        def side(work: Callable[[Warehouse, Samples, Samples], None], again: Samples) -> Callable[[Samples], None]:
            def once(samples: Samples) -> None:
                with TemporaryDirectory(dir=folder) as place, database(template) as copy:
                    work(Warehouse(shutil.copytree(prepared.folder, Path(place) / "copy"), copy), samples, again)

            return once

        of_floor, of_product = alternate(rounds, side(_floor, floor_again), side(_product, product_again))
    return [
        Figure(f"push of {OPERATIONS:,} to PostgreSQL", of_floor, of_product, GOAL_PUSH, f"{rounds} runs"),
        Figure("  the floor sent again", of_floor, floor_again, None, "beside its own first push"),
        Figure("resend, beside the first push", of_product or Samples(), product_again, GOAL_RESEND, f"{rounds} runs"),
    ]


@contextmanager
def database(template: str = "") -> Iterator[str]:
    """A new database on the test server, empty or a copy; gives its address, and drops it in the end."""
    name = f"ledger_bench_{secrets.token_hex(6)}"
    source = urlsplit(template).path.strip("/") if template else "template1"
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=2) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'.encode())
        try:
            yield urlsplit(SERVER)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _floor(warehouse: Warehouse, samples: Samples, again: Samples) -> None:
    store = open_store(warehouse.home.database)
    served = floor_ledger(warehouse.database, "floor_postgresql.py")
    with served as address, httpx.Client(base_url=address) as client:
        client.post("/pull", content=b'["",0,1]')
        with samples.one():
            push(client, store)
        with again.one():
            push(client, store)
    store.close()
    check_whole(warehouse, "the floor", _held(warehouse))


def _product(warehouse: Warehouse, samples: Samples, again: Samples) -> None:
    push_twice(warehouse, samples, again)
    check_whole(warehouse, "the product", _held(warehouse))


def _held(warehouse: Warehouse) -> int:
    with psycopg.connect(warehouse.database) as server:
        found = server.execute(HELD).fetchone()
    return int(found[0]) if found else 0
