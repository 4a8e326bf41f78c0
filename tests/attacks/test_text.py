"""Texts that mean something to a database, a parser or a file system, in every place where a text goes in.

They are kept as the text they are, or refused in one sentence; the books stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from api.device import Device, error_of
from attacks.picture import SQL, picture

from server_stub.api.openapi import SHOWN
from server_stub.listings import filters_of
from sync.wire.bodies import BODY_TYPES
from sync.wire.codec import encode
from sync.wire.messages import Gap, SyncRequest
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.service import Certificate

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""What one database takes for text, another may not."""

NUL = "x\x00y"
DEEP = b"[" * 20_000 + b"]" * 20_000


# --- operations -------------------------------------------------------------------------------------------------------

EXAMPLES: dict[type, Any] = {Quantity: "1", bool: True, int: 1}


def hostile(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """A body of this kind with SQL in each field that takes text."""
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    texts = {name: f"{name} {SQL}" for name, one in fields.items() if one is str}
    return texts | {name: EXAMPLES[one] for name, one in fields.items() if one in EXAMPLES}


async def test_sql_in_every_text_of_every_operation_is_kept_as_text(served: Any) -> None:
    device = await served.enrolled()
    for kind, body in BODY_TYPES.items():
        device.receive("", kind=kind, body=hostile(body), by=SQL, flow=SQL, task=SQL, at=SQL, offset=SQL, scans=(SQL,))
    outcomes = (await device.sync(served.client)).outcomes
    assert len(outcomes) == len(BODY_TYPES)
    assert not [one for one in outcomes if one.outcome == "quarantined"]
    kept = served.do(lambda ledger: {one.raw for one in ledger.operations({}, "", 1000)})
    assert kept == set(device.ops)
    assert served.do(lambda ledger: ledger.verify()) == []


# --- questions and messages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "status"), [(SQL, 200), (NUL, 400)], ids=["SQL", "NUL"])
async def test_a_question_for_such_a_text_finds_nothing_or_is_refused(served: Any, text: str, status: int) -> None:
    device = await served.enrolled()
    device.receive("4711")
    await device.sync(served.client)
    before = served.do(picture)
    for name in SHOWN:
        for asked in filters_of(name):
            found = await served.client.get(f"/v1/{name}", params={asked: text}, headers=device.bearer)
            assert (found.status_code, found.json().get("rows", [])) == (status, []), (name, asked)
    after = await served.client.get("/v1/items", params={"after": "AA"}, headers=device.bearer)
    assert after.status_code == 400
    assert served.do(picture) == before


def certificate(text: str) -> Certificate:
    return Certificate(
        ledger_id=text, terminal=text, site=text, public_key=text, issued=text, ledger_key=text, signature=text
    )


MESSAGES: dict[str, Callable[[str], dict[str, Any]]] = {
    "/v1/terminals/enroll": lambda text: {"code": text, "public_key": text, "nonce": text, "signature": text},
    "/v1/terminals/register": lambda text: {
        "certificate": msgspec.to_builtins(certificate(text)), "ledger_epoch": text, "signature": text
    },
    "/v1/terminals/standing": lambda text: {
        "terminal": text, "at": text, "program": text, "standing": {"mode": text, "oldest": text}
    },
    "/v1/pins": lambda text: {"operator": text, "verifier": text, "code": text},
}  # fmt: skip
TEXTS = {"SQL": SQL, "NUL": NUL, "a long name": "x" * 1_500, "a path": "../../../tmp/elsewhere"}


@pytest.mark.parametrize("what", TEXTS)
async def test_a_message_that_says_such_a_text_changes_nothing(served: Any, what: str) -> None:
    device = await served.enrolled()
    await device.sync(served.client)
    before = served.do(picture)
    for path, message in MESSAGES.items():
        body = encode(message(TEXTS[what]))
        response = await served.client.post(path, content=body, headers=device.bearer)
        if path == "/v1/pins" and what != "NUL":
            assert response.json()["refused"] == "unknown_operator"
            continue
        assert response.status_code in (400, 401, 413), (path, response.text)
        assert served.refusals[-1]["reason"] == error_of(response).error.reason
    assert served.do(picture) == before
    assert all(len(str(entry)) < 1500 for entry in served.logged)


@pytest.mark.parametrize("path", [*MESSAGES, "/v1/sync", "/v1/dry-run"])
async def test_what_is_nested_without_end_or_has_no_end_is_refused(served: Any, path: str) -> None:
    """Also in a field that is not known, which is read over."""
    device = await served.enrolled()
    device.keep(device.receipt("4711").replace(b'"4711"', DEEP))
    long = b'{"x":"' + b"y" * 9_000_000 + b'"}'
    bodies = {encode(device.request()): 400, DEEP: 400, b'{"x":' + DEEP + b"}": 400, long: 413}
    for body, status in bodies.items():
        response = await served.client.post(path, content=body, headers=device.bearer)
        short = path in MESSAGES
        assert response.status_code == (413 if short else status), response.text
    assert len(served.refusals) == 4
    assert served.stored()[1] == []


def with_feed(device: Device, request: SyncRequest) -> SyncRequest:
    return msgspec.structs.replace(request, feeds=[Cursor(feed=NUL, n=1, hash="")])


def with_gap(device: Device, request: SyncRequest) -> SyncRequest:
    return device.signed(msgspec.structs.replace(request.stream, gap=Gap(from_seq=1, to_seq=2, hash=NUL)))


def with_prev(device: Device, request: SyncRequest) -> SyncRequest:
    link = msgspec.structs.replace(request.stream.links[0], prev=NUL)
    return device.signed(msgspec.structs.replace(request.stream, links=[link]))


ENVELOPES: dict[str, Callable[[Device, SyncRequest], SyncRequest]] = {
    "of its terminal": lambda _, request: msgspec.structs.replace(request, terminal=NUL),
    "of its program": lambda _, request: msgspec.structs.replace(request, program=NUL),
    "of a feed": with_feed,
    "of a gap's hash": with_gap,
    "of a link's hash": with_prev,
    "of far too many feeds": lambda _, request: msgspec.structs.replace(request, feeds=request.feeds * 100),
}


@pytest.mark.parametrize("what", ENVELOPES)
async def test_an_envelope_with_a_name_that_is_none_is_refused(served: Any, what: str) -> None:
    device = await served.enrolled()
    device.receive("4711")
    before = served.do(picture)
    request = ENVELOPES[what](device, device.request())
    response = await served.client.post("/v1/sync", content=encode(request), headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (400, "malformed")
    assert [entry["reason"] for entry in served.refusals] == ["malformed"]
    assert served.do(picture) == before
