"""`POST /v1/dry-run`: what would become of a terminal's queue, were it sent now (X4). Nothing of it is stored.

The request is that of `/v1/sync`, signature included, so that a terminal composes both the same way. What it says of
itself is noted in memory, as everything heard of terminals is, and reaches the database when that is due anyway.
"""

from __future__ import annotations

from datetime import UTC, datetime

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import known_token
from server_stub.api.desk import bearer, desk_of
from server_stub.api.exchange import let_in, read_envelope
from server_stub.api.refusals import Refusal
from server_stub.api.replies import reply
from server_stub.fleet import stated
from server_stub.ledger.foreseeing import Foreseen
from server_stub.ports import ServedLedger
from sync.wire.limits import MAX_DRY_RUN
from sync.wire.messages import SyncRequest
from sync.wire.service import DryRunReply


async def dry_run(request: Request) -> Response:
    desk = desk_of(request)
    token = bearer(request)
    await desk.run(lambda ledger: ledger.registry(lambda registry: known_token(registry, token)))
    body = await request.body()
    with desk.place():
        wanted = await anyio.to_thread.run_sync(_read, body)
        request.state.terminal = wanted.terminal
        found = await desk.run(lambda ledger: _foreseen(ledger, token, wanted))
        now = datetime.now(UTC)
        if wanted.standing:
            before = desk.sightings.of(wanted.terminal)
            desk.sightings.note(stated(before, wanted.terminal, wanted.at, wanted.program, wanted.standing, now))
        return await reply(
            request,
            DryRunReply(
                ledger_id=desk.ledger.ledger_id,
                ledger_epoch=desk.ledger.ledger_epoch,
                at=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                outcomes=found.outcomes,
                conflicts=found.conflicts,
                left=found.left,
                unplaced=found.unplaced,
            ),
        )


def _read(body: bytes) -> SyncRequest:
    wanted = read_envelope(body)
    count = len(wanted.stream.ops)
    if count > MAX_DRY_RUN:
        message = f"the request has {count} operations; at most {MAX_DRY_RUN} are tried at a time"
        raise Refusal(413, "too_big", message)
    return wanted


def _foreseen(ledger: ServedLedger, token: str, wanted: SyncRequest) -> Foreseen:
    let_in(ledger, token, wanted)
    return ledger.foresee(wanted)
