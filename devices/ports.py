"""What every device is to the rest: a source of scans, a way to answer the hand that scans, and the values between.

Times are seconds of a monotonic clock that the composition root hands over; no driver reads one by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Protocol

from msgspec import Struct


class Scan(Struct, frozen=True):
    """One whole code. `raw`: its bytes as they came, without their terminator; `text`: decoded, substitutions made.

    `source` names the device as the site does, `at` is when its last byte arrived. Nothing is trimmed: a trailing
    space or a group separator (0x1D) belongs to the code.
    """

    raw: bytes
    text: str
    source: str
    at: float


class SourceEvent(Enum):
    """`PARTIAL`: something came that is no whole code. It is shown and refused aloud, never posted."""

    CONNECTED = "connected"
    LOST = "lost"
    PARTIAL = "partial"


class SourceState(Struct, frozen=True):
    """How a source stands. `detail` is one sentence for people: what is wrong and what cures it.

    `raw` holds the bytes of a partial and is empty otherwise.
    """

    event: SourceEvent
    source: str
    detail: str
    at: float
    raw: bytes = b""


class Signal(StrEnum):
    """What the hand that scanned is told, by count: kept 1 short, attention 2 long, refused 3."""

    KEPT = "kept"
    ATTENTION = "attention"
    REFUSED = "refused"


COUNTS = {Signal.KEPT: 1, Signal.ATTENTION: 2, Signal.REFUSED: 3}
"""How often each signal sounds, so that it is told apart without seeing the screen."""

Clock = Callable[[], float]
Sink = Callable[[Scan | SourceState], None]
"""Takes what a source delivers, in order, on the source's own thread; returns at once and never raises."""


class ScanSource(Protocol):
    """Something that delivers scans."""

    @property
    def name(self) -> str:
        """The name its scans and states carry."""

    def start(self, sink: Sink) -> None:
        """Deliver to `sink` from now on. A device that is not there is no error: its state says so, and it is looked
        for until `stop`."""

    def stop(self) -> None:
        """Deliver nothing more and let the device go. Harmless when repeated."""


class Feedback(Protocol):
    """Signals by beep, light or vibration."""

    def give(self, signal: Signal) -> None:
        """Signal now and return at once. A device that cannot be reached stays silent: its source says it is lost."""
