"""`POST /v1/terminals/enroll` and `/v1/terminals/token`: how a terminal gets in, and how it changes its token."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import enroll, rotate
from server_stub.api.desk import bearer, desk_of
from server_stub.api.refusals import malformed
from server_stub.api.replies import reply
from sync.wire.codec import decode
from sync.wire.service import EnrollRequest


async def enroll_terminal(request: Request) -> Response:
    desk = desk_of(request)
    try:
        wanted = decode(await request.body(), EnrollRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(f"the enrolment cannot be read: {error}; send it again") from error
    key, now = desk.settings.key, datetime.now(UTC)
    answer = await desk.run(lambda ledger: ledger.registry(lambda registry: enroll(registry, wanted, key, now)))
    request.state.terminal = answer.terminal
    return await reply(request, answer)


async def rotate_token(request: Request) -> Response:
    token = bearer(request)
    answer = await desk_of(request).run(lambda ledger: ledger.registry(lambda registry: rotate(registry, token)))
    request.state.terminal = answer.terminal
    return await reply(request, answer)
