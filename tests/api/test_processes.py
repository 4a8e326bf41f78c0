"""Several services on one PostgreSQL ledger: what one commits is news to terminals that wait at another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
from api.device import SITE, Device

from server_stub.api.app import create_app
from server_stub.api.settings import Settings
from server_stub.changes import put_global
from server_stub.commands.terminals import add_terminal
from server_stub.db import open_ledger
from sync.wire.codec import decode, encode
from sync.wire.operation import Cursor
from sync.wire.rows import Site
from sync.wire.service import EnrollReply


@asynccontextmanager
async def process(url: str, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A service with connections of its own. It finds only by looking what others commit."""
    ledger = await asyncio.to_thread(open_ledger, url)
    app = create_app(ledger, replace(settings, threads=4, look_again=0.001))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


def invited(url: str) -> str:
    ledger = open_ledger(url)
    put_global(ledger, "site_added", "office", Site(code=SITE))
    code: str = add_terminal(ledger, "T1", SITE, 1.0)["code"]
    ledger.close()
    return code


async def test_what_one_process_commits_wakes_a_terminal_that_waits_at_another(
    postgres_url: str, settings: Settings
) -> None:
    code = await asyncio.to_thread(invited, postgres_url)
    async with process(postgres_url, settings) as here, process(postgres_url, settings) as there:
        device = Device()
        enrolled = await here.post("/v1/terminals/enroll", content=encode(device.enrollment(code)))
        device.accept(decode(enrolled.content, EnrollReply))
        reply = await device.sync(here)
        cursors = [Cursor(feed=page.feed, n=page.n, hash=page.hash) for page in reply.pages]
        query = {"terminal": "T1", "cursors": encode(cursors).decode()}
        waiting = asyncio.create_task(there.get("/v1/wait", params=query, headers=device.bearer))
        await until_waiting(there)
        device.receive("4711")
        await device.sync(here)
        assert (await waiting).json()["news"] == [SITE]


async def test_two_processes_take_the_same_batch_once(postgres_url: str, settings: Settings) -> None:
    code = await asyncio.to_thread(invited, postgres_url)
    async with process(postgres_url, settings) as here, process(postgres_url, settings) as there:
        device = Device()
        enrolled = await here.post("/v1/terminals/enroll", content=encode(device.enrollment(code)))
        device.accept(decode(enrolled.content, EnrollReply))
        for number in range(20):
            device.receive(f"item-{number}")
        replies = await asyncio.gather(device.sync(here), device.sync(there), device.sync(here))
        assert len({tuple((one.id, one.outcome, one.n) for one in reply.outcomes) for reply in replies}) == 1
        listed = await here.get("/v1/operations", headers=device.bearer)
        assert len(listed.json()["rows"]) == 20


async def until_waiting(client: httpx.AsyncClient) -> Any:
    while not (await client.get("/health")).json()["waiting"]:
        continue
