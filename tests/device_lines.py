"""Serial lines made of pseudo terminals, and a sink that can be waited for: for tests over real channels."""

from __future__ import annotations

import os
import queue
import tty
from dataclasses import dataclass, field

from devices.ports import Scan, SourceEvent, SourceState

PATIENCE_S = 30.0


@dataclass
class Collected:
    """A sink whose contents can be waited for; a wait that is in vain fails."""

    arrived: queue.Queue[Scan | SourceState] = field(default_factory=queue.Queue)

    def __call__(self, one: Scan | SourceState) -> None:
        self.arrived.put(one)

    def next(self) -> Scan | SourceState:
        return self.arrived.get(timeout=PATIENCE_S)

    def scan(self) -> Scan:
        one = self.next()
        assert isinstance(one, Scan), one
        return one

    def state(self, event: SourceEvent) -> SourceState:
        one = self.next()
        assert isinstance(one, SourceState), one
        assert one.event is event, one
        return one

    def until(self, event: SourceEvent) -> list[Scan | SourceState]:
        """Everything up to and with the first of these events."""
        seen = [self.next()]
        while not (isinstance(seen[-1], SourceState) and seen[-1].event is event):
            seen.append(self.next())
        return seen


class Pty:
    """A scanner's end of a serial line: what is written comes out of the port at `path`."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data) :]

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += os.read(self._master, size - len(data))
        return data

    def hang_up(self) -> None:
        """Unplug: whoever has the port open gets an error."""
        for end in (self._slave, self._master):
            if end >= 0:
                os.close(end)
        self._master = self._slave = -1
