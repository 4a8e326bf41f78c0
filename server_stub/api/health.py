"""`GET /health`: for whoever watches the service, without a token."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.desk import desk_of
from server_stub.api.replies import reply
from sync.wire.limits import VERSION


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`in_flight`: exchanges being answered; `waiting`: terminals that wait for news."""

    v: int = VERSION
    ok: bool = True
    ledger_id: str
    ledger_epoch: str
    in_flight: int
    waiting: int


async def health(request: Request) -> Response:
    """Whether the service answers and its database can be read."""
    desk = desk_of(request)
    await desk.run(lambda ledger: ledger.heads())
    return await reply(
        request,
        Health(
            ledger_id=desk.ledger.ledger_id,
            ledger_epoch=desk.ledger.ledger_epoch,
            in_flight=desk.in_flight,
            waiting=desk.news.waiting,
        ),
    )
