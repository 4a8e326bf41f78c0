"""`POST /v1/terminals/enroll`, `register` and `token`: how a terminal gets in, for the first time or when the ledger
was put back without it, and how it changes its token.
"""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import AccessRefused, enroll, register, rotate
from server_stub.api.asked import short_body
from server_stub.api.desk import bearer, desk_of
from server_stub.api.replies import reply
from server_stub.keys import LedgerKey
from server_stub.ports import ServedLedger
from sync.wire.limits import MAX_CODE_CHARS
from sync.wire.rows import Site
from sync.wire.service import EnrollReply, EnrollRequest, RegisterRequest


async def enroll_terminal(request: Request) -> Response:
    desk = desk_of(request)
    wanted = await short_body(request, EnrollRequest, "the enrolment cannot be read; update the terminal's program")
    key, now = desk.settings.key, datetime.now(UTC)
    answer = await desk.run(lambda ledger: ledger.registry(lambda registry: enroll(registry, wanted, key, now)))
    request.state.terminal = answer.terminal
    return await reply(request, answer)


async def register_terminal(request: Request) -> Response:
    desk = desk_of(request)
    complaint = "the registration cannot be read; update the terminal's program"
    wanted = await short_body(request, RegisterRequest, complaint)
    request.state.terminal = wanted.certificate.terminal
    return await reply(request, await desk.run(lambda ledger: _registered(ledger, wanted, desk.settings.key)))


def _registered(ledger: ServedLedger, wanted: RegisterRequest, key: LedgerKey) -> EnrollReply:
    site = wanted.certificate.site
    if ledger.get(Site, site) is None:
        raise AccessRefused(
            "bad_certificate", f"there is no site {site[:MAX_CODE_CHARS]!r} here; add it (`ledger site add`)"
        )
    return ledger.registry(lambda registry: register(registry, wanted, key))


async def rotate_token(request: Request) -> Response:
    token = bearer(request)
    answer = await desk_of(request).run(lambda ledger: ledger.registry(lambda registry: rotate(registry, token)))
    request.state.terminal = answer.terminal
    return await reply(request, answer)
