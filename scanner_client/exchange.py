"""The terminal's side of a round trip with the ledger: each step one transaction, done in the store's thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from scanner_client.clock import new_epoch, utc_now
from scanner_client.home import Home, HomeError
from scanner_client.keys import TerminalKey, read_key
from scanner_client.logs import log
from scanner_client.ports import StoreError
from scanner_client.status import standing_in
from scanner_client.store import StoreThread
from sync.core.absorb import Absorbed, Verdict, absorb
from sync.core.machine import Send
from sync.core.offer import Composed, Sent, compose, with_signature
from sync.faults import StoreFailed
from sync.wire.limits import MAX_DRY_RUN
from sync.wire.messages import Limits, SyncReply, SyncRequest
from sync.wire.operation import Cursor

T = TypeVar("T")


class StoreExchange:
    """Implements `sync.driver.Exchange`. `absorbed` hears, in the event loop, of each reply that was stored."""

    def __init__(self, thread: StoreThread, home: Home, program: str, absorbed: Callable[[Absorbed], None]) -> None:
        self._thread = thread
        self._home = home
        self._program = program
        self._absorbed = absorbed
        self._key: TerminalKey | None = None

    async def compose(self, send: Send) -> tuple[SyncRequest, Sent]:
        key = await self._signing_key()
        return await self._stored(lambda: self._compose(send, key))

    async def absorb(self, sent: Sent, reply: SyncReply) -> Absorbed:
        result = await self._stored(lambda: self._absorb(sent, reply))
        self._absorbed(result)
        return result

    async def trial(self) -> SyncRequest:
        """The request of a dry run: what has no answer, as far as one may hold."""
        key = await self._signing_key()
        return await self._stored(lambda: self._trial(key))

    async def cursors(self) -> tuple[str, Sequence[Cursor]]:
        return await self._stored(self._cursors)

    async def _signing_key(self) -> TerminalKey:
        """Read once, and not in the store's thread: what it takes to read it would keep a scan waiting."""
        if self._key is None:
            try:
                self._key = await asyncio.to_thread(read_key, self._home.key)
            except HomeError as error:
                raise StoreFailed(str(error)) from error
        return self._key

    async def _stored(self, work: Callable[[], T]) -> T:
        try:
            return await self._thread.run(work)
        except StoreError as error:
            raise StoreFailed(str(error)) from error

    # --- in the store's thread

    def _compose(self, send: Send, key: TerminalKey) -> tuple[SyncRequest, Sent]:
        """Only reads, so that a terminal whose disk is full or read-only can still hand its queue over."""
        with self._thread.store.reading() as tx:
            composed = compose(
                tx,
                have_seq=send.have_seq,
                gaps=send.gaps,
                limits=send.limits,
                now=utc_now(),
                program=self._program,
                standing=standing_in(tx),
            )
        self._note_sent(composed)
        return with_signature(composed.request, key.sign(composed.statement)), composed.sent

    def _trial(self, key: TerminalKey) -> SyncRequest:
        with self._thread.store.reading() as tx:
            composed = compose(
                tx,
                have_seq=None,
                gaps=(),
                limits=Limits(push=MAX_DRY_RUN, pull=1),
                now=utc_now(),
                program=self._program,
                standing=standing_in(tx),
            )
        return with_signature(composed.request, key.sign(composed.statement))

    def _note_sent(self, composed: Composed) -> None:
        links = composed.request.stream.links
        if not links:
            return
        try:
            with self._thread.store.step() as tx:
                tx.note_sent(links[-1].seq)
        except StoreError as error:
            log("sending not noted", logging.WARNING, said=str(error))

    def _absorb(self, sent: Sent, reply: SyncReply) -> Absorbed:
        with self._thread.store.sync_transaction() as tx:
            result = absorb(tx, sent, reply, new_epoch=new_epoch())
            if result.verdict is Verdict.ABSORBED:
                tx.note_answer(reply.at, _ends(reply))
                tx.end_trouble()
            return result

    def _cursors(self) -> tuple[str, Sequence[Cursor]]:
        with self._thread.store.reading() as tx:
            return tx.terminal, [tx.shadow(feed) or tx.cursor(feed) for feed in tx.feeds()]


def _ends(reply: SyncReply) -> list[Cursor]:
    """Where the feeds stand that the ledger had nothing more of."""
    complete = (page for page in reply.pages if not page.more and not page.resync)
    return [Cursor(feed=page.feed, n=page.n, hash=page.hash) for page in complete]
