"""`POST /v1/terminals/standing`: a terminal tells how it stands, and is told how the others of its site do (X4, R52).

Without an exchange of work: so also a terminal that stays offline can say so as it goes, and look around when asked to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import Registry, admit_terminal
from server_stub.api.asked import short_body
from server_stub.api.desk import Desk, bearer, desk_of
from server_stub.api.replies import reply
from server_stub.fleet import Sighting, stated, terminal_lines
from server_stub.outage import standings
from server_stub.ports import ServedLedger
from sync.wire.service import StandingReport, StandingsReply, TerminalStanding


async def standing(request: Request) -> Response:
    desk, token = desk_of(request), bearer(request)
    complaint = "what the terminal says of itself cannot be read; update the terminal's program"
    said = await short_body(request, StandingReport, complaint)
    request.state.terminal = said.terminal
    now = datetime.now(UTC)
    before, site = await desk.run(lambda ledger: _admitted(desk, ledger, token, said.terminal))
    await desk.note(stated(before, said.terminal, said.at, said.program, said.standing, now))
    newest = desk.sightings.newest()
    found = await desk.run(lambda ledger: _told(ledger, site, newest, now))
    answer = StandingsReply(
        ledger_id=desk.ledger.ledger_id,
        ledger_epoch=desk.ledger.ledger_epoch,
        at=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        terminals=found,
    )
    return await reply(request, answer)


def _admitted(desk: Desk, ledger: ServedLedger, token: str, id: str) -> tuple[Sighting | None, str]:
    """What was last heard of it, and its site. Raises AccessRefused."""

    def admitted(registry: Registry) -> tuple[Sighting | None, str]:
        terminal = admit_terminal(registry, token, id)
        return desk.sightings.of(id) or registry.sighting(id), terminal.site

    return ledger.registry(admitted)


def _told(ledger: ServedLedger, site: str, newest: Mapping[str, Sighting], now: datetime) -> list[TerminalStanding]:
    return standings(ledger.registry(lambda registry: terminal_lines(registry, now, newest)), site)
