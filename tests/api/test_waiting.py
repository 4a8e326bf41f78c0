"""The long poll: at once when there is news, woken by news, and sent home when the service stops."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from api.device import SITE, Device, error_of

from server_stub.api.news import News
from server_stub.changes import put_global
from sync.wire.codec import decode, encode
from sync.wire.operation import Cursor
from sync.wire.rows import Item
from sync.wire.service import WaitReply


async def waited(served: Any, device: Device, cursors: list[Cursor]) -> WaitReply:
    query = {"terminal": device.id, "cursors": encode(cursors).decode()}
    response = await served.client.get("/v1/wait", params=query, headers=device.bearer)
    assert response.status_code == 200, response.text
    return decode(response.content, WaitReply)


async def read_to(served: Any, device: Device) -> list[Cursor]:
    """The cursors of a terminal that has read everything there is."""
    reply = await device.sync(served.client)
    return [Cursor(feed=page.feed, n=page.n, hash=page.hash) for page in reply.pages]


async def until_waiting(served: Any) -> None:
    """Let the event loop turn until the service holds a long poll."""
    for _turn in range(1_000_000):
        if served.app.state.desk.news.waiting:
            return
        await asyncio.sleep(0)
    pytest.fail("nobody waits")


async def test_a_terminal_that_is_behind_is_answered_at_once(served: Any) -> None:
    device = await served.enrolled()
    reply = await waited(served, device, device.origins())
    assert reply.news == ["global"]
    assert reply.ledger_id == device.ledger_id


async def test_a_waiting_terminal_is_woken_by_what_another_one_sends(served: Any) -> None:
    waiter, sender = await served.enrolled("T1"), await served.enrolled("T2")
    waiting = asyncio.create_task(waited(served, waiter, await read_to(served, waiter)))
    await until_waiting(served)
    assert not waiting.done()
    sender.receive("4711")
    await sender.sync(served.client)
    assert (await waiting).news == [SITE]


async def test_news_of_a_feed_nobody_asked_for_wakes_nobody(serving: Any) -> None:
    async with serving(wait_seconds=0) as served:
        waiter, sender = await served.enrolled("T1"), await served.enrolled("T2")
        cursors = [cursor for cursor in await read_to(served, waiter) if cursor.feed == "global"]
        sender.receive("4711")
        await sender.sync(served.client)
        assert (await waited(served, waiter, cursors)).news == []


async def test_a_ledger_that_was_rolled_back_is_news(served: Any) -> None:
    """X6: a cursor ahead of the log, or with another hash, must be looked into."""
    device = await served.enrolled()
    cursor = next(one for one in await read_to(served, device) if one.feed == "global")
    ahead = Cursor(feed="global", n=cursor.n + 5, hash=cursor.hash)
    other = Cursor(feed="global", n=cursor.n, hash="0" * 64)
    assert (await waited(served, device, [ahead])).news == ["global"]
    assert (await waited(served, device, [other])).news == ["global"]


async def test_a_ledger_that_lost_a_whole_feed_is_news() -> None:
    """X6: put back to before the feed's first entry; and nothing is said before the heads were looked at."""
    lost, new = Cursor(feed=SITE, n=3, hash="h"), Cursor(feed="B", n=0, hash="origin")

    async def look() -> dict[str, Cursor]:
        return {"global": Cursor(feed="global", n=1, hash="")}

    news = News(look)
    assert news.moved([lost, new]) == []
    watching = asyncio.create_task(news.watch())
    assert await news.wait([lost, new], 30) == [SITE]
    news.close()
    await watching


async def test_what_another_process_committed_is_found(serving: Any) -> None:
    async with serving(look_again=0.001) as served:
        device = await served.enrolled()
        waiting = asyncio.create_task(waited(served, device, await read_to(served, device)))
        await until_waiting(served)
        served.do(lambda ledger: put_global(ledger, "items_put", "elsewhere", Item(code="4711")))
        assert (await waiting).news == ["global"]


async def test_a_service_that_stops_answers_everyone_who_waits(served: Any) -> None:
    device = await served.enrolled()
    waiting = asyncio.create_task(waited(served, device, await read_to(served, device)))
    await until_waiting(served)
    served.app.state.desk.news.close()
    assert (await waiting).news == []


async def test_a_terminal_that_comes_while_the_service_stops_is_answered_at_once(served: Any) -> None:
    device = await served.enrolled()
    cursors = await read_to(served, device)
    served.app.state.desk.news.close()
    assert (await waited(served, device, cursors)).news == []


async def test_more_long_polls_than_are_held_are_asked_to_come_back(serving: Any) -> None:
    async with serving(max_waiting=0) as served:
        device = await served.enrolled()
        query = {"terminal": device.id, "cursors": "[]"}
        response = await served.client.get("/v1/wait", params=query, headers=device.bearer)
        assert (response.status_code, error_of(response).error.reason) == (503, "busy")


@pytest.mark.parametrize("cursors", ["", "x", "[1]", '[{"feed":"global"}]', "[" + ",".join(["{}"] * 101) + "]"])
async def test_cursors_that_cannot_be_read_are_refused(served: Any, cursors: str) -> None:
    device = await served.enrolled()
    query = {"terminal": device.id, "cursors": cursors}
    response = await served.client.get("/v1/wait", params=query, headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (400, "malformed")


async def test_a_long_poll_needs_the_terminals_token(served: Any) -> None:
    device = await served.enrolled()
    response = await served.client.get(
        "/v1/wait", params={"terminal": device.id}, headers={"authorization": "Bearer x"}
    )
    assert (response.status_code, error_of(response).error.reason) == (401, "wrong_token")


async def test_many_commits_while_it_looks_cost_one_more_look() -> None:
    looks: list[int] = []
    stop = asyncio.Event()

    async def look() -> dict[str, Cursor]:
        looks.append(len(looks))
        for _ in range(100 if len(looks) == 1 else 0):
            news.stir()
        if len(looks) == 2:
            stop.set()
        return {}

    news = News(look)
    watching = asyncio.create_task(news.watch())
    news.stir()
    await stop.wait()
    await asyncio.sleep(0)
    news.close()
    await watching
    assert len(looks) in (2, 3)


async def test_a_look_that_fails_is_taken_again() -> None:
    """Liveness: after the fault ends, terminals that wait are woken without anything else happening."""
    looks: list[str] = []

    async def look() -> dict[str, Cursor]:
        looks.append("look")
        if len(looks) == 1:
            raise OSError("the database is away")
        return {"global": Cursor(feed="global", n=1, hash="")}

    news = News(look, interval=0.001)
    watching = asyncio.create_task(news.watch())
    assert await news.wait([Cursor(feed="global", n=0, hash="")], 30) == ["global"]
    news.close()
    await watching
