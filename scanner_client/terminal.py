"""A terminal at work: its home locked, its store in one thread, its conversation with the ledger in another.

Everything that runs a terminal (the window, a play script, a headless run) opens one of these and closes it at the end.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version

from scanner_client.clock import new_uuid7, utc_now
from scanner_client.control import Answer, Ask, listening
from scanner_client.exchange import StoreExchange
from scanner_client.home import Config, Home
from scanner_client.logs import Log, log
from scanner_client.ports import StoreError
from scanner_client.status import Status, status_in
from scanner_client.store import StoreThread, TerminalStore
from scanner_client.store.identity import Sources
from sync.core.absorb import Absorbed
from sync.core.machine import Machine, Mode
from sync.driver import Driver, LineState
from sync.shell import LedgerLine


class Terminal:
    """`store` is used only inside work given to `thread.submit`. `line_changed` and `rows_changed` are called in the
    conversation's thread; set them before `start`."""

    def __init__(self, home: Home, config: Config, resources: ExitStack) -> None:
        self.home = home
        self.config = config
        self.store = TerminalStore(home.database, Sources(new_uuid7, utc_now))
        self.thread = StoreThread(self.store)
        self.line_changed: Callable[[LineState], None] = lambda _state: None
        self.rows_changed: Callable[[], None] = lambda: None
        self._resources = resources
        self._talk: Conversation | None = None

    @classmethod
    def open(cls, home: Home, *, doing: str) -> Terminal:
        """Take the home. Raises NotEnrolled, HomeBusy (naming who holds it) or HomeError."""
        config = home.config()
        with ExitStack() as resources:
            resources.enter_context(home.locked(doing))
            resources.callback(Log(home.log).close)
            log("opened", doing=doing, terminal=config.terminal, site=config.site)
            return cls(home, config, resources.pop_all())

    @property
    def terminal(self) -> str:
        return self.config.terminal

    @property
    def site(self) -> str:
        return self.config.site

    # --- the conversation with the ledger

    def start(self, *, offline: bool = False) -> None:
        """Begin to talk to the ledger, in the mode last chosen, or only when asked. Raises StoreError or HomeError."""
        mode = Mode.OFFLINE if offline else Mode(self.thread.submit(self._mode).result())
        self._talk = Conversation(self, mode)
        self._talk.start()

    def sync_now(self) -> Future[LineState]:
        """Sync whatever the mode and the backoff; done when that exchange has ended."""
        return self._talking().sync_now()

    def set_mode(self, mode: Mode) -> None:
        """Stay offline or be automatic, from now on and after a restart. Raises StoreError."""
        self.thread.submit(lambda: self._keep_mode(mode)).result()
        if self._talk is not None:
            self._talk.choose_mode(mode)

    def status(self) -> Status:
        """Raises StoreError."""
        return self.thread.submit(self._status).result()

    def close(self) -> None:
        """End the conversation, close the store, give the home free. Safe to call twice."""
        if self._talk is not None:
            self._talk.stop()
            self._talk = None
        self.thread.close()
        log("closed")
        self._resources.close()

    def _talking(self) -> Conversation:
        if self._talk is None:
            raise RuntimeError("start() comes before talking to the ledger")
        return self._talk

    # --- in the store's thread

    def _mode(self) -> str:
        with self.store.step() as tx:
            return tx.mode()

    def _keep_mode(self, mode: Mode) -> None:
        with self.store.step() as tx:
            tx.set_mode(mode)

    def _status(self) -> Status:
        with self.store.step() as tx:
            return status_in(tx, running=True)


class Conversation:
    """The sync loop and the control socket, on an event loop in a thread of their own."""

    def __init__(self, terminal: Terminal, mode: Mode) -> None:
        self._terminal = terminal
        config = terminal.config
        self._line = LedgerLine(config.url, token=terminal.home.read_token(), ca_file=config.ca_file)
        self._driver = Driver(
            StoreExchange(terminal.thread, terminal.home, _program(), self._absorbed),
            self._line,
            machine=Machine(mode=mode),
            jitter=random.random,
            changed=self._changed,
            wrong=self._wrong,
        )
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

    def sync_now(self) -> Future[LineState]:
        return asyncio.run_coroutine_threadsafe(self._driver.sync_now(), self._loop)

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
            try:
                await self._driver.run(self._stop)
            finally:
                await self._line.close()

    # --- what the driver tells

    async def _changed(self, state: LineState) -> None:
        log("line", mode=state.mode, online=state.online, trouble=state.trouble, said=state.said)
        try:
            await self._terminal.thread.run(lambda: self._note_line(state.online))
        except StoreError as error:
            log("line not noted", logging.WARNING, said=str(error))
        self._terminal.line_changed(state)

    def _note_line(self, online: bool) -> None:
        with self._terminal.store.step() as tx:
            tx.note_line(online=online)

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
                state = await self._driver.sync_now()
                return Answer(status=await self._status(), fault=state.said)
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
