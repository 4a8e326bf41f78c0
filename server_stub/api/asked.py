"""What a request asks, read with limits: short bodies, and texts that any database can look for.

Bodies other than an exchange's hold a few names and keys, and some come from strangers: they are read up to a few
kilobytes, so that nobody fills the memory, or the log, with what is going to be refused anyway.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import Request

from server_stub.api.refusals import Refusal, malformed
from sync.wire.codec import decode

T = TypeVar("T")

SHORT_BODY_BYTES = 16 * 1024
_WRITTEN_NUL = b"\\u0000"
"""How JSON spells NUL, which PostgreSQL keeps in no text and does not even look for."""


async def short_body(request: Request, kind: type[T], complaint: str) -> T:
    """The request's body as `kind`. Raises a Refusal: 413 for one that is long, 400 with the complaint."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > SHORT_BODY_BYTES:
            raise Refusal(413, "too_big", f"the body has more than the {SHORT_BODY_BYTES} bytes that are read here")
    if _WRITTEN_NUL in body:
        raise malformed(f"{complaint}; it has the character NUL")
    try:
        return decode(bytes(body), kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(complaint) from error


def query_of(request: Request) -> dict[str, str]:
    """What stands behind the question mark. Raises a Refusal where it has NUL."""
    query = dict(request.query_params)
    if any("\x00" in text for text in query.values()):
        raise malformed("the address has the character NUL in its query; leave it out")
    return query
