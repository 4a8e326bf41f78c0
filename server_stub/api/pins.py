"""`GET /v1/pins` and `POST /v1/pins`: a terminal reads the verifiers of its site's operators, or brings a new one.

Only a terminal's own token opens this; the office's tokens, which other programs hold, do not.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import TERMINAL, AccessRefused, Registry, admit
from server_stub.api.asked import short_body
from server_stub.api.desk import bearer, desk_of
from server_stub.api.replies import reply
from server_stub.ledger.book import Terminal
from server_stub.logs import log
from server_stub.pins import LIVE, choose_pin, pins_for, works_at
from server_stub.ports import ServedLedger
from sync.wire.pins import PinChoice, PinsReply
from sync.wire.rows import Operator

_PAGE = 1000


async def read_pins(request: Request) -> Response:
    token = bearer(request)
    answer = await desk_of(request).run(lambda ledger: _told(ledger, _terminal(ledger, token)))
    return await reply(request, answer)


async def bring_pin(request: Request) -> Response:
    token = bearer(request)
    choice = await short_body(request, PinChoice, "the choice of a PIN cannot be read; update the terminal's program")
    answer = await desk_of(request).run(lambda ledger: _chosen(ledger, _terminal(ledger, token), choice))
    return await reply(request, answer)


def _terminal(ledger: ServedLedger, token: str) -> Terminal:
    """The terminal that sent this token. Raises AccessRefused."""

    def admitted(registry: Registry) -> Terminal:
        found = admit(registry, token)
        known = registry.terminal(found.holder) if found.kind == TERMINAL else None
        if known is None:
            raise AccessRefused("wrong_token", "PINs are for terminals alone; use a terminal's token")
        return known

    return ledger.registry(admitted)


def _chosen(ledger: ServedLedger, terminal: Terminal, choice: PinChoice) -> PinsReply:
    operator = ledger.get(Operator, choice.operator)
    if operator is None or not works_at(operator, terminal.site):
        return msgspec.structs.replace(_told(ledger, terminal), refused="unknown_operator")
    needed = ledger.environment == LIVE
    refused = ledger.registry(lambda registry: choose_pin(registry, choice, datetime.now(UTC), needed=needed))
    if refused:
        log().warning("PIN refused", terminal=terminal.id, operator=operator.code, reason=refused)
    return msgspec.structs.replace(_told(ledger, terminal), refused=refused)


def _told(ledger: ServedLedger, terminal: Terminal) -> PinsReply:
    here = [one for one in _operators(ledger) if works_at(one, terminal.site)]
    needed = ledger.environment == LIVE
    pins = ledger.registry(lambda registry: pins_for(registry, here, needed=needed))
    return PinsReply(needed=needed, environment=ledger.environment, pins=pins)


def _operators(ledger: ServedLedger) -> list[Operator]:
    found: list[Operator] = []
    while page := ledger.rows(Operator, {}, found[-1].key if found else "", _PAGE):
        found += page
    return found
