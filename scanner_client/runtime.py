"""The runtime: an event in, the engine's commands executed in order, signal and view out.

All of one event happens in one transaction of the store, in the store's thread: read the facts, step, journal, append,
save the flow state. Only when that is on the disk are signal and view handed out. Where the store cannot keep it,
nothing is confirmed, the state stays as it was, and a full-screen alert says why.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from msgspec import Struct
from msgspec.structs import replace

from scanner_client.core.engine import begin, noted, step
from scanner_client.core.events import (
    Append,
    AskAround,
    CheckPin,
    ChooseMode,
    ChoosePin,
    Command,
    Event,
    Journal,
    News,
    Outward,
    PinChecked,
    Resized,
    Scan,
    Signal,
    SyncNow,
    TryOut,
)
from scanner_client.core.flow import Library
from scanner_client.core.state import Notice, State, StateError, read_state, state_bytes
from scanner_client.core.texts import Texts
from scanner_client.core.values import utc_text
from scanner_client.core.view import Size, Status, View, alert_view, options_shown, view
from scanner_client.facts import StoreFacts
from scanner_client.ports import NewOperation, StepTransaction, Store, StoreError
from scanner_client.times import milliseconds
from sync.wire.claims import ADVISORY_KINDS
from sync.wire.pins import pin_matches

REFUSED = "refused"
LIVE = "live"


class Shown(Struct, frozen=True):
    """What the event left to be heard and seen: signals in order, then the view. `operations`: ids of what was kept by
    it, claims left out; `outward`: what whoever holds the line to the ledger is now to do."""

    view: View
    signals: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    outward: tuple[Outward, ...] = ()


class Surroundings(Struct, frozen=True):
    """What the terminal is told from outside: the connection, the battery."""

    online: bool = True
    since: int = 0
    battery: int = -1


class Runtime:
    """One terminal's flow. Every method but the properties belongs in the store's thread.

    `now`: milliseconds since 1970, UTC. `offset`: local time's distance from UTC, such as +08:00.
    """

    def __init__(
        self,
        store: Store,
        flows: Library,
        texts: Texts,
        *,
        now: Callable[[], int],
        offset: str,
        size: Size,
        language: str,
    ) -> None:
        self._store, self._flows, self._texts = store, flows, texts
        self._now, self._offset = now, offset
        self._size, self._language = size, language
        self._state: State | None = None
        self.surroundings = Surroundings()

    def start(self) -> Shown:
        """Stand where the last event left this terminal; at the start of the main flow on a new one."""
        try:
            with self._store.step() as transaction:
                self._stand_by(transaction.line())
                state = begin(self._flows, _saved(transaction), StoreFacts(transaction), self._now())
                state = self._sized(state, transaction)
                transaction.save_state(state_bytes(state))
                shown = Shown(self._view(state, transaction))
        except StoreError as error:
            return self._alert(error)
        self._state = state
        return shown

    def _stand_by(self, line: tuple[bool, str]) -> None:
        """The line is as it was left until somebody asks the ledger, which is after the first frame."""
        online, since = line
        self.surroundings = replace(self.surroundings, online=online, since=milliseconds(since))

    def handle(self, event: Event) -> Shown:
        """Take one event through the engine and the store. Never raises StoreError: it is shown."""
        state = self._state
        if state is None:
            shown = self.start()
            return replace(shown, signals=(REFUSED,)) if self._state is None else self.handle(event)
        try:
            with self._store.step() as transaction:
                after, commands, kept = self._take(transaction, state, event)
                transaction.save_state(state_bytes(after))
                seen = self._view(after, transaction)
        except StoreError as error:
            return self._alert(error)
        self._state = after
        return self._checked(_shown(seen, commands, kept), commands, event)

    def _checked(self, shown: Shown, commands: tuple[Command, ...], event: Event) -> Shown:
        """Compare a PIN that was typed, now that no transaction waits for it, and take the answer as the next event."""
        asked = next((command for command in commands if isinstance(command, CheckPin)), None)
        if asked is None:
            return shown
        try:
            with self._store.step() as transaction:
                known = transaction.pin(asked.operator)
        except StoreError as error:
            return self._alert(error)
        right = known is not None and pin_matches(asked.pin, known.verifier)
        after = self.handle(PinChecked(asked.operator, right, event.at, event.taken))
        return replace(after, signals=(*shown.signals, *after.signals), outward=(*shown.outward, *after.outward))

    def look(self) -> Shown:
        """The present view again: time has passed, or news has come."""
        if self._state is None:
            return self.start()
        try:
            with self._store.step() as transaction:
                state = self._state
                if transaction.load_state() is None:
                    state = self._anew(transaction, state)
                    transaction.save_state(state_bytes(state))
                state, signals = self._told(transaction, state)
                shown = Shown(self._view(state, transaction), signals)
        except StoreError as error:
            return self._alert(error)
        self._state = state
        return shown

    def _told(self, transaction: StepTransaction, state: State) -> tuple[State, tuple[str, ...]]:
        """What has come since is told at once where nothing is being entered."""
        after, commands = step(self._flows, state, News(self._now()), StoreFacts(transaction))
        if after != state:
            transaction.save_state(state_bytes(after))
        return after, tuple(command.name for command in commands if isinstance(command, Signal))

    def resize(self, size: Size) -> Shown:
        """Draw for another screen; step and entry stay."""
        self._size = size
        return self.handle(Resized(options_shown(size), self._now()))

    def status(self, transaction: StepTransaction) -> Status:
        now, counts, around = self._now(), transaction.counts(), self.surroundings
        return Status(
            now=now, clock=_clock(now, self._offset), online=around.online, since=around.since,
            waiting=counts.kept + counts.sent, conflicts=counts.conflict - counts.decided, kept=counts.kept,
            sent=counts.sent, accepted=counts.accepted, training=transaction.environment() != LIVE,
            battery=around.battery, held=counts.held, refused=counts.refused, quarantined=counts.quarantined,
            concerns=len(transaction.alerts()),
        )  # fmt: skip

    def _take(
        self, transaction: StepTransaction, state: State, event: Event
    ) -> tuple[State, tuple[Command, ...], tuple[str, ...]]:
        """One step, its commands carried out: state, commands, ids of what was kept.

        Where the store has parked the work at hand (the stream was left), the event was meant for a prompt that is
        gone: it is refused aloud, listed, and not counted.
        """
        if transaction.load_state() is None:
            heard = () if isinstance(event, Resized) else (Signal(REFUSED),)
            transaction.journal("parked", {"raw": event.raw if isinstance(event, Scan) else "", "step": state.step})
            return self._anew(transaction, state), heard, ()
        after, commands = step(self._flows, state, event, StoreFacts(transaction))
        after, kept = self._execute(transaction, after, commands, event)
        return after, commands, kept

    def _anew(self, transaction: StepTransaction, parked: State) -> State:
        """The start of the main flow, in the language spoken, with a word about why."""
        fresh = begin(self._flows, None, StoreFacts(transaction), self._now())
        told = replace(fresh, language=parked.language, notice=Notice(refused=False, reason="note.parked"))
        return self._sized(told, transaction)

    def _execute(
        self, transaction: StepTransaction, state: State, commands: tuple[Command, ...], event: Event
    ) -> tuple[State, tuple[str, ...]]:
        """Journal and append in the order the engine gave; the state learns the ids of what was kept."""
        kept: list[str] = []
        for command in commands:
            match command:
                case Journal(kind=kind, entry=entry):
                    transaction.journal(kind, dict(entry))
                case Append():
                    id = transaction.append(self._operation(command, event))
                    state = noted(state, command, id, event.at)
                    if command.kind not in ADVISORY_KINDS:
                        kept.append(id)
                case Signal() | CheckPin() | ChoosePin() | ChooseMode() | SyncNow() | AskAround() | TryOut():
                    pass  # done once all of this is on the disk
        return state, tuple(kept)

    def _operation(self, append: Append, event: Event) -> NewOperation:
        return NewOperation(
            kind=append.kind, by=append.by, body=dict(append.body), at=utc_text(event.at), offset=self._offset,
            flow=append.flow, task=append.task or None, task_rev=append.task_rev or None, scans=append.scans,
        )  # fmt: skip

    def _sized(self, state: State, transaction: StepTransaction) -> State:
        resized, _ = step(self._flows, state, Resized(options_shown(self._size)), StoreFacts(transaction))
        return resized

    def _view(self, state: State, transaction: StepTransaction) -> View:
        facts = StoreFacts(transaction)
        return view(state, self._flows, facts, self.status(transaction), self._size, self._language, self._texts)

    def _alert(self, error: StoreError) -> Shown:
        language = self._state.language if self._state and self._state.language else self._language
        return Shown(alert_view(error.kind, str(error), self._size, language, self._texts), (REFUSED,))


def _shown(seen: View, commands: tuple[Command, ...], kept: tuple[str, ...]) -> Shown:
    signals = tuple(command.name for command in commands if isinstance(command, Signal))
    return Shown(seen, signals, kept, tuple(one for one in commands if isinstance(one, Outward)))


def _clock(milliseconds: int, offset: str) -> str:
    sign = -1 if offset.startswith("-") else 1
    zone = timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))
    return datetime.fromtimestamp(milliseconds / 1000, tz=zone).strftime("%H:%M")


def _saved(transaction: StepTransaction) -> State | None:
    """The saved state; one that another version wrote is listed and left behind, with the work it names still open."""
    data = transaction.load_state()
    if data is None:
        return None
    try:
        return read_state(data)
    except StateError as error:
        transaction.journal("state_lost", {"reason": str(error)})
        return None
