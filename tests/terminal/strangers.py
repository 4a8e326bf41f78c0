"""A server on the loopback that answers as it is told, byte for byte: proxies, strangers, ledgers in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Answer = bytes | Callable[[bytes], Awaitable[bytes]] | None
"""Bytes of a whole HTTP answer, what makes them from the request's body, or None: hang up without a word."""

SILENCE = b""
"""Never answer, and keep the line open."""


@dataclass
class Stranger:
    url: str
    asked: list[str] = field(default_factory=list)
    """The request lines that came in."""


def http(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def answering(answers: Sequence[Answer]) -> AsyncIterator[Stranger]:
    """One answer a request, the last one for all that follow."""
    left = list(answers)
    lines: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await _answer(reader, writer):
                pass
        writer.close()

    async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        body = await reader.readexactly(_length(head))
        stranger.asked.append(head.split("\r\n")[0])
        answer = left.pop(0) if len(left) > 1 else left[0]
        if callable(answer):
            answer = await answer(body)
        if answer is None:
            return False
        if answer == SILENCE:
            await reader.read()
            return False
        writer.write(answer)
        await writer.drain()
        return len(answer) >= answer.index(b"\r\n\r\n") + 4 + _length(answer.split(b"\r\n\r\n")[0].decode() + "\r\n")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stranger = Stranger(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield stranger
    finally:
        for writer in lines:
            writer.close()
        server.close()
        await server.wait_closed()


def _length(head: str) -> int:
    for line in head.lower().split("\r\n"):
        if line.startswith("content-length:"):
            return int(line.partition(":")[2])
    return 0
