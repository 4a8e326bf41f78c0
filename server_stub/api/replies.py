"""Answers as bytes: JSON, compressed where it pays and the client takes it; what takes long, in a thread."""

from __future__ import annotations

import gzip
import re
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from sync.wire.codec import encode

WORTH_COMPRESSING_BYTES = 1024
LEVEL = 1
"""The network is short of bytes and the ledger of time: level 1 takes most of the one for little of the other."""

HANDED_OVER_BYTES = 64 * 1024
"""From here on a body costs more than handing it to a thread and back, and is not worked on by the event loop."""

_NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


async def reply(request: Request, value: Any) -> Response:
    """`value` as a 200 answer."""
    body = encode(value)
    takes_gzip = accepts_gzip(request.headers.get("accept-encoding", ""))
    if len(body) < HANDED_OVER_BYTES:
        return _packed(body, takes_gzip)
    return await anyio.to_thread.run_sync(_packed, body, takes_gzip)


def accepts_gzip(header: str) -> bool:
    return "gzip" in header.lower() and not _NO_GZIP.search(header.lower())


def _packed(body: bytes, takes_gzip: bool) -> Response:
    headers = {"vary": "accept-encoding"}
    if takes_gzip and len(body) >= WORTH_COMPRESSING_BYTES:
        body = gzip.compress(body, LEVEL)
        headers["content-encoding"] = "gzip"
    return Response(body, headers=headers, media_type="application/json")
