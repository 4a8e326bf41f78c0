"""The desk every route works at: the ledger behind its threads, the news, and the places for exchanges in flight.

The event loop never touches the database. SQLite gets one thread, in which its connection lives; PostgreSQL a few.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from starlette.requests import Request

from server_stub.api.news import News
from server_stub.api.refusals import Refusal, busy
from server_stub.api.settings import Settings
from server_stub.api.sightings import Sightings
from server_stub.fleet import Sighting
from server_stub.ports import ServedLedger

T = TypeVar("T")


def ledger_threads(settings: Settings) -> Executor:
    """The threads that own connections. A SQLite ledger is opened in its one thread and used in no other."""
    return ThreadPoolExecutor(settings.threads, thread_name_prefix="ledger")


class Desk:
    def __init__(self, ledger: ServedLedger, settings: Settings, threads: Executor | None) -> None:
        self.ledger = ledger
        self.settings = settings
        self.news = News(lambda: self.run(lambda ledger: ledger.heads()), settings.look_again)
        self._threads = threads or ledger_threads(settings)
        self.in_flight = 0
        self.sightings = Sightings()

    async def run(self, work: Callable[[ServedLedger], T]) -> T:
        """Do the work in a thread that owns a connection."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, self.ledger)

    async def note(self, sighting: Sighting) -> None:
        """A terminal was heard of."""
        if self.sightings.note(sighting):
            await self.run(lambda ledger: self.sightings.keep(ledger, sighting.terminal))

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places for exchanges. Raises a 503 Refusal where all are taken: better there than in a queue."""
        if self.in_flight >= self.settings.max_in_flight:
            raise busy("the ledger has as many exchanges in flight as it takes; the terminal sends this one again")
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1

    async def close(self) -> None:
        """Close the ledger in its thread, after all work under way."""
        self.news.close()
        await self.run(self._leave)
        await asyncio.to_thread(self._threads.shutdown)

    def _leave(self, ledger: ServedLedger) -> None:
        try:
            self.sightings.keep_all(ledger)
        finally:
            ledger.close()


def desk_of(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def bearer(request: Request) -> str:
    """The token of the request. Raises a 401 Refusal where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(401, "wrong_token", "the request carries no token; send it as `Authorization: Bearer TOKEN`")
    return token.strip()
