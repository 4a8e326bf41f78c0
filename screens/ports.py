"""What the window asks of the program around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Keyboard(Protocol):
    """Takes the bytes of the terminal in the input thread. It returns at once and never raises for a byte."""

    @property
    def wait(self) -> float | None:
        """Seconds until `tick` is due, None while nothing is held."""

    def feed(self, data: bytes) -> None:
        """Bytes as they were read, in order."""

    def tick(self) -> None:
        """Nothing was there to read: judge what is held, if its time has come. After `feed` more may be waiting."""


class Floor(Protocol):
    """Where the operator's doings go. Views come back through `ScannerApp.show`. Every method returns at once."""

    def press(self, keys: Sequence[str]) -> None:
        """A hint was tapped that names these keys, as the engine knows them: `*` and `9`, or `7`."""

    def resize(self, width: int, height: int) -> None:
        """The screen has this many cells now."""

    def painted(self) -> None:
        """The first frame is on the screen: what is heavy may begin."""
