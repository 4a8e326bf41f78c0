"""A terminal in use: its disk, the sync machine over it, and the little that `sync.shell` does around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from simulator.memory_terminal import MemoryTerminal
from simulator.network import Answer
from simulator.patience import Patience
from simulator.server import Waiter

from scanner_client.ports import NewOperation, StoreError
from sync.core.absorb import absorb
from sync.core.machine import (
    Action,
    Answered,
    Appended,
    Event,
    Failed,
    Machine,
    Mode,
    Phase,
    Send,
    SetTimer,
    Started,
    StopWatching,
    TimerRang,
    Trouble,
    Watch,
    Watched,
    WatchFailed,
)
from sync.core.offer import Sent, compose
from sync.core.terminal import TerminalTransaction
from sync.wire.messages import SyncReply

if TYPE_CHECKING:
    from simulator.world import World

T = TypeVar("T")
LONG_POLL = 25.0


class DiskFull(Exception):
    """The disk took nothing of the transaction."""


class PowerCut(Exception):
    """The terminal went dark in the middle of a transaction."""


class Device:
    """`name` is the thing in a hand; a clone answers to the same terminal id under a name of its own."""

    def __init__(self, world: World, name: str, store: MemoryTerminal) -> None:
        self.world, self.name, self.store = world, name, store
        self.machine: Machine | None = None
        self.mode = Mode.AUTOMATIC
        self.disk_full = False
        self.cut_power = False
        self.confirmed: list[str] = []
        """Ids of what was confirmed on this device, oldest first: what its people may want to undo."""
        self._life = 0
        self._watch = 0
        self._patience = Patience()

    @property
    def running(self) -> bool:
        return self.machine is not None

    @property
    def phase(self) -> Phase | None:
        """Where its conversation with the ledger stands; None while it is switched off."""
        return self.machine.phase if self.machine else None

    # --- its life

    def start(self) -> None:
        self._life += 1
        self.machine = Machine(mode=self.mode)
        self._patience = Patience()
        self.handle(Started())

    def stop(self) -> None:
        """Power off: the machine and everything under way is forgotten, the disk stays."""
        self._life += 1
        self.machine = None
        self.world.lose_power(self.store)

    def handle(self, event: Event) -> None:
        if self.machine is None:
            return
        self._patience.hear(event)
        for action in self.machine.handle(event, self.world.random.random()):
            self._carry_out(action)

    def _alive(self, act: Callable[..., None]) -> Callable[..., None]:
        """The same act, unless the program has been stopped in the meantime."""
        life = self._life

        def guarded(*given: object) -> None:
            if life == self._life:
                act(*given)

        return guarded

    def _carry_out(self, action: Action) -> None:
        match action:
            case Send():
                self._send(action)
            case Watch():
                self._start_watching()
            case StopWatching():
                self._watch += 1
            case SetTimer():
                self._patience.allows(action.seconds)
                ring = self._alive(lambda: self.handle(TimerRang(action.number)))
                self.world.clock.after(action.seconds, ring)

    # --- a round trip

    def _send(self, action: Send) -> None:
        with self.store.transaction() as tx:
            composed = compose(
                tx, have_seq=action.have_seq, gaps=action.gaps, limits=action.limits, now=self.world.clock.stamp()
            )
        self.world.sees_request(self, composed.request)
        self.world.network.post(
            self.name,
            self.world.written(composed),
            self.world.route().serve,
            self._alive(lambda answer: self._receive(composed.sent, answer)),
            self._alive(lambda answer: self._receive_late(composed.sent, answer)),
        )

    def _receive(self, sent: Sent, answer: Answer) -> None:
        reply = self.world.understood(answer)
        if isinstance(reply, Failed):
            self.handle(reply)
        else:
            self._store_reply(sent, reply, tell_machine=True)

    def _receive_late(self, sent: Sent, answer: Answer) -> None:
        """An answer nobody waits for any more. Should it reach the disk all the same, it must do no harm."""
        reply = self.world.understood(answer)
        if not isinstance(reply, Failed):
            self.world.told_late |= {outcome.id for outcome in reply.outcomes}
            self._store_reply(sent, reply, tell_machine=False)

    def _store_reply(self, sent: Sent, reply: SyncReply, *, tell_machine: bool) -> None:
        new_epoch, before = self.world.new_id(), self.store.state
        try:
            result = self._commit(lambda tx: absorb(tx, sent, reply, new_epoch=new_epoch))
        except DiskFull:
            if tell_machine:
                self.handle(Failed(Trouble.STORE))
            return
        except PowerCut:
            self.world.note(self.name, "goes dark while it stores a reply")
            self.world.struck("kill_terminal_in_transaction", [self])
            self.world.disasters.reboot(self)
            return
        self.world.checks.epochs(self, before, sent, reply)
        self.world.note(self.name, f"{result.verdict} have={result.have_seq} more={result.more} forked={result.forked}")
        self.world.sees_commit(self)
        if tell_machine:
            self.handle(Answered(result))

    def _commit(self, act: Callable[[TerminalTransaction], T]) -> T:
        before = self.store.state
        with self.store.transaction() as tx:
            result = act(tx)
            if self.disk_full:
                self.world.struck("full_disk", [self])
                raise DiskFull
            if self.cut_power:
                self.cut_power = False
                raise PowerCut
        self.world.checks.cursors(self, before)
        return result

    # --- the long poll

    def _start_watching(self) -> None:
        self._watch += 1
        number = self._watch

        def current(act: Callable[[], None]) -> Callable[[], None]:
            return self._alive(lambda: act() if number == self._watch else None)

        server = self.world.route()
        delay = self.world.network.latency
        if not server.up or self.world.network.is_cut(self.name):
            self.world.clock.after(delay(), current(lambda: self._end_watch(WatchFailed(Trouble.UNREACHABLE))))
            return
        news, broken = (
            current(lambda: self._end_watch(Watched(True))),
            current(lambda: self._end_watch(WatchFailed(Trouble.UNREACHABLE))),
        )
        with self.store.transaction() as tx:
            cursors = [tx.shadow(feed) or tx.cursor(feed) for feed in tx.feeds()]
        server.watch(Waiter(cursors, lambda good: self.world.clock.after(delay(), news if good else broken)))
        self.world.clock.after(LONG_POLL, current(lambda: self._end_watch(Watched(False))))

    def _end_watch(self, event: Event) -> None:
        self._watch += 1
        self.handle(event)

    # --- work

    def confirm(self, new: NewOperation) -> str | None:
        """Keep one operation as the flow does. Its id, or None where it was not confirmed."""
        if self.disk_full:
            self.world.struck("full_disk", [self])
            return None
        if self.cut_power:
            self.cut_power = False
            self.world.note(self.name, "goes dark before it confirms")
            self.world.struck("kill_terminal_in_transaction", [self])
            self.world.disasters.reboot(self)
            return None
        try:
            id = self.store.append(new)
        except StoreError:
            return None  # its store refuses it, and says so to whoever scanned
        self.confirmed.append(id)
        self.world.sees_confirmed(self, id)
        self.handle(Appended())
        return id
