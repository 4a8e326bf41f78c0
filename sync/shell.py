"""HTTP to the ledger, and nothing else: the only module that imports httpx.

A reply is a decoded message of `sync.wire`; everything else that can happen is a `sync.faults.SyncFault`. Every request
may be sent twice: the ledger answers what it knows with the outcome it gave. httpx and tenacity are imported when the
first request is made, in a worker thread, so that a program's first frame does not wait for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from sync.answers import packed, read_answer, refusal, seconds
from sync.faults import NotALedger, SyncFault, TimedOut, Unauthorised, Unreachable
from sync.wire.codec import encode
from sync.wire.messages import SyncReply, SyncRequest
from sync.wire.operation import Cursor
from sync.wire.pins import PinChoice, PinsReply
from sync.wire.service import (
    DryRunReply,
    EnrollReply,
    EnrollRequest,
    RegisterRequest,
    StandingReport,
    StandingsReply,
    TokenReply,
    WaitReply,
)

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
P = ParamSpec("P")

REQUEST_SECONDS = 10.0
LONG_POLL_SECONDS = 25.0
"""How long a ledger may hold a long poll; the terminal waits REQUEST_SECONDS longer."""

MANY_OPERATIONS, MANY_BYTES = 50, 32 * 1024
"""From here on the event loop, which draws the screen, leaves encoding and decoding to another thread."""

MAX_REPLY_BYTES = 64 * 1024 * 1024
"""Inflated. No ledger sends this much; a stranger might."""


class LedgerLine:
    """One terminal's way to one ledger. Keeps its connection between requests. Used by one event loop.

    `former_token` is tried where `token` is not accepted: a ledger that was put back knows only the older one.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        former_token: str = "",
        ca_file: str = "",
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._url = url.rstrip("/")
        self._tokens = [one for one in (token, former_token) if one]
        self._ca_file = ca_file
        self._request_seconds = request_seconds
        self._client: httpx.AsyncClient | None = None
        self._answered_before = False

    async def exchange(self, request: SyncRequest) -> SyncReply:
        """`POST /v1/sync`. Raises SyncFault."""
        body = await _aside(len(request.stream.ops), MANY_OPERATIONS, encode, request)
        return await self._ask("POST", "/v1/sync", SyncReply, body=body)

    async def enroll(self, request: EnrollRequest) -> EnrollReply:
        """`POST /v1/terminals/enroll`. Raises SyncFault; Unauthorised where the code is not (or no longer) good."""
        return await self._ask("POST", "/v1/terminals/enroll", EnrollReply, body=encode(request))

    async def register(self, request: RegisterRequest) -> EnrollReply:
        """`POST /v1/terminals/register`. Raises SyncFault; Unauthorised where the ledger knows the terminal."""
        return await self._ask("POST", "/v1/terminals/register", EnrollReply, body=encode(request))

    async def ledger_epoch(self) -> str:
        """The epoch that the ledger names in `GET /health`. Raises SyncFault."""
        return str((await self._ask("GET", "/health", dict)).get("ledger_epoch", ""))

    @property
    def token(self) -> str:
        """The token in use; empty before the enrolment."""
        return self._tokens[0] if self._tokens else ""

    def change_token(self, token: str) -> None:
        """Use this one from now on, and the one in use where it is not accepted."""
        self._tokens = [token, self.token]

    async def next_token(self) -> str:
        """`POST /v1/terminals/token`: a further token; the one in use is good until the new one was used."""
        return (await self._ask("POST", "/v1/terminals/token", TokenReply)).token

    async def wait(self, terminal: str, cursors: Sequence[Cursor]) -> WaitReply:
        """`GET /v1/wait`: returns when a feed has moved past its cursor, or after the ledger's patience."""
        query = {"terminal": terminal, "cursors": encode(list(cursors)).decode()}
        return await self._ask("GET", "/v1/wait", WaitReply, query=query, patience=LONG_POLL_SECONDS)

    async def standing(self, report: StandingReport) -> StandingsReply:
        """`POST /v1/terminals/standing`: say how this terminal stands, and hear of its site's. Raises SyncFault."""
        return await self._ask("POST", "/v1/terminals/standing", StandingsReply, body=encode(report))

    async def dry_run(self, request: SyncRequest) -> DryRunReply:
        """`POST /v1/dry-run`: what would become of this request. Raises SyncFault."""
        body = await _aside(len(request.stream.ops), MANY_OPERATIONS, encode, request)
        return await self._ask("POST", "/v1/dry-run", DryRunReply, body=body)

    async def pins(self) -> PinsReply:
        """`GET /v1/pins`: the verifiers of the operators of this terminal's site. Raises SyncFault."""
        return await self._ask("GET", "/v1/pins", PinsReply)

    async def choose_pin(self, choice: PinChoice) -> PinsReply:
        """`POST /v1/pins`: bring an operator's new PIN. Raises SyncFault; a refusal is part of the answer."""
        return await self._ask("POST", "/v1/pins", PinsReply, body=encode(choice))

    async def health(self) -> None:
        """Raises SyncFault where no ledger answers."""
        await self._ask("GET", "/health", dict)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    # --- one round trip

    async def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        body: bytes = b"",
        query: dict[str, str] | None = None,
        patience: float = 0.0,
    ) -> T:
        headers, content = await _aside(len(body), MANY_BYTES, packed, body)

        async def once() -> bytes:
            return await self._once(method, path, query, headers, content, patience)

        reply = await self._with_a_token(once)
        return await _aside(len(reply), MANY_BYTES, read_answer, self._url, reply, kind)

    async def _with_a_token(self, once: Callable[[], Awaitable[bytes]]) -> bytes:
        """The answer to the token in use or, where that is not accepted, to the other one, which then stays in use."""
        try:
            return await once()
        except Unauthorised:
            if len(self._tokens) < 2:
                raise
            self._tokens.reverse()
            try:
                return await once()
            except SyncFault:
                self._tokens.reverse()
            raise

    async def _once(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None,
        headers: dict[str, str],
        body: bytes,
        patience: float,
    ) -> bytes:
        """The body of the answer to one request. Raises SyncFault."""
        if self._client is None:
            self._client = await asyncio.to_thread(self._make_client)
        if self.token:
            headers = {**headers, "authorization": f"Bearer {self.token}"}
        request = self._request(self._client, method, path, query, headers, body)
        try:
            async with asyncio.timeout(self._request_seconds + patience):
                status, reply, retry_after = await self._send_again_if_stale(request)
        except TimeoutError as error:
            raise TimedOut(f"The ledger at {self._url} did not answer in time; it is asked again.") from error
        self._answered_before = True
        if status != 200:
            raise refusal(self._url, status, reply, retry_after)
        return reply

    def _request(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        query: dict[str, str] | None,
        headers: dict[str, str],
        content: bytes,
    ) -> httpx.Request:
        import httpx  # noqa: PLC0415  # loaded by now

        try:
            return client.build_request(method, self._url + path, params=query, headers=headers, content=content)
        except httpx.InvalidURL as error:
            raise Unreachable(
                f"{self._url} is not an address such as https://ledger.example:8460: correct it."
            ) from error

    def _make_client(self) -> httpx.AsyncClient:
        import ssl  # noqa: PLC0415  # with httpx, after the first frame

        import httpx  # noqa: PLC0415  # 80 ms that the first frame does not wait for

        try:
            tls = ssl.create_default_context(cafile=self._ca_file or None) if self._url.startswith("https") else False
        except OSError as error:
            raise Unreachable(
                f"The file of certificates {self._ca_file} cannot be read: correct `ca_file` in config.toml."
            ) from error
        headers = {"accept-encoding": "gzip"}
        # Each request has its own limit for the whole of it; this one is httpx's, for each step. The proxy settings of
        # the surroundings are not for a scanner on a warehouse floor.
        longest = self._request_seconds + LONG_POLL_SECONDS
        return httpx.AsyncClient(verify=tls, headers=headers, timeout=longest, trust_env=False)

    async def _send_again_if_stale(self, request: httpx.Request) -> tuple[int, bytes, float]:
        """A server may close a kept connection just as a request goes out; that one is repeated at once, once."""
        import httpx  # noqa: PLC0415  # loaded by now
        import tenacity  # noqa: PLC0415  # with httpx

        def stale(error: BaseException) -> bool:
            hung_up = isinstance(error, httpx.ReadError | httpx.WriteError) or (
                isinstance(error, httpx.RemoteProtocolError) and "without sending a response" in str(error)
            )
            return hung_up and self._answered_before

        again = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(stale), stop=tenacity.stop_after_attempt(2), reraise=True
        )
        try:
            return await again(self._send, request)
        except httpx.HTTPError as error:
            raise self._line_fault(error) from error

    async def _send(self, request: httpx.Request) -> tuple[int, bytes, float]:
        """Status, inflated body, seconds to wait as the ledger asked."""
        assert self._client is not None
        response = await self._client.send(request, stream=True)
        try:
            parts: list[bytes] = []
            size = 0
            async for part in response.aiter_bytes():
                size += len(part)
                if size > MAX_REPLY_BYTES:
                    raise NotALedger(f"What answers at {self._url} sends without end; check the address.")
                parts.append(part)
        finally:
            await response.aclose()
        return response.status_code, b"".join(parts), seconds(response.headers.get("retry-after", ""))

    # --- what went wrong on the line

    def _line_fault(self, error: httpx.HTTPError) -> SyncFault:
        import httpx  # noqa: PLC0415  # loaded by now

        match error:
            case httpx.TimeoutException():
                return TimedOut(f"The ledger at {self._url} did not answer in time; it is asked again.")
            case httpx.RemoteProtocolError() | httpx.DecodingError() if self._cut_short(error):
                return NotALedger(f"The answer from {self._url} was cut short; it is asked for again.")
            case _:
                return Unreachable(f"The ledger at {self._url} cannot be reached: check the network, or its address.")

    def _cut_short(self, error: httpx.HTTPError) -> bool:
        return "without sending a response" not in str(error)


async def _aside(size: int, many: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """In a worker thread where there is much to do; handing over what is done in no time would take longer."""
    return await asyncio.to_thread(work, *args, **kwargs) if size >= many else work(*args, **kwargs)
