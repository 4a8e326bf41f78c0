"""What a dry run foretells is what then happens, and asking changes nothing (X4)."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from api.device import Device, error_of

from server_stub.changes import change, put_global
from server_stub.ledger import foreseeing
from server_stub.ledger.office import put_rows
from sync.wire.codec import decode, encode
from sync.wire.limits import MAX_DRY_RUN
from sync.wire.messages import Standing, SyncRequest
from sync.wire.rows import Item, Location
from sync.wire.service import DryRunReply


def furnished(served: Any) -> None:
    places = [Location(site="HALL", code=code) for code in ("STAGE", "A-01")]

    def put(ledger: Any) -> None:
        put_global(ledger, "item_added", "office", Item(code="4711", name="Towel"))
        change(ledger, "HALL", "office", lambda book: put_rows(book, places, "locations_added"))

    served.do(put)


def taken(device: Device, kind: str, **body: str) -> None:
    device.receive("4711", kind=kind, body={"item": "4711", "location": "A-01", "order": "", "line": "", **body})


async def foreseen(served: Any, device: Device, request: SyncRequest | None = None) -> DryRunReply:
    body = encode(device.request() if request is None else request)
    response = await served.client.post("/v1/dry-run", content=body, headers=device.bearer)
    assert response.status_code == 200, response.text
    return decode(response.content, DryRunReply)


def whole(database: str) -> list[str]:
    """Every row of every table."""
    with sqlite3.connect(f"file:{database.removeprefix('sqlite:///')}?mode=ro", uri=True) as connection:
        return list(connection.iterdump())


async def a_queue_of_every_fate(served: Any) -> Device:
    """A pick of what is not there and its receipt behind it, one that stays short, an unknown code, a bad operation, a
    request that needs a second person, an undo of what has not come, and a claim."""
    furnished(served)
    device: Device = await served.enrolled()
    await device.sync(served.client)
    taken(device, "picked", quantity="2", to="TOTE:T1")
    device.receive("4711", body={"item": "4711", "quantity": "5", "location": "A-01"})
    taken(device, "picked", quantity="9", to="TOTE:T1")
    device.receive("nobody knows this")
    device.keep(b'{"v":99}')
    device.receive("4711", kind="undone", body={"target": str(uuid4())})
    device.receive("4711", kind="task_claimed", body={"order": "SO-1"})
    return device


async def test_nothing_at_all_is_written_by_a_dry_run(served: Any, database: str) -> None:
    device = await a_queue_of_every_fate(served)
    before = whole(database)
    request = device.request()
    said = Standing(mode="offline", unsent=6, oldest="2026-11-02T08:00:00Z")
    await foreseen(served, device, msgspec.structs.replace(request, standing=said))
    assert whole(database) == before


async def test_what_is_foretold_is_what_happens_when_it_is_sent_at_once(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A longer queue is judged in batches, as it would come."""
    monkeypatch.setattr(foreseeing, "DEFAULT_BATCH", 3)
    device = await a_queue_of_every_fate(served)
    told = await foreseen(served, device)
    await device.sync(served.client)
    happened = served.do(lambda ledger: list(ledger.operations({}, "", 100)))
    scanned = [one for one in happened if one.operation is None or one.operation.kind != "task_claimed"]
    assert told.outcomes == Counter(one.outcome.outcome for one in scanned)
    assert told.outcomes == {"applied": 1, "conflict": 3, "quarantined": 1, "waiting": 1}
    assert told.conflicts == {"stock_short": 2, "reference_unknown": 1}
    assert (told.left, told.unplaced) == (0, 0)


async def test_a_conflict_that_the_queue_itself_explains_is_none(served: Any) -> None:
    furnished(served)
    device = await served.enrolled()
    taken(device, "picked", quantity="2", to="TOTE:T1")
    device.receive("4711", body={"item": "4711", "quantity": "5", "location": "A-01"})
    told = await foreseen(served, device)
    assert (told.outcomes, told.conflicts) == ({"explained": 1, "applied": 1}, {})


async def test_what_the_request_leaves_out_is_counted_and_not_guessed(served: Any) -> None:
    furnished(served)
    device = await served.enrolled()
    for _ in range(5):
        device.receive("4711")
    told = await foreseen(served, device, device.request(count=2))
    assert (told.outcomes, told.left) == ({"applied": 2}, 3)


async def test_of_a_stream_that_the_ledger_has_otherwise_nothing_is_foretold(served: Any) -> None:
    """A terminal put back from a copy offers other operations under numbers that the ledger has."""
    furnished(served)
    device = await served.enrolled()
    device.receive("4711"), device.receive("4711")
    await device.sync(served.client)
    device.links.clear(), device.ops.clear()
    device.receive("4711")
    told = await foreseen(served, device)
    assert (told.outcomes, told.unplaced) == ({}, 1)


async def test_a_dry_run_is_let_in_by_the_rules_of_a_sync(served: Any) -> None:
    device = await served.enrolled()
    device.receive("4711")
    request = device.request()
    forged = msgspec.structs.replace(request, stream=msgspec.structs.replace(request.stream, signature="x"))
    response = await served.client.post("/v1/dry-run", content=encode(forged), headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (401, "bad_signature")
    other = msgspec.structs.replace(request, ledger_id=str(uuid4()))
    response = await served.client.post("/v1/dry-run", content=encode(other), headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (409, "other_ledger")


async def test_a_queue_too_long_to_be_tried_is_refused_with_the_number(served: Any) -> None:
    device = await served.enrolled()
    raw = device.receipt("4711")
    for _ in range(MAX_DRY_RUN + 1):
        device.keep(raw)
    body = encode(device.request(count=MAX_DRY_RUN + 1))
    response = await served.client.post("/v1/dry-run", content=body, headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (413, "too_big")
    assert str(MAX_DRY_RUN) in error_of(response).error.message
