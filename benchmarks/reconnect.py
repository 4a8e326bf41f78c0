"""Figures: 200 terminals come back at once, each with 100 operations; beside one terminal with the same 20,000.

The requests are made and signed beforehand, so that the ledger is what is measured. A terminal that is told to come
back later does so as the product's terminals do: after its backoff, with jitter.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
from line import ROOT
from measure import Figure, Samples, check
from product import Warehouse
from workload import SITE

from server_stub.commands.terminals import add_terminal
from server_stub.db import open_ledger
from server_stub.office import perform
from sync.core.backoff import Backoff
from sync.wire.codec import decode, encode
from sync.wire.messages import SyncReply
from sync.wire.operation import Cursor
from sync.wire.service import EnrollReply

sys.path.append(str(ROOT / "tests"))

from api.device import Device  # a terminal as the service sees it

TERMINALS, EACH = 200, 100
THROUGHPUT_GOAL = 1 / 0.8
SLOWEST_GOAL = 3.0
BUSY = (429, 503)
TIMEOUT_S = 60.0


def run(folder: Path, rounds: int) -> list[Figure]:
    alone, together, median, slowest = Samples(), Samples(), Samples(), Samples()
    for number in range(rounds):
        with TemporaryDirectory(dir=folder) as place:
            asyncio.run(_alone(Warehouse(Path(place) / "one"), alone))
            asyncio.run(_together(Warehouse(Path(place) / "all"), together, median, slowest, Random(number)))
    total = f"{TERMINALS * EACH:,}"
    return [
        Figure(f"{TERMINALS} terminals return, {total} ops", alone, together, THROUGHPUT_GOAL, "beside one terminal"),
        Figure("  the slowest, beside the median", median, slowest, SLOWEST_GOAL, f"{rounds} runs"),
    ]


async def _alone(warehouse: Warehouse, samples: Samples) -> None:
    _furnish(warehouse)
    code = invite(warehouse, "T-0")
    with warehouse.served() as address:
        async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT_S) as client:
            device = await enrolled(client, code)
            pick_up(device, TERMINALS * EACH)
            feeds = await up_to_date(client, device)
            bodies = [body_of(device, feeds, after) for after in range(0, TERMINALS * EACH, EACH)]
            with samples.one():
                for body in bodies:
                    await _taken(await client.post("/v1/sync", content=body, headers=device.bearer))


async def _together(warehouse: Warehouse, whole: Samples, median: Samples, slowest: Samples, random: Random) -> None:
    _furnish(warehouse)
    codes = [invite(warehouse, f"T-{number}") for number in range(TERMINALS)]
    with warehouse.served() as address:
        async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT_S, limits=_unlimited()) as client:
            devices = [await enrolled(client, code) for code in codes]
            each, bodies = Samples(), []
            for device in devices:
                pick_up(device, EACH)
                bodies.append(body_of(device, await up_to_date(client, device), 0))

            async def back(device: Device, body: bytes) -> None:
                with each.one():
                    await return_with(client, device.bearer, body, random.random)

            with whole.one():
                await asyncio.gather(*map(back, devices, bodies))
    check(len(each.seconds) == TERMINALS, "a terminal was never served")
    median.seconds.append(each.median)
    slowest.seconds.append(max(each.seconds))


def _unlimited() -> httpx.Limits:
    return httpx.Limits(max_connections=TERMINALS, max_keepalive_connections=TERMINALS)


def _furnish(warehouse: Warehouse) -> None:
    warehouse.folder.mkdir()
    warehouse.make()
    warehouse.take("items", [{"code": f"{10000 + number}A"} for number in range(600)])
    warehouse.take("locations", [{"site": SITE, "code": "STAGE", "kind": "staging"}])


def invite(warehouse: Warehouse, terminal: str, site: str = SITE) -> str:
    invited = perform(warehouse.place, open_ledger, add_terminal, terminal=terminal, site=site, hours=1.0)
    return str(invited["code"])


async def enrolled(client: httpx.AsyncClient, code: str) -> Device:
    device = Device()
    response = await client.post("/v1/terminals/enroll", content=encode(device.enrollment(code)))
    device.accept(decode(response.content, EnrollReply))
    return device


def pick_up(device: Device, count: int) -> None:
    for number in range(count):
        device.receive(f"{10000 + number % 600}A")


async def up_to_date(client: httpx.AsyncClient, device: Device) -> list[Cursor]:
    """Read the feeds to their end, as a terminal has that was online before it went away; gives where they end."""
    feeds, more = device.origins(), True
    while more:
        reply = await device.sync(client, device.request(count=0, feeds=feeds))
        ends = {page.feed: Cursor(feed=page.feed, n=page.n, hash=page.hash, part=page.part) for page in reply.pages}
        feeds = [ends.get(one.feed, one) for one in feeds]
        more = any(page.more for page in reply.pages)
    return feeds


def body_of(device: Device, feeds: list[Cursor], after: int) -> bytes:
    return encode(device.request(after=after, count=EACH, feeds=feeds))


async def return_with(
    client: httpx.AsyncClient, bearer: dict[str, str], body: bytes, jitter: Callable[[], float] = lambda: 0.5
) -> None:
    """Send a batch until it is taken."""
    failures = 0
    while not await _taken(response := await client.post("/v1/sync", content=body, headers=bearer)):
        failures += 1
        asked = float(response.headers.get("retry-after", 0))
        await asyncio.sleep(Backoff().delay(failures, jitter(), asked))


async def _taken(response: httpx.Response) -> bool:
    """Whether the batch is in the ledger; False where the ledger asks to come back."""
    if response.status_code in BUSY:
        return False
    check(response.status_code == 200, f"the ledger said {response.status_code} {response.text[:200]}")
    outcomes = {one.outcome for one in decode(response.content, SyncReply).outcomes}
    check(outcomes <= {"applied", "conflict", "merged"}, f"not everything was posted: {outcomes}")
    return True
