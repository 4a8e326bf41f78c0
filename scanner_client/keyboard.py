"""The terminal's line as keyboard and scanner: bytes become scans, keys and taps, in the order they came.

The wedge judges a burst, the screens know what a terminal sends for a key; here the two are joined, and the wedge's
monotonic seconds become the milliseconds since 1970 that events carry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Protocol

from devices.decoding import decode
from devices.ports import Clock, Scan, SourceState
from devices.wedge import Heard, Typed, Wedge
from screens.keys import Tap, read_keys, without_reports


class Hearing(Protocol):
    """What becomes of what was heard. `at`: when it came, in milliseconds since 1970."""

    def scan(self, raw: str, at: int) -> None: ...
    def press_at(self, key: str, at: int) -> None: ...
    def tap(self, x: int, y: int) -> None: ...
    def partial(self, state: SourceState) -> None:
        """Something came that is no whole code."""


class LineKeyboard:
    """Implements `screens.ports.Keyboard`. `clock` in seconds, monotonic; `wall` in milliseconds since 1970."""

    def __init__(
        self, wedge: Wedge, hearing: Hearing, *, clock: Clock, wall: Callable[[], int], code_page: str = ""
    ) -> None:
        self._wedge = wedge
        self._hearing = hearing
        self._clock = clock
        self._wall = wall
        self._code_page = code_page

    @property
    def wait(self) -> float | None:
        due = self._wedge.deadline
        return None if due is None else max(0.0, due - self._clock())

    def feed(self, data: bytes) -> None:
        self._hand_on(self._wedge.feed(data, self._clock()))

    def tick(self) -> None:
        self._hand_on(self._wedge.tick(self._clock()))

    def _hand_on(self, heard: Iterable[Heard]) -> None:
        """Keys that came together are read together: a sequence may have been cut between two reads."""
        for kind, group in groupby(heard, type):
            if kind is Typed:
                self._typed([one for one in group if isinstance(one, Typed)])
                continue
            for one in group:
                if isinstance(one, Scan):
                    self._hearing.scan(without_reports(one.text), wall_time(one.at, self._clock, self._wall))
                elif isinstance(one, SourceState):
                    self._hearing.partial(one)

    def _typed(self, keys: list[Typed]) -> None:
        at = wall_time(keys[0].at, self._clock, self._wall)
        for key in read_keys(b"".join(one.raw for one in keys), lambda raw: decode(raw, self._code_page)):
            if isinstance(key, Tap):
                self._hearing.tap(key.x, key.y)
            else:
                self._hearing.press_at(key, at)


def wall_time(at: float, clock: Clock, wall: Callable[[], int]) -> int:
    """A monotonic time in milliseconds since 1970."""
    return wall() - round(1000 * (clock() - at))
