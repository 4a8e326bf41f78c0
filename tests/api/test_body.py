"""Reading bodies in pieces: whatever way they arrive, the same bytes come out or the same limit stops them."""

from __future__ import annotations

import asyncio
import gzip
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from server_stub.api.body import BodyLimits, BoundedBody
from server_stub.api.refusals import Refusal

LIMITS = BodyLimits(compressed=200, inflated=1000, seconds=30)


class Exchange:
    """One request to a wrapped application that reads its body, in pieces, and what became of it."""

    def __init__(self, pieces: list[bytes], encoding: bytes | None = None, limits: BodyLimits = LIMITS) -> None:
        self.pieces = pieces
        self.headers = [(b"content-encoding", encoding)] if encoding else []
        self.limits = limits
        self.sent: list[Message] = []
        self.read: bytes | None = None
        self.refused: Refusal | None = None
        self.largest = 0

    async def _receive(self) -> Message:
        body = self.pieces.pop(0) if self.pieces else b""
        return {"type": "http.request", "body": body, "more_body": bool(self.pieces)}

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def measured() -> Message:
            message = await receive()
            self.largest += len(message.get("body", b""))
            return message

        try:
            self.read = await Request(scope, measured).body()
        except Refusal as refusal:
            self.refused = refusal
        await Response(b"done")(scope, receive, send)

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    async def run(self) -> Exchange:
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": self.headers}
        await BoundedBody(self._application, self.limits)(scope, self._receive, self._send)
        return self


def cut(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(one % (len(data) + 1) for one in at)})
    return [data[start:end] for start, end in pairwise(places)] or [b""]


@given(data=st.binary(max_size=400), at=st.lists(st.integers(0, 500), max_size=8), packed=st.booleans())
async def test_a_body_is_the_same_in_whatever_pieces_it_arrives(data: bytes, at: list[int], packed: bool) -> None:
    wire = gzip.compress(data) if packed else data
    if packed and len(wire) > LIMITS.compressed:
        return
    exchange = await Exchange(cut(wire, at), b"gzip" if packed else None).run()
    assert exchange.refused is None
    assert exchange.read == data


@given(extra=st.integers(1, 100_000), at=st.lists(st.integers(0, 500), max_size=8))
async def test_a_body_is_never_inflated_past_the_limit(extra: int, at: list[int]) -> None:
    wire = gzip.compress(b"\0" * (LIMITS.inflated + extra))
    exchange = await Exchange(cut(wire, at), b"gzip").run()
    assert exchange.refused is not None
    assert exchange.refused.status == 413
    assert exchange.largest <= LIMITS.inflated


@pytest.mark.parametrize(("size", "status"), [(1000, None), (1001, 413)])
async def test_the_limit_of_a_plain_body_is_exact(size: int, status: int | None) -> None:
    exchange = await Exchange([b"x" * size]).run()
    assert (exchange.refused.status if exchange.refused else None) == status


async def test_what_is_still_under_way_is_read_before_the_refusal_is_sent() -> None:
    exchange = await Exchange([b"x" * 2000, b"x" * 2000, b"x" * 2000]).run()
    assert exchange.refused is not None
    assert exchange.pieces == []
    assert exchange.sent[0]["type"] == "http.response.start"


async def test_a_body_that_does_not_come_is_refused() -> None:
    exchange = Exchange([b"x", b"x"], limits=BodyLimits(200, 1000, seconds=0))

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    exchange._receive = never  # type: ignore[method-assign]
    await exchange.run()
    assert exchange.refused is not None
    assert exchange.refused.status == 408
