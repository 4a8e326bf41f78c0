"""The ASGI application: routes, limits, and one place where every refusal is answered and logged once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server_stub.access import AccessRefused
from server_stub.api.body import BoundedBody
from server_stub.api.desk import Desk
from server_stub.api.dry_run import dry_run
from server_stub.api.exchange import sync
from server_stub.api.health import health
from server_stub.api.lists import list_route
from server_stub.api.openapi import SHOWN, document
from server_stub.api.pins import bring_pin, read_pins
from server_stub.api.refusals import Refusal, busy, refusal_response
from server_stub.api.replies import reply
from server_stub.api.settings import Settings
from server_stub.api.standings import standing
from server_stub.api.terminals import enroll_terminal, register_terminal, rotate_token
from server_stub.api.waiting import wait
from server_stub.logs import log
from server_stub.ports import Busy, ServedLedger
from server_stub.release import release
from sync.wire.limits import MAX_CODE_CHARS

RELEASE = release()
"""Read when this module is loaded: no file is read on an event loop."""

LONGEST_LOGGED = 500
"""Characters of a text in a log line: what strangers send must not fill the disk."""

SAYINGS = {
    404: ("not_found", "there is nothing at this address; /openapi.json lists what there is"),
    405: ("wrong_method", "this address takes another method; /openapi.json says which"),
}


def create_app(ledger: ServedLedger, settings: Settings, threads: Executor | None = None) -> Starlette:
    """The service over an open ledger, which it closes when its lifespan ends. `threads`: those it was opened in."""
    desk = Desk(ledger, settings, threads)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(desk.news.watch())
        try:
            yield
        finally:
            desk.news.close()
            await watching
            await desk.close()

    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(AnsweredFailures), Middleware(BoundedBody, limits=settings.body)],
        exception_handlers={Refusal: _refused, AccessRefused: _refused, HTTPException: _refused, Busy: _refused},
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.state.description = document(RELEASE)
    return app


def _routes() -> list[Route]:
    return [
        Route("/v1/sync", sync, methods=["POST"]),
        Route("/v1/wait", wait),
        Route("/v1/terminals/enroll", enroll_terminal, methods=["POST"]),
        Route("/v1/terminals/register", register_terminal, methods=["POST"]),
        Route("/v1/terminals/token", rotate_token, methods=["POST"]),
        Route("/v1/terminals/standing", standing, methods=["POST"]),
        Route("/v1/dry-run", dry_run, methods=["POST"]),
        Route("/v1/pins", read_pins),
        Route("/v1/pins", bring_pin, methods=["POST"]),
        *(Route(f"/v1/{name}", list_route(name)) for name in SHOWN),
        Route("/health", health),
        Route("/openapi.json", openapi),
    ]


async def openapi(request: Request) -> Response:
    return await reply(request, request.app.state.description)


def _refused(request: Request, error: Exception) -> Response:
    refusal = as_refusal(error)
    _log_refusal(request.scope, refusal)
    return refusal_response(refusal)


def as_refusal(error: Exception) -> Refusal:
    """The answer to an expected failure, in our form."""
    match error:
        case Refusal():
            return error
        case AccessRefused():
            return Refusal(400 if error.reason == "malformed" else 401, error.reason, str(error))
        case Busy():
            return busy("the ledger's database is busy; the same request is sent again")
        case HTTPException():
            reason, message = SAYINGS.get(error.status_code, ("refused", error.detail))
            return Refusal(error.status_code, reason, message, error.headers)
        case _:
            return Refusal(500, "failed", "the ledger failed at this; nothing was stored, and its log says why")


def _log_refusal(scope: Scope, refusal: Refusal, error: Exception | None = None) -> None:
    level = log().error if error else log().warning
    level(
        "refused",
        status=refusal.status,
        reason=refusal.reason,
        text=refusal.message[:LONGEST_LOGGED],
        method=scope["method"],
        path=scope["path"][:LONGEST_LOGGED],
        terminal=scope.get("state", {}).get("terminal", "")[:MAX_CODE_CHARS],
        client=(scope.get("client") or ("",))[0],
        exc_info=error,
    )


class AnsweredFailures:
    """Whatever nobody expected is answered in our form too, and logged once with its trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            log().info("client left", path=scope["path"])
        except Exception as error:  # noqa: BLE001 the border of the service: nothing may leave it unanswered
            refusal = as_refusal(error)
            _log_refusal(scope, refusal, error)
            await refusal_response(refusal)(scope, receive, send)
