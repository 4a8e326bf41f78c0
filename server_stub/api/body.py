"""Request bodies with limits: an ASGI wrapper that inflates gzip as it arrives and stops at the first byte too many.

A body that would inflate past the limit is never inflated past it. What a refused sender still has under way is read
and thrown away (up to a bound), so that it gets the answer instead of a broken connection.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server_stub.api.refusals import Refusal, malformed
from sync.wire.limits import MAX_BODY_BYTES, MAX_BODY_COMPRESSED_BYTES

GZIP_FORMAT = 31
"""`wbits` of zlib for a gzip header and trailer around the data."""

THROWN_AWAY_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Bytes on the wire of a compressed body, bytes of a body as read, and seconds in which it must have arrived."""

    compressed: int = MAX_BODY_COMPRESSED_BYTES
    inflated: int = MAX_BODY_BYTES
    seconds: float = 30.0


class BoundedBody:
    """ASGI wrapper around an application that reads plain bodies."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        encoding = headers.pop(b"content-encoding", b"identity").decode("latin-1").strip().lower()
        reader = _BodyReader(receive, self._limits, encoding)

        async def send_when_read(message: Message) -> None:
            if message["type"] == "http.response.start":
                await reader.throw_away_the_rest()
            await send(message)

        await self._app({**scope, "headers": list(headers.items())}, reader, send_when_read)


class _BodyReader:
    def __init__(self, receive: Receive, limits: BodyLimits, encoding: str) -> None:
        self._receive = receive
        self._limits = limits
        self._encoding = encoding
        self._inflater = zlib.decompressobj(GZIP_FORMAT) if encoding == "gzip" else None
        self._arrived = 0
        self._inflated = 0
        self._finished = False
        self._deadline: float | None = None

    async def __call__(self) -> Message:
        message = await self._next()
        if message["type"] != "http.request":
            return message
        if self._encoding not in {"identity", "gzip"}:
            raise Refusal(415, "encoding", "the body's content-encoding is not known here; send it plain or as gzip")
        return {**message, "body": self._take(message.get("body", b""))}

    async def _next(self) -> Message:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._limits.seconds
        try:
            async with asyncio.timeout_at(None if self._finished else self._deadline):
                message = await self._receive()
        except TimeoutError:
            self._finished = True
            raise Refusal(
                408, "too_slow", f"the body did not arrive within {self._limits.seconds:g} s; send it again"
            ) from None
        self._finished = not message.get("more_body", False)
        return message

    def _take(self, data: bytes) -> bytes:
        self._arrived += len(data)
        body = data if self._inflater is None else self._inflate(self._inflater, data)
        self._inflated += len(body)
        if self._inflated > self._limits.inflated:
            raise _too_big(self._limits.inflated, "")
        return body

    def _inflate(self, inflater: zlib._Decompress, data: bytes) -> bytes:
        if self._arrived > self._limits.compressed:
            raise _too_big(self._limits.compressed, "compressed ")
        try:
            body = inflater.decompress(data, self._limits.inflated - self._inflated + 1)
        except zlib.error as error:
            raise malformed("the body is not the gzip it says it is; send the request again") from error
        complete = inflater.eof and not inflater.unused_data
        if self._finished and not complete and len(body) + self._inflated <= self._limits.inflated:
            raise malformed("the gzip of the body is cut off or followed by something else; send the request again")
        return body

    async def throw_away_the_rest(self) -> None:
        thrown_away = 0
        while not self._finished and thrown_away < THROWN_AWAY_BYTES:
            try:
                thrown_away += len((await self._next()).get("body", b""))
            except Refusal:
                return


def _too_big(limit: int, how: str) -> Refusal:
    return Refusal(
        413, "too_big", f"the {how}body has more than the {limit} bytes that are read; send fewer operations at a time"
    )
