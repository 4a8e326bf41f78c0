"""Strangers who keep lines busy: slow ones, silent ones, and many. An honest terminal is served all the same."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote

import httpx
import pytest
import structlog
import uvicorn
from api.device import SITE, Device
from api.programs import Running, ledger, service, told
from uvicorn.server import ServerState

from server_stub.connections import ServiceProtocol
from sync.wire.codec import decode, encode
from sync.wire.messages import SyncReply
from sync.wire.service import EnrollReply

SILENT, WAITING = 800, 200


# --- slow ones --------------------------------------------------------------------------------------------------------


async def answering(_scope: Any, _receive: Any, send: Any) -> None:
    """An application that is glad of any request."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


class Impatient(ServiceProtocol):
    head_seconds = 0.05


@pytest.mark.parametrize("said", [b"", b"POST /v1/sync HTTP/1.1\r\nx: "], ids=["nothing", "half a head"])
async def test_a_head_that_does_not_come_ends_the_connection(said: bytes) -> None:
    with structlog.testing.capture_logs() as logged:
        assert await heard(Impatient, said) == b""
    assert [(one["status"], one["reason"]) for one in logged] == [(408, "slow_head")]


async def test_a_head_that_is_there_is_answered_however_long_that_takes() -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await heard(ServiceProtocol, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 204")
    assert logged == []


async def test_the_clock_of_a_connection_runs_while_a_head_is_awaited() -> None:
    transport = Mock(spec=asyncio.Transport)
    transport.get_extra_info.return_value = None
    transport.is_closing.return_value = False
    protocol = made(ServiceProtocol)
    protocol.connection_made(transport)
    ran = [protocol.clock_runs]
    protocol.data_received(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    ran.append(protocol.clock_runs)
    await asyncio.gather(*protocol.tasks)
    protocol.data_received(b"GET / HT")
    ran.append(protocol.clock_runs)
    protocol.connection_lost(None)
    assert [*ran, protocol.clock_runs] == [True, False, True, False]


def made(kind: type[ServiceProtocol]) -> ServiceProtocol:
    config = uvicorn.Config(answering, log_config=None, access_log=False, ws="none", lifespan="off")
    config.load()
    return kind(config, ServerState(), {})


async def heard(kind: type[ServiceProtocol], said: bytes) -> bytes:
    """What a stranger who says this hears until the line is closed."""
    here, there = socket.socketpair()
    there.sendall(said)
    await asyncio.get_running_loop().connect_accepted_socket(lambda: made(kind), here)
    reader, writer = await asyncio.open_connection(sock=there)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


# --- many -------------------------------------------------------------------------------------------------------------


@contextmanager
def few_files() -> Iterator[None]:
    """Programs started meanwhile begin with as few open files as most systems give them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    database = tmp_path / "ledger.db"
    for words in (("init",), ("site", "add", SITE)):
        ran = ledger(database, *words)
        assert ran.status == 0, ran.err
    with ExitStack() as stack:
        with few_files():
            one = stack.enter_context(service(database))
        yield one


def enrolled(database: Path, running: Running) -> Device:
    device = Device()
    code = told(database, "terminal", "add", "T1", "--site", SITE, "--json")["code"]
    answer = httpx.post(f"{running.address}/v1/terminals/enroll", content=encode(device.enrollment(code)))
    device.accept(decode(answer.content, EnrollReply))
    return device


def test_a_thousand_idle_connections_keep_no_terminal_out(running: Running, tmp_path: Path) -> None:
    """Half of them have begun to say something, and two hundred are long polls, which the work wakes."""
    device = enrolled(tmp_path / "ledger.db", running)
    push(running, device)
    place = ("127.0.0.1", running.announced["port"])
    query = f"terminal={device.id}&cursors={quote(encode(here(running, device)).decode())}"
    poll = f"GET /v1/wait?{query} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {device.token}\r\n\r\n".encode()
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(place, timeout=30)) for _ in range(SILENT)]
        for one in silent[::2]:
            one.sendall(b"POST /v1/sync HTTP/1.1\r\nhost: ")
        polls = [stack.enter_context(socket.create_connection(place, timeout=30)) for _ in range(WAITING)]
        for one in polls:
            one.sendall(poll)
        while httpx.get(f"{running.address}/health").json()["waiting"] < WAITING:
            continue
        device.receive("4711")
        assert push(running, device).stream.have_seq == 1
        assert {one.recv(12) for one in polls} == {b"HTTP/1.1 200"}


def here(running: Running, device: Device) -> list[Any]:
    """Cursors at the heads of the feeds."""
    pages = push(running, device).pages
    return [{"feed": page.feed, "n": page.n, "hash": page.hash} for page in pages]


def push(running: Running, device: Device) -> SyncReply:
    body = encode(device.request())
    response = httpx.post(f"{running.address}/v1/sync", content=body, headers=device.bearer, timeout=40)
    assert response.status_code == 200, response.text
    return decode(response.content, SyncReply)
