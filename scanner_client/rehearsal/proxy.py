"""The network between one terminal and the ledger, on this machine: it can be cut, and can swallow a reply.

It relays whole HTTP/1.1 messages. A swallowed reply is the hardest loss there is: the ledger has read and committed the
request and sent its answer, all of which arrives here, and nothing of it reaches the terminal.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from dataclasses import dataclass, field

import msgspec

LIMIT = 16 * 1024 * 1024
SYNC = "POST /v1/sync"


class _Stream(msgspec.Struct):
    ops: list[msgspec.Raw] = []


class _Sync(msgspec.Struct):
    stream: _Stream


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP request or reply: its first line, and all its bytes as they came."""

    start: str
    headers: dict[str, str]
    raw: bytes
    body: bytes


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """The next message; None at the end of the connection. Raises IncompleteReadError where it breaks off."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    start, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    if headers.get("transfer-encoding", "").lower() == "chunked":
        raw, body = await _read_chunks(reader)
        return Message(start, headers, head + raw, body)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Message(start, headers, head + body, body)


async def _read_chunks(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    raw, body = bytearray(), bytearray()
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        data = await reader.readexactly(size + 2)
        raw += line + data
        if size == 0:
            return bytes(raw), bytes(body)
        body += data[:-2]


@dataclass(slots=True)
class Proxy:
    """`swallowed`: how many operations were in each request whose whole reply was swallowed."""

    host: str
    port: int
    is_cut: bool = False
    swallow_next: bool = False
    swallowed: list[int] = field(default_factory=list)
    refused: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _served: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> str:
        """Begin to listen on a free port of this machine; gives the address for the terminal."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LIMIT)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """From now on nothing passes, and what was open breaks off."""
        self.is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self.is_cut = False

    async def stop(self) -> None:
        self.cut()
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        await asyncio.gather(*self._served)

    async def _serve(self, terminal: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        serving = asyncio.current_task()
        assert serving
        self._served.add(serving)
        serving.add_done_callback(self._served.discard)
        if self.is_cut:
            self.refused += 1
            answer.transport.abort()
            return
        self._open.add(answer)
        try:
            await self._relay(terminal, answer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            answer.transport.abort()
        finally:
            self._open.discard(answer)
            answer.close()

    async def _relay(self, terminal: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        ledger, request_to = await asyncio.open_connection(self.host, self.port, limit=LIMIT)
        self._open.add(request_to)
        try:
            while request := await read_message(terminal):
                request_to.write(request.raw)
                await request_to.drain()
                reply = await read_message(ledger)
                if reply is None or self._swallows(request, reply):
                    return
                answer.write(reply.raw)
                await answer.drain()
        finally:
            self._open.discard(request_to)
            request_to.close()

    def _swallows(self, request: Message, reply: Message) -> bool:
        """Whether this whole reply is to be kept: the one asked for, of a sync that carried operations."""
        count = _operations(request) if self.swallow_next and " 200 " in reply.start else 0
        if not count:
            return False
        self.swallow_next = False
        self.swallowed.append(count)
        return True


def _operations(request: Message) -> int:
    if not request.start.startswith(SYNC):
        return 0
    packed = request.headers.get("content-encoding", "") == "gzip"
    try:
        body = gzip.decompress(request.body) if packed else request.body
        return len(msgspec.json.decode(body, type=_Sync).stream.ops)
    except (msgspec.DecodeError, OSError, zlib.error):
        return 0
