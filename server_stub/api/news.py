"""News for terminals that wait: which feeds have moved since a terminal last read them.

One task keeps the feed heads of this process's latest look; every long poll compares against them, so a thousand
waiting terminals cost one read per commit. What another process commits to PostgreSQL is seen by looking again at short
intervals while somebody waits: at this rate a notification channel would save nothing and could break unseen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from server_stub.logs import log
from sync.wire.operation import Cursor

RECOVERY_SECONDS = 1.0
Heads = Mapping[str, Cursor]


class News:
    """`look` reads the heads of all feeds. `interval` (seconds) is set where other processes write the same ledger."""

    def __init__(self, look: Callable[[], Awaitable[Heads]], interval: float | None = None) -> None:
        self._look = look
        self._interval = interval
        self._heads: Heads | None = None
        self._stirred = asyncio.Event()
        self._moved = asyncio.Event()
        self._closed = asyncio.Event()
        self.waiting = 0

    def stir(self) -> None:
        """Something may have been committed: look again soon."""
        self._stirred.set()

    def close(self) -> None:
        """Answer everyone who waits, now and from now on, with "no news"."""
        self._closed.set()
        self._stirred.set()
        self._moved.set()

    async def watch(self) -> None:
        """Look whenever stirred, until closed. Runs as a task for the life of the service."""
        while not self._closed.is_set():
            await self._until_stirred()
            self._stirred.clear()
            try:
                heads = await self._look()
            except Exception as error:  # noqa: BLE001 whatever ails the database, terminals get news when it is over
                log().warning("cannot look for news", text=str(error))
                await self._recover()
                continue
            if heads != self._heads:
                self._heads = heads
                self._tell()

    async def _recover(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._interval or RECOVERY_SECONDS):
                await self._closed.wait()
        self._stirred.set()

    async def _until_stirred(self) -> None:
        pause = self._interval if self.waiting else None
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._stirred.wait()

    def _tell(self) -> None:
        self._moved.set()
        if not self._closed.is_set():
            self._moved = asyncio.Event()

    async def wait(self, cursors: Sequence[Cursor], seconds: float) -> list[str]:
        """Feeds whose head is not where the cursor is, at once or as soon as there is one; empty after `seconds`."""
        self.waiting += 1
        self._stirred.set()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while not (moved := self.moved(cursors)) and not self._closed.is_set():
                        await self._moved.wait()
                    return [] if self._closed.is_set() else moved
            return []
        finally:
            self.waiting -= 1

    def moved(self, cursors: Sequence[Cursor]) -> list[str]:
        """A cursor ahead of the head is news too: the ledger was rolled back, perhaps to before the feed's first entry.
        A hash left empty is not compared. Before the first look nothing is known."""
        heads = self._heads
        return [] if heads is None else [cursor.feed for cursor in cursors if _is_elsewhere(cursor, heads)]


def _is_elsewhere(cursor: Cursor, heads: Heads) -> bool:
    head = heads.get(cursor.feed)
    if head is None:
        return cursor.n > 0
    return cursor.n != head.n or bool(cursor.hash and cursor.hash != head.hash)
