"""`GET /v1/wait`: a long poll that answers as soon as a feed is no longer where the terminal's cursor is."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import Registry, admit_terminal
from server_stub.api.asked import query_of
from server_stub.api.desk import Desk, bearer, desk_of
from server_stub.api.refusals import busy, malformed
from server_stub.api.replies import reply
from server_stub.fleet import Sighting, heard_of
from sync.wire.codec import decode
from sync.wire.operation import Cursor
from sync.wire.service import WaitReply

MAX_CURSORS = 100


async def wait(request: Request) -> Response:
    desk = desk_of(request)
    token, query = bearer(request), query_of(request)
    cursors = _cursors(query.get("cursors", "[]"))
    request.state.terminal = query.get("terminal", "")
    if desk.news.waiting >= desk.settings.max_waiting:
        raise busy("the ledger holds as many long polls as it takes; the terminal asks again")
    id = request.state.terminal
    before = await desk.run(lambda ledger: ledger.registry(lambda registry: _admitted(desk, registry, token, id)))
    await desk.note(heard_of(before, id, datetime.now(UTC)))
    news = await desk.news.wait(cursors, desk.settings.wait_seconds)
    return await reply(
        request, WaitReply(ledger_id=desk.ledger.ledger_id, ledger_epoch=desk.ledger.ledger_epoch, news=news)
    )


def _admitted(desk: Desk, registry: Registry, token: str, id: str) -> Sighting | None:
    """What was last heard of the terminal, here or before this process began. Raises AccessRefused."""
    admit_terminal(registry, token, id)
    return desk.sightings.of(id) or registry.sighting(id)


def _cursors(text: str) -> list[Cursor]:
    try:
        cursors = decode(text.encode(), list[Cursor])
    except (msgspec.DecodeError, UnicodeError) as error:
        raise malformed(f"`cursors` is not a JSON list of cursors: {error}") from error
    if len(cursors) > MAX_CURSORS:
        raise malformed(f"`cursors` names {len(cursors)} feeds; at most {MAX_CURSORS} are watched")
    return cursors
