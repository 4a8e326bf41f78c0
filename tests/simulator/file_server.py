"""The service as it really is, in this thread: each request runs through the ASGI application to its end, at once.

Time does not pass meanwhile; the simulated network does the waiting, the losing and the spoiling.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import httpx
from simulator.file_ledger import FileLedger, Mortal
from simulator.network import Answer
from simulator.server import Died, Server
from starlette.applications import Starlette

from server_stub.api.app import create_app
from server_stub.api.settings import Settings
from server_stub.keys import LedgerKey
from sync.answers import packed, read_answer, refusal
from sync.wire.codec import decode
from sync.wire.messages import SyncReply, SyncRequest

T = TypeVar("T")
URL = "http://ledger.invalid"


class InThisThread(ThreadPoolExecutor):
    """An executor that has done the work by the time it has taken it in."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # whoever waits gets it
            done.set_exception(error)
        return done


def new_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(InThisThread(1))
    return loop


class FileServer(Server):
    """`Server` over a `FileLedger`, whose exchanges go through the service. `loop` is nobody else's."""

    files: FileLedger
    loop: asyncio.AbstractEventLoop
    key: LedgerKey
    service: tuple[Mortal, Starlette] | None = None

    def serve(self, body: bytes) -> Answer | None:
        if not self.up:
            return None
        wanted, dynasty = decode(body, SyncRequest), self.dynasty
        death = self._doom()
        answer = self.loop.run_until_complete(self._post(body, self.files.tokens.get(wanted.terminal, "")))
        self.files.forget()
        if death is not None and self.files.opened.dying:
            self.files.opened.dying = None
            self.on_commit(self)
            self.stop()
            self.files.lose_power()
            self.on_death(self, death.of)
            return None
        return self._told(answer, lambda: dynasty == self.dynasty)

    def _doom(self) -> Died | None:
        """What is to kill the process over this request."""
        doom = None
        if self.die_before_commit:
            self.die_before_commit, doom = False, ("before", Died("kill_ledger_before_commit"))
        elif self.die_after_commit:
            self.die_after_commit, doom = False, ("after", Died("kill_ledger_after_commit"))
        self.files.opened.dying = doom
        return doom[1] if doom else None

    async def _post(self, body: bytes, token: str) -> httpx.Response:
        headers, content = packed(body)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._service()), base_url=URL) as client:
            return await client.post(
                "/v1/sync", content=content, headers={**headers, "authorization": f"Bearer {token}"}
            )

    def _service(self) -> Starlette:
        """The service of this life of the ledger."""
        if self.service is None or self.service[0] is not self.files.opened:
            self.service = (self.files.opened, create_app(self.files.opened, Settings(key=self.key), InThisThread(1)))
        return self.service[1]

    def _told(self, response: httpx.Response, holds: Callable[[], bool]) -> Answer:
        if response.status_code != 200:
            fault = refusal(URL, response.status_code, response.content, 0.0)
            return Answer(response.content, fault.trouble, holds=holds, status=response.status_code)
        self.on_commit(self)
        self.on_reply(self, read_answer(URL, response.content, SyncReply))
        self._tell_waiters()
        return Answer(response.content, holds=holds)

    def start(self) -> None:
        if not self.up:
            self.files.lose_power()
        super().start()
