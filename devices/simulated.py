"""A scanner without hardware, for the demo, training and tests: what it is told to scan it delivers at once."""

from __future__ import annotations

from devices.decoding import decode
from devices.faults import why_lost
from devices.ports import Clock, Scan, Signal, Sink, SourceEvent, SourceState


class SimulatedScanner:
    """Delivers on the caller's thread, and keeps the signals it was given in `signals`."""

    def __init__(self, clock: Clock, *, name: str = "simulated", code_page: str = "") -> None:
        self._clock = clock
        self._name = name
        self._code_page = code_page
        self._sink: Sink | None = None
        self.signals: list[Signal] = []

    @property
    def name(self) -> str:
        return self._name

    def start(self, sink: Sink) -> None:
        self._sink = sink
        self._tell(SourceEvent.CONNECTED, "")

    def stop(self) -> None:
        self._sink = None

    def scan(self, code: str | bytes) -> None:
        """Deliver a code as a device would send it. Raises ValueError for an empty one: no scanner sends that."""
        raw = code.encode() if isinstance(code, str) else code
        if not raw:
            raise ValueError("an empty code cannot be scanned")
        self._deliver(Scan(raw, decode(raw, self._code_page), self._name, self._clock()))

    def break_off(self, raw: bytes) -> None:
        """Send the beginning of a code and never its end."""
        self._tell(SourceEvent.PARTIAL, "part of a code came and its end did not; scan it again", raw)

    def lose(self) -> None:
        self._tell(SourceEvent.LOST, why_lost(self._name))

    def return_(self) -> None:
        self._tell(SourceEvent.CONNECTED, "")

    def give(self, signal: Signal) -> None:
        """The simulated device's own feedback."""
        self.signals.append(signal)

    def _tell(self, event: SourceEvent, detail: str, raw: bytes = b"") -> None:
        self._deliver(SourceState(event, self._name, detail, self._clock(), raw))

    def _deliver(self, one: Scan | SourceState) -> None:
        if self._sink:
            self._sink(one)
