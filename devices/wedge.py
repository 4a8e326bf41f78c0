"""The keyboard wedge: a scanner that types. Tells scans from keys, byte by byte, without a thread or a clock.

No byte does anything but be part of a scan or be handed on as typed: what a Ctrl+C or an Esc from a scanner may do is
not decided here. The shell feeds what it read from the terminal, and calls `tick` when it has waited until `deadline`
and nothing came. Only `tick` judges silence: a shell that was busy finds the rest of a scan late, not a second scan.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from devices.burst import Burst, WedgeRules, code_of, is_announced, is_scan, is_typing, patience
from devices.ports import Clock, Scan, Sink, SourceEvent, SourceState

CR, LF, ESC = 0x0D, 0x0A, 0x1B
UNFINISHED = "part of a code came and its end did not; scan it again"
TOO_LONG = "more came at once than a code can hold; scan one code at a time"


class Typed(Struct, frozen=True):
    """Bytes of a person's keys, as they came, with the time they came at."""

    raw: bytes
    at: float


Heard = Scan | Typed | SourceState


class Wedge:
    """Feed it bytes with times that do not fall; it gives scans, typed bytes and partials in the order they came."""

    def __init__(self, rules: WedgeRules | None = None, *, code_page: str = "", source: str = "keyboard") -> None:
        self._rules = rules or WedgeRules()
        self._ends = frozenset(self._rules.ends.encode("latin-1"))
        self._code_page = code_page
        self._source = source
        self._burst = Burst()
        self._overflowing = False
        self._last: tuple[int, float] | None = None
        self._cut_at: float | None = None  # when the last byte of a scan came that silence ended, until more comes

    @property
    def deadline(self) -> float | None:
        """When `tick` is due; None while nothing is held."""
        if self._last is None or not (self._burst.raw or self._overflowing):
            return None
        return self._last[1] + patience(self._burst, self._rules)

    def feed(self, data: bytes, at: float) -> list[Heard]:
        heard = self._silence() if data and self._begins_another(data, at) else []
        for byte in data:
            heard += self._take(byte, at)
            self._last = (byte, at)
        if is_typing(self._burst, self._rules):
            heard += self._release()
        return heard

    def tick(self, at: float) -> list[Heard]:
        """Nothing has come until now: judge what is held if nothing more of it can come."""
        deadline = self.deadline
        return self._silence() if deadline is not None and at >= deadline else []

    def flush(self) -> list[Heard]:
        """Judge what is held now: nothing more will come."""
        return self._silence()

    def _begins_another(self, data: bytes, at: float) -> bool:
        """A code without a terminator, then a pause, then what announces the next one."""
        if not self._burst.raw or self._last is None or at - self._last[1] < self._rules.idle_s:
            return False
        return is_announced(self._burst.raw, self._rules) and is_announced(data, self._rules)

    def _take(self, byte: int, at: float) -> list[Heard]:
        if byte == LF and self._last and self._last[0] == CR:
            return []
        if byte in self._ends:
            return self._terminated(byte, at)
        self._burst.add(byte, at)
        if len(self._burst.raw) <= self._rules.max_length:
            return []
        self._overflowing = True
        return self._partial(TOO_LONG)

    def _terminated(self, byte: int, at: float) -> list[Heard]:
        if self._overflowing:
            return self._silence()
        if not self._burst.raw and self._belongs_to_scan(at):
            self._cut_at = None
            return []
        if is_scan(self._burst, self._rules, self._code_page, terminated=True):
            return self._scan(at)
        self._burst.add(byte, at)
        return self._release()

    def _silence(self) -> list[Heard]:
        """The burst ended without a terminator."""
        if self._overflowing:
            self._overflowing = False
            return self._partial(TOO_LONG)
        if not is_scan(self._burst, self._rules, self._code_page, terminated=False):
            return self._release()
        if self._rules.terminated:
            return self._partial(UNFINISHED)
        ended_at = self._burst.times[-1]
        heard = self._scan(ended_at)
        self._cut_at = ended_at
        return heard

    def _scan(self, at: float) -> list[Heard]:
        burst = self._ended()
        return [Scan(bytes(burst.raw), code_of(burst, self._rules, self._code_page), self._source, at)]

    def _release(self) -> list[Heard]:
        """Keys; but so soon after a scan that silence ended the rest of it, whose digits must not become an entry."""
        raw, times = self._burst.raw, self._burst.times
        if raw and raw[0] != ESC and self._belongs_to_scan(times[0]):
            return self._partial(UNFINISHED)
        return [Typed(raw, at) for raw, at in self._ended().arrivals()]

    def _partial(self, detail: str) -> list[Heard]:
        burst = self._ended()
        if not burst.raw:
            return []
        return [SourceState(SourceEvent.PARTIAL, self._source, detail, burst.times[-1], bytes(burst.raw))]

    def _belongs_to_scan(self, at: float) -> bool:
        """Whether what comes at this time is too soon after a scan that had no end to be typed by a person."""
        return self._cut_at is not None and at - self._cut_at < self._rules.stall_s

    def _ended(self) -> Burst:
        burst, self._burst = self._burst, Burst()
        self._cut_at = None
        return burst


class WedgeSource:
    """The wedge as a source of scans: the terminal's input driver feeds it and gets the keys back through `keys`.

    Scans and keys leave in the order they came, on the thread that feeds. While stopped, everything is dropped.
    """

    def __init__(self, wedge: Wedge, keys: Callable[[Typed], None], clock: Clock, *, name: str = "keyboard") -> None:
        self._wedge = wedge
        self._keys = keys
        self._clock = clock
        self._name = name
        self._sink: Sink | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def deadline(self) -> float | None:
        return self._wedge.deadline

    def start(self, sink: Sink) -> None:
        self._sink = sink
        sink(SourceState(SourceEvent.CONNECTED, self._name, "", self._clock()))

    def stop(self) -> None:
        if self._sink:
            self._deliver(self._wedge.flush())
        self._sink = None

    def feed(self, data: bytes) -> None:
        self._deliver(self._wedge.feed(data, self._clock()))

    def tick(self) -> None:
        self._deliver(self._wedge.tick(self._clock()))

    def _deliver(self, heard: list[Heard]) -> None:
        for one in heard:
            if self._sink is None:
                return
            if isinstance(one, Typed):
                self._keys(one)
            else:
                self._sink(one)
