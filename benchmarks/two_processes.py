"""Figure: two sites, each on a ledger process of its own on one PostgreSQL, beside both on one process.

While the two work, the server is asked again and again who waits for a lock, and for whose: the share of those among
all backends that are busy is the share of the exchanges' time at the database that goes into waiting. Exchanges of one
site wait for each other wherever they run, for its change numbers have no gaps; what two processes cost is the waiting
of one for the other.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx
import psycopg
from measure import Figure, Samples, alternate, check
from product import Warehouse
from push import HELD
from push_postgresql import database
from reconnect import EACH, TIMEOUT_S, body_of, enrolled, invite, pick_up, return_with, up_to_date

SITES = ("EAST", "WEST")
TERMINALS, BATCHES = 8, 5
GOAL, LOCK_GOAL = 1.0, 0.2
LOOK_S = 0.01
WHO_WAITS = """
    SELECT count(*) FILTER (WHERE wait_event_type = 'Lock'),
           count(*) FILTER (WHERE EXISTS (
               SELECT FROM pg_stat_activity AS other
               WHERE other.pid = ANY(pg_blocking_pids(busy.pid)) AND other.application_name <> busy.application_name
           )),
           count(*)
    FROM pg_stat_activity AS busy
    WHERE datname = %s AND pid <> pg_backend_pid() AND state <> 'idle'
"""
Look = tuple[int, int, int]
"""Backends that wait for a lock, those that wait for the other process, and all that are busy."""


def run(folder: Path, rounds: int) -> list[Figure]:
    seen: list[Look] = []
    with patch.dict(os.environ, LEDGER_KEY=str(folder / "two-processes.key")), database() as template:
        codes = _prepare(Warehouse(folder / "two-processes", template))

        def on(processes: int, samples: Samples) -> None:
            with database(template) as copy:
                warehouse = Warehouse(folder / "two-processes", copy)
                asyncio.run(_work(warehouse, processes, codes, samples, seen if processes > 1 else []))

        of_one, of_two = alternate(rounds, lambda samples: on(1, samples), lambda samples: on(2, samples))
    waiting, for_other, busy = (sum(column) for column in zip(*seen, strict=True))
    told = (
        f"waiting for the other process {for_other / busy:.0%}, goal ≤ {LOCK_GOAL:.0%}; for locks {waiting / busy:.0%}"
    )
    return [Figure("two sites on two processes", of_one, of_two, GOAL, told)]


def _prepare(warehouse: Warehouse) -> dict[str, str]:
    """A ledger with two sites; gives the code of each terminal."""
    warehouse.folder.mkdir()
    warehouse.make()
    warehouse.take("sites", [{"code": site} for site in SITES])
    warehouse.take("items", [{"code": f"{10000 + number}A"} for number in range(600)])
    warehouse.take("locations", [{"site": site, "code": "STAGE", "kind": "staging"} for site in SITES])
    names = [(site, f"{site}-{number}") for site in SITES for number in range(TERMINALS)]
    return {name: invite(warehouse, name, site) for site, name in names}


async def _work(
    warehouse: Warehouse, processes: int, codes: dict[str, str], samples: Samples, seen: list[Look]
) -> None:
    async with AsyncExitStack() as stack:
        addresses = [stack.enter_context(warehouse.served()) for _ in range(processes)]
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=TIMEOUT_S))
            for address in addresses
        ]
        shifts = [await _ready(clients[SITES.index(name.split("-")[0]) % processes], codes[name]) for name in codes]
        over = asyncio.Event()
        watching = asyncio.create_task(_watch(warehouse.database, seen, over))
        with samples.one():
            await asyncio.gather(*(_shift(*shift) for shift in shifts))
        over.set()
        await watching
    with psycopg.connect(warehouse.database) as server:
        found = server.execute(HELD).fetchone()
    wanted = len(codes) * BATCHES * EACH
    check(found == (wanted,), f"the ledger holds {found} operations, not {wanted}")


Shift = tuple[httpx.AsyncClient, dict[str, str], list[bytes]]


async def _ready(client: httpx.AsyncClient, code: str) -> Shift:
    device = await enrolled(client, code)
    pick_up(device, BATCHES * EACH)
    feeds = await up_to_date(client, device)
    return client, device.bearer, [body_of(device, feeds, number * EACH) for number in range(BATCHES)]


async def _shift(client: httpx.AsyncClient, bearer: dict[str, str], bodies: list[bytes]) -> None:
    for body in bodies:
        await return_with(client, bearer, body)


async def _watch(url: str, seen: list[Look], over: asyncio.Event) -> None:
    name = urlsplit(url).path.strip("/")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as server:
        while not over.is_set():
            seen += await (await server.execute(WHO_WAITS, (name,))).fetchall()
            await asyncio.sleep(LOOK_S)
