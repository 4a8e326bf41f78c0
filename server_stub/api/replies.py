"""Answers as bytes: JSON, compressed where it pays and the client takes it. Done in a thread, not on the event loop."""

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

_NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


async def reply(request: Request, value: Any) -> Response:
    """`value` as a 200 answer."""
    takes_gzip = accepts_gzip(request.headers.get("accept-encoding", ""))
    return await anyio.to_thread.run_sync(_packed, value, takes_gzip)


def accepts_gzip(header: str) -> bool:
    return "gzip" in header.lower() and not _NO_GZIP.search(header.lower())


def _packed(value: Any, takes_gzip: bool) -> Response:
    body = encode(value)
    headers = {"vary": "accept-encoding"}
    if takes_gzip and len(body) >= WORTH_COMPRESSING_BYTES:
        body = gzip.compress(body, LEVEL)
        headers["content-encoding"] = "gzip"
    return Response(body, headers=headers, media_type="application/json")
