"""What the service refuses: in our own form, logged once, nothing stored, and no secret in the log."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
import structlog
from api.device import Device, error_of

from server_stub.logs import configure_logs, log
from server_stub.ports import Busy
from sync.wire.codec import encode
from sync.wire.messages import SyncRequest

MEGABYTE = 1024 * 1024


def bomb(inflated: int) -> Iterator[bytes]:
    """gzip of that many zero bytes, in pieces: a thousandth of them on the wire."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _ in range(inflated // MEGABYTE):
        yield packer.compress(b"\0" * MEGABYTE)
    yield packer.flush()


def changed(**fields: Any) -> Callable[[Device], SyncRequest]:
    return lambda device: msgspec.structs.replace(device.request(), **fields)


def tampered(device: Device) -> SyncRequest:
    """Signed for another batch than the one sent."""
    signature = device.request(count=0).stream.signature
    request = device.request()
    return msgspec.structs.replace(request, stream=msgspec.structs.replace(request.stream, signature=signature))


def unpaired(device: Device) -> SyncRequest:
    request = device.request()
    return msgspec.structs.replace(request, stream=msgspec.structs.replace(request.stream, ops=[]))


ENVELOPES: dict[str, tuple[Callable[[Device], SyncRequest], int, str]] = {
    "for another ledger": (changed(ledger_id="another"), 409, "other_ledger"),
    "from an unknown terminal": (changed(terminal="T9"), 401, "unknown_terminal"),
    "of a newer version": (changed(v=99), 400, "unknown_version"),
    "signed for another batch": (tampered, 401, "bad_signature"),
    "with links that have no operation": (unpaired, 400, "malformed"),
}


@pytest.mark.parametrize("what", ENVELOPES)
async def test_an_envelope_that_is_wrong_as_a_whole_is_refused(served: Any, what: str) -> None:
    device = await served.enrolled()
    device.receive("4711")
    before = served.stored()
    make, status, reason = ENVELOPES[what]
    response = await served.client.post("/v1/sync", content=encode(make(device)), headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (status, reason)
    assert [entry["reason"] for entry in served.refusals] == [reason]
    assert served.stored() == before


@pytest.mark.parametrize(
    "headers", [{"authorization": "Bearer wrong"}, {"authorization": "Basic dTpw"}, {}], ids=["wrong", "basic", "none"]
)
async def test_a_wrong_token_is_refused(served: Any, headers: dict[str, str]) -> None:
    device = await served.enrolled()
    device.receive("4711")
    before = served.stored()
    response = await served.client.post("/v1/sync", content=encode(device.request()), headers=headers)
    assert (response.status_code, error_of(response).error.reason) == (401, "wrong_token")
    assert response.headers["www-authenticate"] == "Bearer"
    assert len(served.refusals) == 1
    assert served.stored() == before


async def test_a_token_of_another_terminal_is_wrong(served: Any) -> None:
    device, other = await served.enrolled("T1"), await served.enrolled("T2")
    response = await served.client.post("/v1/sync", content=encode(device.request()), headers=other.bearer)
    assert (response.status_code, error_of(response).error.reason) == (401, "wrong_token")


GZIP = {"content-encoding": "gzip"}
BODIES: dict[str, tuple[Callable[[bytes], bytes], dict[str, str], int, str]] = {
    "is no JSON": (lambda _: b"<html>502 Bad Gateway</html>", {}, 400, "malformed"),
    "is empty": (lambda _: b"", {}, 400, "malformed"),
    "is cut off": (lambda body: body[: len(body) // 2], {}, 400, "malformed"),
    "is no text": (lambda body: body.replace(b'"T1"', b'"\xff\xfe"', 1), {}, 400, "malformed"),
    "says gzip and is not": (lambda body: body, GZIP, 400, "malformed"),
    "is gzip cut off": (lambda body: gzip.compress(body)[:-9], GZIP, 400, "malformed"),
    "is gzip with a tail": (lambda body: gzip.compress(body) + b"tail", GZIP, 400, "malformed"),
    "is packed in a way not known": (lambda body: body, {"content-encoding": "br"}, 415, "encoding"),
    "has ten megabytes": (lambda body: body + b" " * 10 * MEGABYTE, {}, 413, "too_big"),
    "has three compressed megabytes": (lambda _: gzip.compress(b"x", 0) * 3 * MEGABYTE, GZIP, 413, "too_big"),
    "is a gzip bomb": (lambda _: b"".join(bomb(64 * MEGABYTE)), GZIP, 413, "too_big"),
}


@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_cannot_be_read_is_refused(served: Any, what: str) -> None:
    device = await served.enrolled()
    device.receive("4711")
    before = served.stored()
    make, headers, status, reason = BODIES[what]
    body = make(encode(device.request()))
    response = await served.client.post("/v1/sync", content=body, headers=device.bearer | headers)
    assert (response.status_code, error_of(response).error.reason) == (status, reason)
    assert len(served.refusals) == 1
    assert served.stored() == before


async def test_the_queue_of_a_refused_batch_drains_when_it_is_sent_rightly(served: Any) -> None:
    device = await served.enrolled()
    device.receive("4711")
    await served.client.post("/v1/sync", content=encode(tampered(device)), headers=device.bearer)
    reply = await device.sync(served.client)
    assert reply.stream.have_seq == 1
    assert len(reply.outcomes) == 1


async def test_a_gzipped_batch_is_read_and_answered_in_gzip(served: Any) -> None:
    device = await served.enrolled()
    for number in range(20):
        device.receive(f"item-{number}")
    response = await served.client.post(
        "/v1/sync", content=gzip.compress(encode(device.request())), headers=device.bearer | GZIP
    )
    assert (response.status_code, response.headers["content-encoding"]) == (200, "gzip")
    assert len(response.json()["outcomes"]) == 20


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/v1/sync", 405, "wrong_method"),
        ("DELETE", "/v1/items", 405, "wrong_method"),
    ],
)
async def test_a_wrong_address_or_method_is_refused_in_our_form(
    served: Any, method: str, path: str, status: int, reason: str
) -> None:
    response = await served.client.request(method, path)
    assert (response.status_code, error_of(response).error.reason) == (status, reason)
    assert len(served.refusals) == 1
    assert status != 405 or "allow" in response.headers


async def test_a_busy_database_asks_the_terminal_to_come_back(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    device = await served.enrolled()

    def busy(_request: SyncRequest) -> None:
        raise Busy("locked")

    monkeypatch.setattr(served.app.state.desk.ledger, "sync", busy)
    response = await served.client.post("/v1/sync", content=encode(device.request()), headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (503, "busy")
    assert int(response.headers["retry-after"]) > 0


async def test_more_exchanges_than_there_are_places_are_asked_to_come_back(
    serving: Any,
) -> None:
    async with serving(max_in_flight=1) as served:
        device = await served.enrolled()
        body = encode(device.request())
        desk = served.app.state.desk
        with desk.place():
            refused = await served.client.post("/v1/sync", content=body, headers=device.bearer)
        assert (refused.status_code, error_of(refused).error.reason) == (503, "busy")
        assert (await served.client.post("/v1/sync", content=body, headers=device.bearer)).status_code == 200


async def test_a_body_that_comes_slowly_keeps_nobody_out(serving: Any) -> None:
    async with serving(max_in_flight=1) as served:
        device = await served.enrolled()
        body = encode(device.request())

        async def half_a_body() -> AsyncIterator[bytes]:
            yield body[:10]
            answers.append(await served.client.post("/v1/sync", content=body, headers=device.bearer))
            yield body[10:]

        answers: list[httpx.Response] = []
        first = await served.client.post("/v1/sync", content=half_a_body(), headers=device.bearer)
        assert [first.status_code, answers[0].status_code] == [200, 200]


async def test_a_failure_nobody_expected_is_answered_and_logged_once_with_its_trace(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await served.enrolled()

    def broken(_request: SyncRequest) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(served.app.state.desk.ledger, "sync", broken)
    response = await served.client.post("/v1/sync", content=encode(device.request()), headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (500, "failed")
    (entry,) = served.refusals
    assert isinstance(entry["exc_info"], RuntimeError)


QUARANTINED: dict[str, Callable[[Device], bytes]] = {
    "of another site": lambda device: device.receive("4711", site="ELSEWHERE"),
    "of an unknown kind": lambda device: device.receive("4711", kind="levitated"),
    "of an unknown version": lambda device: device.keep(device.receipt("4711").replace(b'"v":1', b'"v":7')),
    "that is no operation": lambda device: device.keep(b'{"hello":"world"}'),
}


@pytest.mark.parametrize("what", QUARANTINED)
async def test_an_operation_that_cannot_be_judged_is_kept_and_the_rest_drains(served: Any, what: str) -> None:
    """X3: nothing is dropped; it is visible with its reason."""
    device = await served.enrolled()
    QUARANTINED[what](device)
    device.receive("0815")
    reply = await device.sync(served.client)
    assert reply.stream.have_seq == len(device.ops)
    kept = [one for one in reply.outcomes if one.outcome == "quarantined"]
    assert [bool(one.reason) for one in kept] == [True]
    assert [one.id for one in served.do(lambda ledger: ledger.operations({"outcome": "quarantined"}, "", 10))] == [
        kept[0].id
    ]


async def test_no_token_code_or_key_reaches_the_log(served: Any) -> None:
    lines = io.StringIO()
    code = served.code()
    device = Device()
    configure_logs("debug", lines)
    await served.client.post("/v1/terminals/enroll", content=encode(device.enrollment("WRONG-C0DE1")))
    device.accept(await served.enroll(device, code))
    await served.client.post("/v1/sync", content=b"{", headers=device.bearer)
    await served.client.get("/v1/items", headers={"authorization": "Bearer wrong-token"})
    text = lines.getvalue()
    assert [json.loads(line)["reason"] for line in text.splitlines()] == ["wrong_code", "malformed", "wrong_token"]
    assert not [secret for secret in (code, "WRONG-C0DE1", device.token, "wrong-token") if secret in text]


def test_a_field_named_like_a_secret_is_withheld() -> None:
    lines = io.StringIO()
    configure_logs("info", lines)
    log().info("enrolled", terminal="T1", code="7Q2MX-0KD4T", token="abc")
    entry = json.loads(lines.getvalue())
    assert (entry["terminal"], entry["code"], entry["token"]) == ("T1", "(withheld)", "(withheld)")
    assert entry["level"] == "info"
    assert entry["ts"].endswith("Z")


@pytest.mark.parametrize("configured", [True, False])
def test_the_trace_of_a_failure_tells_no_variables(configured: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where no program has set the log up, as when the service runs inside another one."""
    structlog.reset_defaults()
    if configured:
        configure_logs()
    header = "Bearer " + "s3cret" * 5

    def fail(authorization: str) -> None:
        raise ValueError(len(authorization))

    try:
        fail(header)
    except ValueError as error:
        log().error("refused", exc_info=error)
    said = capsys.readouterr()
    assert said.out == ""
    line = json.loads(said.err)
    assert "in fail" in line["exception"]
    assert "s3cret" not in said.err


def test_whoever_logs_first_sets_the_log_up(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()
    log().warning("first", token="s3cret")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["token"]) == ("first", "(withheld)")
