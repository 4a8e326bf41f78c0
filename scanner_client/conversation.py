"""A terminal's conversation with its ledger: the sync loop and the control socket, in a thread of their own.

Loaded when a terminal begins to talk, so that a window's first frame does not wait for it.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from scanner_client.clock import utc_now
from scanner_client.control import Answer, Ask, listening
from scanner_client.core.events import ChoosePin
from scanner_client.exchange import StoreExchange
from scanner_client.logs import log
from scanner_client.outlook import Outlook
from scanner_client.pins import PinKeeping
from scanner_client.ports import StoreError
from scanner_client.status import Status
from scanner_client.tokens import RenewingLine
from scanner_client.told import Trial
from sync.core.absorb import Absorbed
from sync.core.machine import Machine, Mode
from sync.driver import Driver, LineState
from sync.shell import LedgerLine

if TYPE_CHECKING:
    from scanner_client.terminal import Terminal


NOT_KEPT = "The disk does not take the answer: free space, then ask again."
REVOKED = "revoked"
"""The ledger's word for a terminal that was shut out for good."""


class Conversation:
    """The sync loop and the control socket, on an event loop in a thread of their own."""

    def __init__(self, terminal: Terminal, mode: Mode) -> None:
        self._terminal = terminal
        config, home = terminal.config, terminal.home
        self._line = LedgerLine(
            config.url, token=home.read_token(), former_token=home.read_former_token(), ca_file=config.ca_file
        )
        exchange = StoreExchange(terminal.thread, home, _program(), self._absorbed)
        self._driver = Driver(
            exchange,
            RenewingLine(self._line, home, terminal.thread, utc_now),
            machine=Machine(mode=mode),
            jitter=random.random,
            changed=self._changed,
            wrong=self._wrong,
        )
        self._pins = PinKeeping(self._line, terminal.thread)
        self._outlook = Outlook(self._line, terminal.thread, exchange, _program(), utc_now)
        self._thread = threading.Thread(target=self._run, name="sync")
        self._started: Future[None] = Future()
        self._stop = asyncio.Event()
        self._loop = asyncio.new_event_loop()

    def start(self) -> None:
        self._terminal.store.appended = lambda: self._post(self._driver.appended)
        self._thread.start()
        self._started.result()

    def stop(self) -> None:
        self._terminal.store.appended = lambda: None
        self._post(self._stop.set)
        self._thread.join()

    def choose_mode(self, mode: Mode) -> None:
        self._post(self._driver.choose_mode, mode)
        if mode is Mode.OFFLINE:
            self.look_around()

    def sync_now(self) -> Future[LineState]:
        return asyncio.run_coroutine_threadsafe(self._sync_now(), self._loop)

    def look_around(self) -> Future[None]:
        """Say how this terminal stands, and hear of the others of its site."""
        return asyncio.run_coroutine_threadsafe(self._outlook.look(), self._loop)

    def try_out(self, token: str) -> Future[Trial | None]:
        """A dry run, kept as the answer to this question."""
        return asyncio.run_coroutine_threadsafe(self._outlook.try_out(token), self._loop)

    def choose_pin(self, wanted: ChoosePin) -> Future[str]:
        """Bring a new PIN to the ledger: kept, refused or unreachable."""
        return asyncio.run_coroutine_threadsafe(self._pins.choose(wanted), self._loop)

    async def _sync_now(self) -> LineState:
        state = await self._driver.sync_now()
        if state.trouble is None:
            await self._pins.refresh()
        return state

    def _post(self, work: Callable[..., None], *arguments: object) -> None:
        self._loop.call_soon_threadsafe(work, *arguments)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._talk())
        except Exception as error:
            if self._started.done():
                self._wrong(error)
                raise
            self._started.set_exception(error)

    async def _talk(self) -> None:
        async with listening(self._terminal.home.control, self._answer):
            self._started.set_result(None)
            keeping = [asyncio.create_task(one.run()) for one in (self._pins, self._outlook)]
            try:
                await self._driver.run(self._stop)
            finally:
                for one in keeping:
                    one.cancel()
                await asyncio.wait(keeping)
                await self._line.close()

    # --- what the driver tells

    async def _changed(self, state: LineState) -> None:
        log("line", mode=state.mode, online=state.online, trouble=state.trouble, said=state.said)
        try:
            await self._terminal.thread.run(lambda: self._note_line(state))
        except StoreError as error:
            log("line not noted", logging.WARNING, said=str(error))
        self._pins.line_changed(online=state.online)
        self._outlook.line_changed(online=state.online)
        self._terminal.line_changed(state)

    def _note_line(self, state: LineState) -> None:
        with self._terminal.store.step() as tx:
            tx.note_line(online=state.online)
            if state.trouble is not None:
                tx.note_trouble(state.reason if state.reason == REVOKED else state.trouble, state.said)

    def _absorbed(self, result: Absorbed) -> None:
        if result.forked:
            log("stream forked", logging.WARNING)
        if result.progress:
            self._terminal.rows_changed()

    def _wrong(self, error: Exception) -> None:
        log("unexpected", logging.ERROR, error)

    async def _answer(self, asked: Ask) -> Answer:
        match asked.do:
            case "status":
                return Answer(status=await self._status())
            case "sync":
                state = await self._sync_now()
                return Answer(status=await self._status(), fault=state.said)
            case "dry_run":
                trial = await self._outlook.try_out(asked.token)
                return Answer(fault=trial.fault) if trial else Answer(error=NOT_KEPT)
            case "mode" if asked.mode in set(Mode):
                await asyncio.to_thread(self._terminal.set_mode, Mode(asked.mode))
                return Answer(status=await self._status())
            case _:
                return Answer(error=f"this program does not know how to do {asked.do!r}")

    async def _status(self) -> Status:
        return await asyncio.to_thread(self._terminal.status)


def _program() -> str:
    """The version that requests name; empty in a checkout that is not installed."""
    try:
        return version("scanner-client")
    except PackageNotFoundError:
        return ""
