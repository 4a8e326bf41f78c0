"""The office's routes: `GET /v1/items|orders|tasks|stock|operations|conflicts|operators` and the other lists.

`?limit=` rows a page, `?after=` from the page before, any of the list's own filters. Read with a terminal's token or
one from `ledger token add`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import admit
from server_stub.api.desk import bearer, desk_of
from server_stub.api.refusals import malformed
from server_stub.api.replies import reply
from server_stub.keys import from_base64url, to_base64url
from server_stub.listings import MAX_PAGE, ListReply, filters_of, page
from server_stub.ports import ServedLedger

DEFAULT_PAGE = 100


def list_route(name: str) -> Callable[[Request], Awaitable[Response]]:
    """The handler of one list."""

    async def show(request: Request) -> Response:
        token, query = bearer(request), dict(request.query_params)
        count, after = _count(query.pop("limit", str(DEFAULT_PAGE))), _after(query.pop("after", ""))
        _check_filters(name, query)
        answer = await desk_of(request).run(lambda ledger: _read(ledger, token, name, query, after, count))
        return await reply(request, answer)

    return show


def _read(ledger: ServedLedger, token: str, name: str, equal: Mapping[str, str], after: str, count: int) -> ListReply:
    ledger.registry(lambda registry: admit(registry, token))
    found = page(ledger, name, equal, after, count)
    return msgspec.structs.replace(found, next=to_base64url(found.next.encode()))


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PAGE:
        raise malformed(f"`limit` is {text[:20]!r}; a page has 1 to {MAX_PAGE} rows")
    return int(text)


def _after(text: str) -> str:
    try:
        return from_base64url(text).decode()
    except ValueError as error:
        raise malformed("`after` is not the `next` of a page; begin again without it") from error


def _check_filters(name: str, query: Mapping[str, str]) -> None:
    unknown = sorted(set(query) - set(filters_of(name)))
    if unknown:
        known = ", ".join(filters_of(name))
        raise malformed(f"{name} cannot be filtered by {unknown[0][:40]!r}; they can by {known}")
