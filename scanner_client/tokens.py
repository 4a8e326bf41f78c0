"""The terminal's token, renewed by itself, so that an old copy of a home is soon no key to the ledger any more.

The old token is good until the new one was used once, and it stays beside it: wherever this stops (the answer lost, the
power gone), one of the two opens the ledger, and the renewal begins again. The clock decides only when.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from scanner_client.home import Home
from scanner_client.logs import log
from scanner_client.ports import StoreError
from scanner_client.registration import RegisteringLine, registered_again
from scanner_client.store import StoreThread
from sync.faults import SyncFault, Unauthorised
from sync.wire.messages import SyncReply, SyncRequest
from sync.wire.operation import Cursor
from sync.wire.service import WaitReply

RENEW_AFTER = timedelta(days=30)
LOOK_AGAIN = timedelta(hours=1)
REGISTER_AGAIN = timedelta(minutes=10)


class TokenLine(RegisteringLine, Protocol):
    """`sync.shell.LedgerLine`. What is asked of the ledger raises SyncFault."""

    async def next_token(self) -> str: ...
    async def exchange(self, request: SyncRequest) -> SyncReply: ...
    async def wait(self, terminal: str, cursors: Sequence[Cursor]) -> WaitReply: ...


class RenewingLine:
    """A ledger's line whose token is renewed behind a good exchange. Implements `sync.driver.Line`.

    `now` gives the time in UTC as text. What hinders a renewal hinders nothing else.
    """

    def __init__(self, line: TokenLine, home: Home, thread: StoreThread, now: Callable[[], str]) -> None:
        self._line = line
        self._home = home
        self._thread = thread
        self._now = now
        self._newest = line.token
        self._looked_at: datetime | None = None
        self._tried_at: datetime | None = None

    async def exchange(self, request: SyncRequest) -> SyncReply:
        try:
            reply = await self._line.exchange(request)
        except Unauthorised as fault:
            if not self._is_time_to_register() or not await registered_again(self._line, self._home, fault):
                raise
            self._newest = self._line.token
            reply = await self._line.exchange(request)
        await self._look_after_token()
        return reply

    def _is_time_to_register(self) -> bool:
        """At most once in a while: a ledger that refuses goes on refusing."""
        now, before = datetime.fromisoformat(self._now()), self._tried_at
        if before is not None and timedelta(0) <= now - before < REGISTER_AGAIN:
            return False
        self._tried_at = now
        return True

    async def wait(self, terminal: str, cursors: Sequence[Cursor]) -> WaitReply:
        return await self._line.wait(terminal, cursors)

    async def _look_after_token(self) -> None:
        """Renew the token if it is old, at most once an hour."""
        at = self._now()
        now = datetime.fromisoformat(at)
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < LOOK_AGAIN:
            return
        self._looked_at = now
        try:
            if await self._thread.run(lambda: self._is_old(at)) or self._line.token != self._newest:
                await self._renew(at)
        except (SyncFault, StoreError, OSError) as error:
            log("token not renewed", logging.WARNING, said=str(error))

    async def _renew(self, at: str) -> None:
        """The new token is on the disk, beside the one in use, before it is used."""
        former, token = self._line.token, await self._line.next_token()
        await asyncio.to_thread(self._home.write_token, token, former)
        self._line.change_token(token)
        self._newest = token
        await self._thread.run(lambda: self._note(at))
        log("token renewed")

    # --- in the store's thread

    def _is_old(self, at: str) -> bool:
        with self._thread.store.step() as tx:
            since, now = tx.token_since(), datetime.fromisoformat(at)
            if since and datetime.fromisoformat(since) <= now:
                return now - datetime.fromisoformat(since) >= RENEW_AFTER
            tx.note_token(at)  # its age is not known, or the clock was set back: it counts from here
            return False

    def _note(self, at: str) -> None:
        with self._thread.store.step() as tx:
            tx.note_token(at)
