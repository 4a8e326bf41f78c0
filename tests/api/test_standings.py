"""How a supervisor at a terminal sees the terminals of the site (R33, R52, X4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from api.device import Device, error_of

from server_stub.fleet import TerminalLine
from server_stub.outage import standings
from sync.wire.codec import decode, encode
from sync.wire.messages import Standing
from sync.wire.service import StandingReport, StandingsReply


async def told(served: Any, device: Device, standing: Standing, **changed: Any) -> StandingsReply:
    report = StandingReport(terminal=device.id, standing=standing, **changed)
    response = await served.client.post("/v1/terminals/standing", content=encode(report), headers=device.bearer)
    assert response.status_code == 200, response.text
    return decode(response.content, StandingsReply)


def line(terminal: str, **more: Any) -> TerminalLine:
    return TerminalLine(**{"terminal": terminal, "site": "HALL", "state": "enrolled", **more})


def test_the_terminals_in_most_trouble_come_first() -> None:
    lines = [
        line("FINE", online=True, unsent=0, seen="2026-11-22T12:00:00Z"),
        line("SENDING", online=True, unsent=3, oldest="2026-11-22T08:00:00Z", seen="2026-11-22T12:00:00Z"),
        line("SILENT", unsent=0, seen="2026-11-22T09:00:00Z"),
        line("LONGER", unsent=0, seen="2026-11-22T07:00:00Z"),
        line("NEVER"),
        line("FULL", unsent=9, oldest="2026-11-22T10:00:00Z", seen="2026-11-22T11:00:00Z"),
        line("OLDEST", unsent=1, oldest="2026-11-22T06:00:00Z", seen="2026-11-22T11:30:00Z"),
    ]
    shown = [one.terminal for one in standings(lines, "HALL")]
    assert shown == ["OLDEST", "FULL", "NEVER", "LONGER", "SILENT", "SENDING", "FINE"]


def test_only_those_of_the_site_that_are_let_in_are_shown() -> None:
    lines = [line("T1"), line("T2", state="revoked"), line("T3", state="invited"), line("T4", site="YARD")]
    assert [one.terminal for one in standings([*lines, line("T5", state="enrolled, invited")], "HALL")] == ["T1", "T5"]


async def test_a_terminal_tells_how_it_stands_and_hears_of_the_others(served: Any) -> None:
    one, other = await served.enrolled("T1"), await served.enrolled("T2")
    late = datetime.now(UTC) - timedelta(seconds=90)
    said = Standing(mode="offline", unsent=37, oldest="2026-11-22T08:00:00Z")
    await told(served, one, said, program="1.2.3", at=late.isoformat())
    heard = await told(served, other, Standing(mode="automatic"))
    first, second = heard.terminals
    assert (first.terminal, first.mode, first.unsent, first.oldest) == ("T1", "offline", 37, "2026-11-22T08:00:00Z")
    assert (first.online, first.program, second.terminal, second.mode) == (True, "1.2.3", "T2", "automatic")
    assert first.clock_offset_ms is not None
    assert -120_000 < first.clock_offset_ms < -89_000


async def test_what_was_said_without_an_exchange_is_not_undone_by_waiting_for_news(serving: Any) -> None:
    async with serving(wait_seconds=0.0) as served:
        device = await served.enrolled()
        await device.sync(served.client, msgspec.structs.replace(device.request(), program="1.2.3"))
        await told(served, device, Standing(mode="offline", unsent=2, oldest="2026-11-22T08:00:00Z"))
        query = {"terminal": device.id, "cursors": encode(device.origins()).decode()}
        assert (await served.client.get("/v1/wait", headers=device.bearer, params=query)).status_code == 200
        (shown,) = (await told(served, await served.enrolled("T2"), Standing())).terminals[:1]
        assert (shown.terminal, shown.mode, shown.unsent, shown.program) == ("T1", "offline", 2, "1.2.3")


async def test_nobody_speaks_for_another_terminal(served: Any) -> None:
    one, other = await served.enrolled("T1"), await served.enrolled("T2")
    report = StandingReport(terminal="T2", standing=Standing(mode="offline", unsent=9))
    for body, reason in ((encode(report), "wrong_token"), (b"{}", "malformed")):
        response = await served.client.post("/v1/terminals/standing", content=body, headers=one.bearer)
        assert error_of(response).error.reason == reason
    assert [shown.unsent for shown in (await told(served, other, Standing())).terminals] == [None, 0]
