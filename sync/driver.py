"""Runs the machine of `sync.core`: carries out its actions on an event loop and feeds it what comes of them.

The store's work is done elsewhere (`Exchange`); clock and randomness come in as arguments. Whatever fails becomes an
event, so that no fault can end the loop or leave a queue waiting once its cause is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from msgspec import Struct

from sync.core.absorb import Absorbed, Verdict
from sync.core.machine import (
    Action,
    Answered,
    Appended,
    Event,
    Failed,
    Machine,
    Mode,
    ModeChosen,
    Phase,
    Send,
    SetTimer,
    Started,
    StopWatching,
    SyncNow,
    TimerRang,
    Trouble,
    Watch,
    Watched,
    WatchFailed,
)
from sync.core.offer import Sent
from sync.faults import SyncFault
from sync.wire.messages import SyncReply, SyncRequest
from sync.wire.operation import Cursor
from sync.wire.service import WaitReply

SHORTEST_WATCH_SECONDS = 1.0
"""A long poll that brings no news takes at least this long, whoever answers it and how fast."""

_SAID_OF = {
    Verdict.FOREIGN: "Another ledger answers at this address: correct the address in config.toml.",
    Verdict.TWO_LEDGERS: "Two ledgers answer in turn, or an old copy of one was put back: tell the administrator.",
}


class Exchange(Protocol):
    """The terminal's side of a round trip, each one transaction of its store. All raise SyncFault."""

    async def compose(self, send: Send) -> tuple[SyncRequest, Sent]: ...
    async def absorb(self, sent: Sent, reply: SyncReply) -> Absorbed: ...
    async def cursors(self) -> tuple[str, Sequence[Cursor]]:
        """This terminal's id, and where it stands in each feed."""


class Line(Protocol):
    """`sync.shell.LedgerLine`. All raise SyncFault."""

    async def exchange(self, request: SyncRequest) -> SyncReply: ...
    async def wait(self, terminal: str, cursors: Sequence[Cursor]) -> WaitReply: ...


class LineState(Struct, frozen=True):
    """What people are told. Who chose to stay offline is not online, whatever an exchange asked for has shown.

    `said` is the sentence of the last fault and `reason` the ledger's word for it, both empty while all is well."""

    mode: Mode
    online: bool
    trouble: Trouble | None
    said: str = ""
    reason: str = ""


class Driver:
    """One terminal's conversation with its ledger. All methods belong to the event loop that runs it.

    `jitter` draws from [0, 1). `changed` hears of every change of the line's state; `wrong` of errors nobody expected.
    """

    def __init__(
        self,
        exchange: Exchange,
        line: Line,
        *,
        machine: Machine,
        jitter: Callable[[], float],
        changed: Callable[[LineState], Awaitable[None]],
        wrong: Callable[[Exception], None],
        shortest_watch: float = SHORTEST_WATCH_SECONDS,
    ) -> None:
        self._exchange = exchange
        self._line = line
        self._machine = machine
        self._jitter = jitter
        self._changed = changed
        self._wrong = wrong
        self._shortest_watch = shortest_watch
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asked: list[asyncio.Future[None]] = []
        self._owed: list[asyncio.Future[None]] = []
        self._said = self._reason = ""
        self._ended = False
        self._told: LineState | None = None

    @property
    def state(self) -> LineState:
        machine = self._machine
        online = machine.online and machine.mode is Mode.AUTOMATIC
        return LineState(machine.mode, online, machine.trouble, self._said, self._reason)

    # --- what others ask of it

    async def run(self, stop: asyncio.Event) -> None:
        """Talk to the ledger until `stop` is set. What is under way then is abandoned; the store is whole anyway."""
        self._events.put_nowait(Started())
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                await self._handle_next(stopping)
        finally:
            stopping.cancel()
            await self._abandon(stopping)
            self._ended = True
            self._answer([*self._asked, *self._owed])

    async def run_once(self) -> Trouble | None:
        """One whole exchange, until neither side has anything more or something fails. Returns what failed."""
        self._machine.mode = Mode.OFFLINE
        self._carry_out(self._machine.handle(SyncNow(), self._jitter()))
        while self._machine.phase is not Phase.QUIET:
            await self._handle(await self._events.get())
        await self._abandon()
        return self._machine.trouble

    def appended(self) -> None:
        self._events.put_nowait(Appended())

    def choose_mode(self, mode: Mode) -> None:
        self._events.put_nowait(ModeChosen(mode))

    async def sync_now(self) -> LineState:
        """Ignore the backoff, and wait for the end of the exchange that follows (or of the whole conversation)."""
        if self._ended:
            return self.state
        end = asyncio.get_running_loop().create_future()
        self._asked.append(end)
        self._events.put_nowait(SyncNow())
        await end
        return self.state

    # --- the loop

    async def _handle_next(self, stopping: asyncio.Task[bool]) -> None:
        getting = asyncio.create_task(self._events.get())
        await asyncio.wait((getting, stopping), return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            await self._handle(getting.result())
        else:
            getting.cancel()

    async def _handle(self, event: Event) -> None:
        self._carry_out(self._machine.handle(event, self._jitter()))
        if self.state != self._told:
            self._told = self.state
            await self._changed(self._told)
        if isinstance(event, SyncNow):
            self._owed, self._asked = [*self._owed, *self._asked], []
        if self._machine.phase is not Phase.SENDING:
            self._answer(self._owed)
            self._owed = []

    def _answer(self, waiting: list[asyncio.Future[None]]) -> None:
        for end in waiting:
            if not end.done():
                end.set_result(None)

    def _carry_out(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send():
                    self._start(partial(self._send, action))
                case Watch():
                    self._watch = self._start(self._wait_for_news)
                case StopWatching():
                    if self._watch is not None:
                        self._watch.cancel()
                case SetTimer():
                    ring = TimerRang(action.number)
                    loop = asyncio.get_running_loop()
                    self._timer = loop.call_later(action.seconds, self._events.put_nowait, ring)

    def _start(self, work: Callable[[], Awaitable[Event]]) -> asyncio.Task[None]:
        async def do() -> None:
            self._events.put_nowait(await work())

        task = asyncio.create_task(do())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _send(self, action: Send) -> Event:
        try:
            request, sent = await self._exchange.compose(action)
            reply = await self._line.exchange(request)
            result = await self._exchange.absorb(sent, reply)
        except SyncFault as fault:
            self._said, self._reason = str(fault), fault.reason
            return Failed(fault.trouble, fault.retry_after)
        except Exception as error:  # noqa: BLE001  # a mistake of ours must not end the conversation: tell, and try again
            self._wrong(error)
            return Failed(Trouble.SERVER_ERROR)
        self._said, self._reason = _SAID_OF.get(result.verdict, ""), ""
        return Answered(result)

    async def _wait_for_news(self) -> Event:
        clock = asyncio.get_running_loop().time
        earliest = clock() + self._shortest_watch
        try:
            reply = await self._line.wait(*await self._exchange.cursors())
        except SyncFault as fault:
            self._said, self._reason = str(fault), fault.reason
            return WatchFailed(fault.trouble)
        except Exception as error:  # noqa: BLE001  # as above
            self._wrong(error)
            return WatchFailed(Trouble.SERVER_ERROR)
        if not reply.news:
            await asyncio.sleep(earliest - clock())
        return Watched(news=bool(reply.news))

    async def _abandon(self, *others: asyncio.Task[bool]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *others, return_exceptions=True)
