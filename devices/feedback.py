"""Ways to signal to the hand that scans: the terminal's bell, the scanner's own beeper, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from devices.ports import COUNTS, Signal
from devices.profiles import FeedbackBytes

BELL_GAP_S = 0.2
"""Terminals make one sound of bells that come closer together."""

Later = Callable[[float, Callable[[], None]], object]
"""Calls a function after so many seconds, as a user interface's timer does."""


class Bell:
    """The terminal's bell, rung as often as the signal counts. A new signal ends the one before."""

    def __init__(self, ring: Callable[[], None], later: Later) -> None:
        self._ring = ring
        self._later = later
        self._turns = count(1)
        self._turn = 0

    def give(self, signal: Signal) -> None:
        self._turn = turn = next(self._turns)
        self._ring()
        for place in range(1, COUNTS[signal]):
            self._later(place * BELL_GAP_S, lambda: self._again(turn))

    def _again(self, turn: int) -> None:
        if turn == self._turn:
            self._ring()


class ScannerBeeper:
    """The scanner's own beeper and light, by the bytes of its profile. `send` gives False where it is not connected."""

    def __init__(self, send: Callable[[bytes], bool], sent: FeedbackBytes) -> None:
        self._send = send
        self._sent = sent

    def give(self, signal: Signal) -> None:
        told = self._sent.of(signal)
        if told:
            self._send(told)


class Silent:
    """No feedback."""

    def give(self, signal: Signal) -> None:
        """Signal nothing."""
