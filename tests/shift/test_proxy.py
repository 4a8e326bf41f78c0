"""The network of a rehearsal: whole messages pass, a cut ends everything, and a swallowed reply was read to its end."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from scanner_client.rehearsal.proxy import Message, Proxy, read_message

SYNC = gzip.compress(b'{"stream":{"ops":[{"id":"1"},{"id":"2"}]}}')


def _request(path: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Ledger:
    """Answers each request with its path, in chunks; remembers what it answered to the end."""

    def __init__(self) -> None:
        self.answered: list[str] = []
        self.open: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.append(writer)
        with suppress(ConnectionError):
            while request := await read_message(reader):
                path = request.start.split()[1]
                writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                writer.write(f"{len(path):x}\r\n{path}\r\n0\r\n\r\n".encode())
                await writer.drain()
                self.answered.append(path)


@asynccontextmanager
async def _network() -> AsyncIterator[tuple[Proxy, Ledger, int]]:
    ledger = Ledger()
    server = await asyncio.start_server(ledger.serve, "127.0.0.1", 0)
    proxy = Proxy("127.0.0.1", server.sockets[0].getsockname()[1])
    address = await proxy.start()
    try:
        yield proxy, ledger, int(address.rpartition(":")[2])
    finally:
        await proxy.stop()
        server.close()
        for writer in ledger.open:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        await server.wait_closed()


async def _ask(port: int, *requests: bytes) -> list[Message | None]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers: list[Message | None] = []
    try:
        for request in requests:
            writer.write(request)
            await writer.drain()
            answers.append(await read_message(reader))
    finally:
        writer.close()
    return answers


async def _passes(port: int) -> bool:
    try:
        return await _ask(port, _request("/health")) != [None]
    except (ConnectionError, asyncio.IncompleteReadError):
        return False


async def _ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read(1) == b""
    except ConnectionError:
        return True


async def test_requests_of_one_connection_pass_one_after_the_other() -> None:
    async with _network() as (_, _, port):
        answers = await _ask(port, _request("/v1/sync", SYNC), _request("/health"))
    assert [answer.body for answer in answers if answer] == [b"/v1/sync", b"/health"]


async def test_the_whole_reply_to_a_sync_with_work_is_swallowed_once() -> None:
    async with _network() as (proxy, ledger, port):
        proxy.swallow_next = True
        gzipped = "content-encoding: gzip"
        [empty] = await _ask(port, _request("/v1/sync", b'{"stream":{"ops":[]}}'))
        [lost] = await _ask(port, _request("/v1/sync", SYNC, gzipped))
        [again] = await _ask(port, _request("/v1/sync", SYNC, gzipped))
    assert empty, "a sync without work is no loss"
    assert lost is None
    assert again
    assert proxy.swallowed == [2]
    assert ledger.answered == ["/v1/sync"] * 3, "the ledger had answered what the terminal never saw"


async def test_nothing_passes_a_cut_and_everything_passes_when_it_is_mended() -> None:
    async with _network() as (proxy, ledger, port):
        proxy.cut()
        assert not await _passes(port)
        proxy.mend()
        assert await _passes(port)
    assert ledger.answered == ["/health"]


async def test_a_cut_breaks_off_what_is_open() -> None:
    async with _network() as (proxy, _, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request("/health"))
        assert await read_message(reader)
        proxy.cut()
        assert await _ended(reader)
        writer.close()
