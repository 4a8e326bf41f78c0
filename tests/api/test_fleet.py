"""What the office sees of terminals and flows over HTTP (R2, R52, X4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from api.device import Device

from server_stub.commands.terminals import revoke_terminal
from server_stub.db import Ledger, open_ledger
from server_stub.fleet import (
    NOTED_AGAIN,
    Sighting,
    TerminalLine,
    clock,
    heard,
    heard_of,
    is_due,
    terminal_lines,
)
from server_stub.flows import flow_lines
from sync.wire.codec import encode
from sync.wire.messages import Standing

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def line(served: Any, device: Device, **query: str) -> dict[str, Any]:
    (found,) = await rows(served, device, "terminals", terminal=device.id, **query)
    return found


async def rows(served: Any, device: Device, kind: str, **query: str) -> list[dict[str, Any]]:
    response = await served.client.get(f"/v1/{kind}", headers=device.bearer, params=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["rows"]
    return found


async def test_a_terminal_that_has_sent_everything_is_shown_with_nothing_unsent(served: Any) -> None:
    device = await served.enrolled()
    assert (await line(served, device))["unsent"] is None, "nothing was heard of it yet"
    device.receive("4711")
    slow = datetime.now(UTC) - timedelta(seconds=90)
    request = msgspec.structs.replace(device.request(), program="1.2.3", at=slow.isoformat())
    await device.sync(served.client, request)
    shown = await line(served, device)
    assert (shown["state"], shown["online"], shown["unsent"], shown["oldest"]) == ("enrolled", True, 0, "")
    assert shown["program"] == "1.2.3"
    assert -120_000 < shown["clock_offset_ms"] < -89_000


async def test_what_a_terminal_still_holds_is_counted_and_no_older_than_what_it_sent_last(served: Any) -> None:
    device = await served.enrolled()
    for minute in range(5):
        device.receive("4711", at=f"2026-11-22T08:0{minute}:00Z")
    await device.sync(served.client, device.request(count=2))
    shown = await line(served, device)
    assert (shown["unsent"], shown["oldest"]) == (3, "2026-11-22T08:01:00Z")


async def test_a_terminal_that_says_how_it_stands_is_shown_so(served: Any) -> None:
    """Claims ride in the stream and are nobody's work, so the terminal's own count is the smaller one."""
    device = await served.enrolled()
    for minute in range(5):
        device.receive("4711", at=f"2026-11-22T08:0{minute}:00Z")
    said = Standing(mode="offline", unsent=4, oldest="2026-11-22T08:00:00Z")
    await device.sync(served.client, msgspec.structs.replace(device.request(count=0), standing=said))
    shown = await line(served, device)
    assert (shown["mode"], shown["unsent"], shown["oldest"]) == ("offline", 4, "2026-11-22T08:00:00Z")
    await device.sync(served.client, msgspec.structs.replace(device.request(count=2), standing=said))
    shown = await line(served, device)
    assert (shown["unsent"], shown["oldest"]) == (3, "2026-11-22T08:01:00Z"), "less what was taken since it counted"


async def test_what_a_terminal_says_of_itself_is_no_place_for_anything_else(served: Any) -> None:
    device = await served.enrolled()
    device.receive("4711")
    said = Standing(mode="<b>", unsent=1, oldest="yesterday")
    await device.sync(served.client, msgspec.structs.replace(device.request(count=0), standing=said))
    shown = await line(served, device)
    assert (shown["mode"], shown["unsent"], shown["oldest"]) == ("", 1, "")


async def test_a_clock_that_says_nothing_readable_has_no_offset(served: Any) -> None:
    device = await served.enrolled()
    for at in ("", "yesterday", "2026-11-22T08:00:00"):
        await device.sync(served.client, msgspec.structs.replace(device.request(), at=at))
        assert (await line(served, device))["clock_offset_ms"] is None


async def test_waiting_for_news_is_a_sign_of_life_and_says_nothing_else(serving: Any) -> None:
    async with serving(wait_seconds=0.0) as served:
        device = await served.enrolled()
        device.receive("4711"), device.receive("4711")
        await device.sync(served.client, device.request(count=1))
        before = await line(served, device)
        query = {"terminal": device.id, "cursors": encode(device.origins()).decode()}
        assert (await served.client.get("/v1/wait", headers=device.bearer, params=query)).status_code == 200
        after = await line(served, device)
        assert after["seen"] >= before["seen"]
        assert after | {"seen": ""} == before | {"seen": ""}


async def test_what_was_heard_is_still_known_after_the_service_was_stopped(serving: Any) -> None:
    device = Device()
    async with serving(wait_seconds=0.0) as served:
        device.accept(await served.enroll(device, served.code()))
        await device.sync(served.client)
        device.receive("4711"), device.receive("4711")
        await device.sync(served.client, device.request(count=1))
        before = await line(served, device)
    async with serving(wait_seconds=0.0) as served:
        assert await line(served, device) == before
        query = {"terminal": device.id, "cursors": encode(device.origins()).decode()}
        await served.client.get("/v1/wait", headers=device.bearer, params=query)
        assert (await line(served, device))["unsent"] == 1


async def test_a_revoked_terminal_is_not_online(served: Any) -> None:
    device, other = await served.enrolled("T1"), await served.enrolled("T2")
    await device.sync(served.client)
    served.do(lambda ledger: revoke_terminal(ledger, "T1"))
    (shown,) = await rows(served, other, "terminals", terminal="T1")
    assert (shown["state"], shown["online"]) == ("revoked", False)


async def test_terminals_are_found_by_state_and_read_page_by_page(served: Any) -> None:
    devices = [await served.enrolled(f"T{number}") for number in range(1, 6)]
    served.code("T9")
    assert [one["terminal"] for one in await rows(served, devices[0], "terminals", state="invited")] == ["T9"]
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        response = await served.client.get("/v1/terminals", headers=devices[0].bearer, params=query)
        seen += [one["terminal"] for one in response.json()["rows"]]
        if not response.json()["next"]:
            break
        query["after"] = response.json()["next"]
    assert seen == ["T1", "T2", "T3", "T4", "T5", "T9"]


async def test_the_shipped_flows_are_told_with_version_roles_and_steps(served: Any) -> None:
    device = await served.enrolled()
    found = {one["name"]: one for one in await rows(served, device, "flows")}
    assert set(found) >= {"pick", "receive"}
    pick = found["pick"]
    assert pick["flow"] == f"pick@{pick['version']}"
    assert "picker" in pick["roles"]
    assert "location" in pick["steps"]
    assert [one["name"] for one in await rows(served, device, "flows", name="pick")] == ["pick"]
    assert len({one.hash for one in flow_lines()}) == len(flow_lines())


# --- in words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "online", "told"),
    [(0, True, "now"), (2520, False, "42m ago"), (10800, False, "3h ago"), (259200, False, "3d ago")],
)
def test_when_a_terminal_was_last_heard_of_is_told_as_an_age(seconds: int, online: bool, told: str) -> None:
    seen = (NOON - timedelta(seconds=seconds)).isoformat()
    shown = TerminalLine(
        terminal="T1", site="HALL", state="enrolled", seen=seen, online=online, clock_offset_ms=-89_600
    )
    assert (heard(shown, NOON), clock(shown)) == (told, "-90s")
    assert heard(TerminalLine(terminal="T9", site="HALL", state="invited"), NOON) == ""


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_a_terminal_that_merely_looks_is_noted_once_a_minute() -> None:
    first = heard_of(None, "T1", NOON)
    assert is_due(first, None)
    assert not is_due(heard_of(first, "T1", NOON + NOTED_AGAIN - timedelta(seconds=1)), first)
    assert is_due(heard_of(first, "T1", NOON + NOTED_AGAIN), first)


def test_a_terminal_not_heard_of_for_long_is_offline(ledger: Ledger) -> None:
    def heard(registry: Any) -> Any:
        registry.register_terminal("T1", "HALL", b"key")
        registry.put_sighting(Sighting(terminal="T1", seen="2026-11-22T12:00:00.000Z", head=7, have_seq=4))
        return [terminal_lines(registry, NOON + after)[0] for after in (timedelta(seconds=30), timedelta(hours=2))]

    now, later = ledger.registry(heard)
    assert (now.online, later.online, later.unsent, later.clock_offset_ms) == (True, False, 3, None)
    assert ledger.verify() == []


def test_of_two_sightings_of_one_terminal_the_newer_stands(ledger: Ledger) -> None:
    def heard(registry: Any) -> Any:
        for head in (1, 2):
            registry.put_sighting(
                Sighting(terminal="T1", seen="2026-11-22T12:00:00.000Z", head=head, clock_offset_ms=-5)
            )
        return registry.sightings()

    assert [(one.head, one.clock_offset_ms) for one in ledger.registry(heard)] == [(2, -5)]


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, database: str) -> Iterator[Ledger]:
    url = database if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = open_ledger(url)
    yield opened
    opened.close()
