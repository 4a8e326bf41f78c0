"""The office's routes: `GET /v1/terminals|items|orders|tasks|stock|operations|conflicts|operators|flows` and others.

`?limit=` rows a page, `?after=` from the page before, any of the list's own filters. Read with a terminal's token or
one from `ledger token add`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import admit
from server_stub.api.asked import query_of
from server_stub.api.desk import Desk, bearer, desk_of
from server_stub.api.refusals import malformed
from server_stub.api.replies import reply
from server_stub.fleet import terminal_lines
from server_stub.flows import flow_lines
from server_stub.keys import from_base64url, to_base64url
from server_stub.listings import MAX_PAGE, ListReply, filters_of, page, page_of
from server_stub.ports import ServedLedger

DEFAULT_PAGE = 100


Read = Callable[[Desk, ServedLedger, Mapping[str, str], str, int], ListReply]
"""Reads one page: filters, the key it comes behind, and how many rows it has. Called in the ledger's thread."""


def list_route(name: str) -> Callable[[Request], Awaitable[Response]]:
    """The handler of one list."""
    read = _OTHERS.get(name) or _rows_of(name)

    async def show(request: Request) -> Response:
        token, query, desk = bearer(request), query_of(request), desk_of(request)
        count, after = _count(query.pop("limit", str(DEFAULT_PAGE))), _after(query.pop("after", ""))
        _check_filters(name, query)

        def answered(ledger: ServedLedger) -> ListReply:
            ledger.registry(lambda registry: admit(registry, token))
            found = read(desk, ledger, query, after, count)
            return msgspec.structs.replace(found, next=to_base64url(found.next.encode()))

        return await reply(request, await desk.run(answered))

    return show


def _rows_of(name: str) -> Read:
    def read(_desk: Desk, ledger: ServedLedger, equal: Mapping[str, str], after: str, count: int) -> ListReply:
        return page(ledger, name, equal, after, count)

    return read


def _terminals(desk: Desk, ledger: ServedLedger, equal: Mapping[str, str], after: str, count: int) -> ListReply:
    """With what this process has heard since it last kept it."""
    newer, now = desk.sightings.newest(), datetime.now(UTC)
    found = ledger.registry(lambda registry: terminal_lines(registry, now, newer))
    return page_of(found, "terminal", equal, after, count)


def _flows(_desk: Desk, _ledger: ServedLedger, equal: Mapping[str, str], after: str, count: int) -> ListReply:
    return page_of(flow_lines(), "name", equal, after, count)


_OTHERS: dict[str, Read] = {"terminals": _terminals, "flows": _flows}


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PAGE:
        raise malformed(f"`limit` is {text[:20]!r}; a page has 1 to {MAX_PAGE} rows")
    return int(text)


_NO_PLACE = "`after` is not the `next` of a page; begin again without it"


def _after(text: str) -> str:
    try:
        after = from_base64url(text).decode()
    except ValueError as error:
        raise malformed(_NO_PLACE) from error
    if "\x00" in after:
        raise malformed(_NO_PLACE)
    return after


def _check_filters(name: str, query: Mapping[str, str]) -> None:
    unknown = sorted(set(query) - set(filters_of(name)))
    if unknown:
        known = ", ".join(filters_of(name))
        raise malformed(f"{name} cannot be filtered by {unknown[0][:40]!r}; they can by {known}")
