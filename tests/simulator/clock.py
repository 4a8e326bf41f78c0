"""Virtual time: what is to happen, in order of time and then of asking. Nothing here ever waits."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Happening = Callable[[], None]
START = datetime(2026, 11, 2, tzinfo=UTC)


class Clock:
    """`now` is in seconds since the world began."""

    def __init__(self) -> None:
        self.now = 0.0
        self._asked = 0
        self._agenda: list[tuple[float, int, Happening]] = []

    def after(self, seconds: float, happening: Happening) -> None:
        self._asked += 1
        heapq.heappush(self._agenda, (self.now + seconds, self._asked, happening))

    def run_until(self, end: float) -> None:
        while self._agenda and self._agenda[0][0] <= end:
            self.now, _, happening = heapq.heappop(self._agenda)
            happening()
        self.now = end

    def stamp(self) -> str:
        """This moment as the UTC text that operations and the log carry."""
        return (START + timedelta(milliseconds=round(self.now * 1000))).isoformat(timespec="milliseconds")
