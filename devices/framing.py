"""Frames in a stream of bytes: where a code begins and ends on a serial line or a socket. Pure: times are passed in.

A frame ends at its terminator. A frame that stands still for `idle_s` is broken: it is given as a partial, and so is
what still comes of it within `stall_s`, for half a code must never be taken for a code. After that a new frame begins.
Only `tick` judges silence: a reader that was busy finds old bytes late, and only it knows that nothing was waiting. The
same bytes give the same frames, however they were cut into reads and however often `tick` ran in between.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec
from msgspec import Struct

CR, LF, STX, ETX = 0x0D, 0x0A, 0x02, 0x03
Ends = Literal["cr-or-lf", "cr", "lf", "stx-etx"]
_TERMINATORS: dict[Ends, frozenset[int]] = {
    "cr-or-lf": frozenset({CR, LF}),
    "cr": frozenset({CR}),
    "lf": frozenset({LF}),
    "stx-etx": frozenset({ETX}),
}


class Framing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a device marks its codes. `max_length` in bytes; times in seconds.

    `cr` ends at CR and drops an LF straight after it, `lf` ends at LF and keeps a CR as part of the code; `stx-etx`
    takes what stands between the two and nothing else.
    """

    ends: Ends = "cr-or-lf"
    max_length: int = 1024
    idle_s: float = 0.1
    stall_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.idle_s <= self.stall_s:
            raise ValueError("idle_s and stall_s must be above zero and in this order")
        if self.max_length < 1:
            raise ValueError("max_length must be above zero")


class Fault(Enum):
    """Why a frame is no code."""

    UNFINISHED = "its end did not come"
    TOO_LONG = "it is longer than a code can be"
    OUTSIDE = "it stands outside of a frame"


class Frame(Struct, frozen=True):
    """`at`: when its last byte arrived. Without a fault it is a whole code."""

    raw: bytes
    at: float
    fault: Fault | None = None


class Framer:
    """Feed it what was read and when; call `tick` when nothing was there to read. Both give the frames that ended."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._ends = _TERMINATORS[framing.ends]
        self._opened = framing.ends == "stx-etx"
        self._held = bytearray()
        self._fault: Fault | None = None
        self._inside = not self._opened
        self._last: int | None = None
        self._at = 0.0

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to say; None while nothing is held."""
        return self._at + self._framing.idle_s if self._held else None

    def feed(self, data: bytes, at: float) -> list[Frame]:
        frames: list[Frame] = []
        if data and self._fault and at - self._at >= self._framing.stall_s:
            self._begin()
        for byte in data:
            frames += self._take(byte, at)
            self._last = byte
        if data:
            self._at = at
        return frames

    def tick(self, at: float) -> list[Frame]:
        """Nothing has come until now: give what stood still as a partial."""
        if not self._held or at - self._at < self._framing.idle_s:
            return []
        return self._flush(Fault.UNFINISHED if self._inside else Fault.OUTSIDE, self._at)

    def reset(self) -> list[Frame]:
        """The line is gone: give what is held as a partial and begin anew."""
        frames = self._flush(Fault.UNFINISHED, self._at)
        self._begin()
        self._last = None
        return frames

    def _take(self, byte: int, at: float) -> list[Frame]:
        if self._opened and byte == STX:
            frames = self._flush(Fault.UNFINISHED if self._inside else Fault.OUTSIDE, at)
            self._begin()
            self._inside = True
            return frames
        if byte in self._ends and self._inside:
            return self._end(at)
        if byte == LF and self._last == CR and self._framing.ends == "cr":
            return []
        if not self._inside and byte in (CR, LF):
            return []
        self._held.append(byte)
        if len(self._held) <= self._framing.max_length:
            return []
        return self._flush(Fault.TOO_LONG if self._inside else Fault.OUTSIDE, at)

    def _end(self, at: float) -> list[Frame]:
        """The terminator came: a whole frame, or the rest of one that was given up already."""
        raw, fault = bytes(self._held), self._fault
        self._begin()
        return [Frame(raw, at, fault)] if raw else []

    def _flush(self, fault: Fault, at: float) -> list[Frame]:
        """Give what is held as a partial; what follows up to the terminator belongs to it."""
        if not self._held:
            return []
        raw, self._fault = bytes(self._held), self._fault or fault
        self._held.clear()
        return [Frame(raw, at, self._fault)]

    def _begin(self) -> None:
        self._held.clear()
        self._fault = None
        self._inside = not self._opened
