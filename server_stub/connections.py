"""Connections of the service: what is not HTTP, what does not get on with its request, and how many there may be.

A connection costs a stranger nothing, so one that says nothing, or a letter a minute, must cost the ledger little and
end by itself.
"""

from __future__ import annotations

import asyncio
import resource

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from server_stub.api.refusals import error_body
from server_stub.logs import log

HEAD_SECONDS = 20.0
MANY_FILES = 16 * 1024
"""Files and connections of a process. Systems begin with 1,024, which is one hall's terminals and a few strangers."""


class ServiceProtocol(H11Protocol):
    """One connection. The head of a request must be there `head_seconds` after its first byte, or after the connection
    was made; between two requests uvicorn's own clock runs."""

    head_seconds = HEAD_SECONDS
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    @property
    def clock_runs(self) -> bool:
        """Whether a head is being waited for."""
        return self._clock is not None

    def _watch_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_clock()
        elif self._clock is None:
            self._clock = self.loop.call_later(self.head_seconds, self._end_slow_head)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _end_slow_head(self) -> None:
        log().warning("refused", status=408, reason="slow_head", client=self.client[0] if self.client else "")
        self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What is not even HTTP is refused in our form too."""
        log().warning("refused", status=400, reason="not_http", text=msg)
        body = error_body("not_http", "the request is not HTTP/1.1; check the address and that both sides agree on TLS")
        headers = [("content-type", "application/json"), ("content-length", str(len(body))), ("connection", "close")]
        events = (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage())
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def allow_many_connections() -> None:
    """Let this process have as many open as it is good for, if the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
