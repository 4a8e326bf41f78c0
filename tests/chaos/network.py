"""The network between one terminal and the ledger, with everything that can go wrong on it."""

from __future__ import annotations

import asyncio
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
from chaos.plan import Fault

from scanner_client.rehearsal.proxy import LIMIT, SYNC, Message, Proxy, read_message

LATE_SECONDS = 1.0
PAGE = b"<!doctype html><html><title>Welcome</title><body>Please accept the terms of this network.</body></html>"
_BEFORE_THE_LEDGER = (Fault.LOSE_REQUEST, Fault.RESET, Fault.CUT_REQUEST, Fault.REPLIES_ONLY, Fault.PAGE, Fault.GATEWAY)


class Named(msgspec.Struct):
    id: str


class Stream(msgspec.Struct):
    ops: list[Named] = []


class Sync(msgspec.Struct):
    stream: Stream


class Severed(Exception):
    """This connection ends here, as the fault demands."""


@dataclass(slots=True)
class Line(Proxy):
    """`faults` befall the next exchanges, in turn. While `is_deaf` nothing gets through, while `is_mute` no reply does,
    and nobody is told: what was under way hangs until its own side gives it up. `happened` counts what came about."""

    is_deaf: bool = False
    is_mute: bool = False
    faults: list[Fault] = field(default_factory=list)
    happened: Counter[Fault] = field(default_factory=Counter)
    _held: asyncio.Future[list[str]] | None = None
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def hold(self) -> asyncio.Future[list[str]]:
        """Keep the next whole reply to a sync that carried operations; done, with their ids, when it has arrived."""
        self._released.clear()
        self._held = asyncio.get_running_loop().create_future()
        return self._held

    def release(self) -> None:
        """Drop the reply that was kept, and its connection with it; nothing is kept any more."""
        self._held = None
        self._released.set()

    async def _relay(self, terminal: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        try:
            while request := await read_message(terminal):
                await self._exchange(request, terminal, answer)
        except Severed:
            answer.transport.abort()

    async def _exchange(self, request: Message, terminal: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """One request and its reply, on a connection to the ledger of its own."""
        is_sync = request.start.startswith(SYNC)
        fault = self.faults.pop(0) if is_sync and self.faults else None
        if fault:
            self.happened[fault] += 1
        if self.is_deaf or fault is Fault.REPLIES_ONLY:
            await _silence(terminal)
        if fault in _BEFORE_THE_LEDGER:
            await self._spoil(fault, request, answer)
            return
        reply = await self._ask(request, twice=fault is Fault.TWICE)
        if self.is_deaf or self.is_mute or fault is Fault.REQUESTS_ONLY:
            await _silence(terminal)
        await self._keep(request, reply)
        await _pass_on(fault, reply, answer)

    async def _spoil(self, fault: Fault | None, request: Message, answer: asyncio.StreamWriter) -> None:
        match fault:
            case Fault.PAGE:
                answer.write(_page("200 OK"))
            case Fault.GATEWAY:
                answer.write(_page("502 Bad Gateway"))
            case Fault.CUT_REQUEST:
                _, ledger = await asyncio.open_connection(self.host, self.port)
                ledger.write(request.raw[: len(request.raw) // 2])
                await ledger.drain()
                ledger.close()
                raise Severed
            case Fault.LOSE_REQUEST:
                answer.close()
                raise OSError("lost")
            case _:
                raise Severed
        await answer.drain()

    async def _ask(self, request: Message, *, twice: bool) -> Message:
        reader, ledger = await asyncio.open_connection(self.host, self.port, limit=LIMIT)
        self._open.add(ledger)
        try:
            ledger.write(request.raw * (2 if twice else 1))
            await ledger.drain()
            if twice:
                await read_message(reader)
            reply = await read_message(reader)
            if reply is None:
                raise Severed
            return reply
        finally:
            self._open.discard(ledger)
            ledger.close()

    async def _keep(self, request: Message, reply: Message) -> None:
        if self._held is None or self._held.done() or " 200 " not in reply.start:
            return
        ids = list(carried(request))
        if ids:
            self._held.set_result(ids)
            await self._released.wait()
            raise Severed


async def _silence(terminal: asyncio.StreamReader) -> None:
    """Say nothing until the other side gives up."""
    while await terminal.read(LIMIT):
        pass
    raise Severed


async def _pass_on(fault: Fault | None, reply: Message, answer: asyncio.StreamWriter) -> None:
    match fault:
        case Fault.LOSE_REPLY:
            raise Severed
        case Fault.CUT_REPLY:
            answer.write(reply.raw[: len(reply.raw) // 2])
            await answer.drain()
            raise Severed
        case Fault.DELAY:
            await asyncio.sleep(LATE_SECONDS)
        case _:
            pass
    answer.write(reply.raw)
    await answer.drain()


def _page(status: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {len(PAGE)}\r\n\r\n"
    return head.encode() + PAGE


def carried(request: Message) -> Iterator[str]:
    """The ids of the operations in a request to sync."""
    if not request.start.startswith(SYNC):
        return
    packed = request.headers.get("content-encoding", "") == "gzip"
    body = gzip.decompress(request.body) if packed else request.body
    yield from (one.id for one in msgspec.json.decode(body, type=Sync).stream.ops)
