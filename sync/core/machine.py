"""When the terminal speaks to the ledger: one transition table, no I/O, no clock, no randomness of its own.

    phase      what is under way
    ─────      ─────────────────
    quiet      nothing: staying offline by choice, or not started
    sending    one round trip of `POST /v1/sync`
    watching   one long poll of `GET /v1/wait`
    resting    a timer after a failure, or the short one between the answers that prove a line is up again

Whether there is anything to send is never remembered here: the reply's absorption reads it from the disk, and every way
out of `resting` sends. So a fault that ends leaves nothing behind that could keep a queue waiting (DESIGN principle 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from sync.core.absorb import Absorbed, Verdict
from sync.core.backoff import Backoff
from sync.core.limits import double_both, halve_both, halve_push
from sync.wire.messages import GapRange, Limits


class Mode(StrEnum):
    AUTOMATIC = "automatic"
    OFFLINE = "offline"


class Phase(StrEnum):
    QUIET = "quiet"
    SENDING = "sending"
    WATCHING = "watching"
    RESTING = "resting"


class Trouble(StrEnum):
    """Why a request brought no reply of the ledger. None of them says anything about an operation."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNAUTHORISED = "unauthorised"
    WRONG_LEDGER = "wrong_ledger"
    TOO_BIG = "too_big"
    BUSY = "busy"
    SERVER_ERROR = "server_error"
    NOT_A_LEDGER = "not_a_ledger"
    """Something answered that is no ledger: a proxy's HTML page, bytes cut short."""
    STORE = "store"
    """The terminal's own disk could not keep the reply."""


@dataclass(frozen=True, slots=True)
class Started: ...


@dataclass(frozen=True, slots=True)
class Appended:
    """An operation became durable here."""


@dataclass(frozen=True, slots=True)
class Answered:
    result: Absorbed


@dataclass(frozen=True, slots=True)
class Failed:
    """`retry_after`: seconds the ledger asked for (0 for none)."""

    trouble: Trouble
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Watched:
    """A long poll ended. `news`: a feed moved."""

    news: bool


@dataclass(frozen=True, slots=True)
class WatchFailed:
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class TimerRang:
    """`number` is the timer's; one that was replaced meanwhile is ignored."""

    number: int


@dataclass(frozen=True, slots=True)
class ModeChosen:
    mode: Mode


@dataclass(frozen=True, slots=True)
class SyncNow:
    """A person asks: the backoff is ignored, and while offline one whole exchange runs."""


Event = Started | Appended | Answered | Failed | Watched | WatchFailed | TimerRang | ModeChosen | SyncNow


@dataclass(frozen=True, slots=True)
class Send:
    have_seq: int | None
    gaps: tuple[GapRange, ...]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Watch: ...


@dataclass(frozen=True, slots=True)
class StopWatching: ...


@dataclass(frozen=True, slots=True)
class SetTimer:
    seconds: float
    number: int


Action = Send | Watch | StopWatching | SetTimer

UP_AFTER = 3
"""Good answers in a row before a line that had failed is called online again (hysteresis)."""


class Machine:
    """Feed it events; carry out the actions it returns. `jitter` is a fresh draw in [0, 1) for each event.

    At most one request and one timer are under way; an answer to nothing is not an event it can receive.
    """

    def __init__(self, *, mode: Mode = Mode.AUTOMATIC, backoff: Backoff | None = None) -> None:
        self.mode = mode
        self.phase = Phase.QUIET
        self.online = False
        self.trouble: Trouble | None = None
        self._backoff = backoff or Backoff()
        self._limits = Limits()
        self._have_seq: int | None = None
        self._gaps: tuple[GapRange, ...] = ()
        self._failures = 0
        self._good = UP_AFTER - 1  # the first line ever needs no proof against flapping
        self._timer = 0
        self._again = False
        self._whole = False

    def handle(self, event: Event, jitter: float = 0.5) -> list[Action]:
        rule = self.TABLE.get((self.phase, type(event)))
        return rule(self, event, jitter) if rule else []

    # what the rules of the table do; each returns the actions and leaves the phase right

    def _send(self) -> list[Action]:
        self.phase = Phase.SENDING
        self._again = False
        self._timer += 1
        return [Send(self._have_seq, self._gaps, self._limits)]

    def _rest(self, seconds: float) -> list[Action]:
        self.phase = Phase.RESTING
        self._timer += 1
        return [SetTimer(seconds, self._timer)]

    def _be_quiet(self) -> list[Action]:
        self.phase = Phase.QUIET
        self._whole = False
        self._timer += 1
        return []

    def _fail(self, trouble: Trouble, jitter: float, retry_after: float = 0.0) -> list[Action]:
        self.trouble, self.online = trouble, False
        self._good = 0
        self._failures += 1
        self._limits = _AFTER_TROUBLE.get(trouble, _unchanged)(self._limits)
        if self.mode is Mode.OFFLINE:
            return self._be_quiet()
        return self._rest(self._backoff.delay(self._failures, jitter, retry_after))

    def _succeed(self) -> None:
        self.trouble = None
        self._failures = 0
        self._good += 1
        self.online = self.online or self._good >= UP_AFTER
        self._limits = double_both(self._limits)

    # the rules

    def _on_start(self, _event: Event, _jitter: float) -> list[Action]:
        return self._send() if self.mode is Mode.AUTOMATIC else []

    def _on_need(self, event: Event, _jitter: float) -> list[Action]:
        self._whole = isinstance(event, SyncNow)
        return self._send()

    def _on_need_while_watching(self, event: Event, jitter: float) -> list[Action]:
        return [StopWatching(), *self._on_need(event, jitter)]

    def _on_need_while_sending(self, event: Event, _jitter: float) -> list[Action]:
        self._again = True
        self._whole = self._whole or isinstance(event, SyncNow)
        return []

    def _on_answer(self, event: Event, jitter: float) -> list[Action]:
        assert isinstance(event, Answered)
        result = event.result
        match result.verdict:
            case Verdict.FOREIGN:
                return self._fail(Trouble.WRONG_LEDGER, jitter)
            case Verdict.TWO_LEDGERS:
                return self._fail(Trouble.WRONG_LEDGER, jitter)
            case Verdict.DROPPED:
                self._have_seq, self._gaps = None, ()
                return self._fail(Trouble.NOT_A_LEDGER, jitter) if self._failures else self._retry_dropped()
            case Verdict.ABSORBED:
                self._have_seq, self._gaps = result.have_seq, result.gaps
        if result.more and not result.progress and not self._again:
            return self._fail(Trouble.SERVER_ERROR, jitter)
        self._succeed()
        return self._after_good(more=result.more or self._again)

    def _retry_dropped(self) -> list[Action]:
        """Once at once; a second dropped reply in a row waits like any failure."""
        self._failures += 1
        return self._send()

    def _after_good(self, *, more: bool) -> list[Action]:
        if self.mode is Mode.OFFLINE and not (more and self._whole):
            return self._be_quiet()
        if more:
            return self._send()
        if not self.online:
            return self._rest(self._backoff.base)
        self.phase = Phase.WATCHING
        return [Watch()]

    def _on_failure(self, event: Event, jitter: float) -> list[Action]:
        assert isinstance(event, Failed)
        return self._fail(event.trouble, jitter, event.retry_after)

    def _on_watched(self, event: Event, _jitter: float) -> list[Action]:
        assert isinstance(event, Watched)
        return self._send() if event.news else [Watch()]

    def _on_watch_failure(self, event: Event, jitter: float) -> list[Action]:
        assert isinstance(event, WatchFailed)
        return self._fail(event.trouble, jitter)

    def _on_timer(self, event: Event, _jitter: float) -> list[Action]:
        assert isinstance(event, TimerRang)
        return self._send() if event.number == self._timer else []

    def _on_mode(self, event: Event, _jitter: float) -> list[Action]:
        assert isinstance(event, ModeChosen)
        self.mode = event.mode
        self._whole = False
        match self.phase, event.mode:
            case Phase.QUIET, Mode.AUTOMATIC:
                return self._send()
            case Phase.RESTING, Mode.OFFLINE:
                return self._be_quiet()
            case Phase.WATCHING, Mode.OFFLINE:
                return [StopWatching(), *self._be_quiet()]
            case _:
                return []  # a round trip under way ends as it ends; its answer sees the new mode

    TABLE: ClassVar[dict[tuple[Phase, type[Event]], Callable[[Machine, Event, float], list[Action]]]] = {
        (Phase.QUIET, Started): _on_start,
        (Phase.QUIET, SyncNow): _on_need,
        (Phase.QUIET, ModeChosen): _on_mode,
        (Phase.SENDING, Appended): _on_need_while_sending,
        (Phase.SENDING, SyncNow): _on_need_while_sending,
        (Phase.SENDING, Answered): _on_answer,
        (Phase.SENDING, Failed): _on_failure,
        (Phase.SENDING, ModeChosen): _on_mode,
        (Phase.WATCHING, Appended): _on_need_while_watching,
        (Phase.WATCHING, SyncNow): _on_need_while_watching,
        (Phase.WATCHING, Watched): _on_watched,
        (Phase.WATCHING, WatchFailed): _on_watch_failure,
        (Phase.WATCHING, ModeChosen): _on_mode,
        (Phase.RESTING, TimerRang): _on_timer,
        (Phase.RESTING, SyncNow): _on_need,
        (Phase.RESTING, ModeChosen): _on_mode,
    }
    """Every (phase, event) that does something; all others are ignored."""


def _unchanged(limits: Limits) -> Limits:
    return limits


_AFTER_TROUBLE: dict[Trouble, Callable[[Limits], Limits]] = {Trouble.TIMEOUT: halve_both, Trouble.TOO_BIG: halve_push}
