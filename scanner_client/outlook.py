"""What a supervisor may ask the ledger beside the exchange of work: how the site's terminals stand, and a dry run.

The picture of the terminals is also fetched when the line comes up and every few minutes while it is up, so that there
is one to show when the network fails; and this terminal says of itself that it stays offline, as it goes.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from scanner_client.logs import log
from scanner_client.ports import StoreError
from scanner_client.status import standing_in
from scanner_client.told import Picture, Trial
from sync.faults import SyncFault
from sync.wire.service import DryRunReply, StandingReport, StandingsReply

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner_client.exchange import StoreExchange
    from scanner_client.store import StoreThread
    from sync.wire.messages import SyncRequest

REFRESH_SECONDS = 300.0


class Line(Protocol):
    """`sync.shell.LedgerLine`. Both raise SyncFault."""

    async def standing(self, report: StandingReport) -> StandingsReply: ...
    async def dry_run(self, request: SyncRequest) -> DryRunReply: ...


class Outlook:
    """Belongs to the event loop of the conversation. `now`: UTC, as operations carry it."""

    def __init__(
        self, line: Line, thread: StoreThread, exchange: StoreExchange, program: str, now: Callable[[], str]
    ) -> None:
        self._line, self._thread, self._exchange = line, thread, exchange
        self._program, self._now = program, now
        self._wanted = asyncio.Event()
        self._online = False

    def line_changed(self, *, online: bool) -> None:
        if online and not self._online:
            self._wanted.set()
        self._online = online

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self._wanted.wait()
            except TimeoutError:
                if not self._online:
                    continue
            self._wanted.clear()
            await self.look()

    async def look(self) -> None:
        """Say how this terminal stands, and hear of the others. Without an answer the picture there is stays."""
        try:
            told = await self._line.standing(await self._thread.run(self._report))
            await self._thread.run(lambda: self._keep_picture(told))
        except (SyncFault, StoreError) as error:
            log("terminals not heard of", logging.WARNING, said=str(error))

    async def try_out(self, token: str) -> Trial | None:
        """The dry run that answers this question, kept; None where it could not be kept."""
        try:
            told = await self._line.dry_run(await self._exchange.trial())
            trial = Trial(token=token, at=self._now(), told=told)
        except SyncFault as fault:
            log("no dry run", logging.WARNING, said=str(fault))
            trial = Trial(token=token, at=self._now(), fault=str(fault))
        try:
            await self._thread.run(lambda: self._keep_trial(trial))
        except StoreError as error:
            log("dry run not kept", logging.WARNING, said=str(error))
            return None
        return trial

    # --- in the store's thread

    def _report(self) -> StandingReport:
        with self._thread.store.reading() as tx:
            standing = standing_in(tx)
            return StandingReport(terminal=tx.terminal, at=self._now(), program=self._program, standing=standing)

    def _keep_picture(self, told: StandingsReply) -> None:
        with self._thread.store.step() as tx:
            if told.ledger_id == tx.ledger_id:
                tx.put_picture(Picture(at=self._now(), told=told))

    def _keep_trial(self, trial: Trial) -> None:
        with self._thread.store.step() as tx:
            tx.put_trial(trial)
