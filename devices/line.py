"""A line to one device that may come and go: opened, read, lost and opened again, by a thread of its own.

What kind of line it is (serial port, socket) is the channel's business; what is a code on it, the framer's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from devices.decoding import decode
from devices.faults import NoSuchDevice, why_lost
from devices.framing import Frame, Framer
from devices.ports import Clock, Scan, Sink, SourceEvent, SourceState
from devices.profiles import Profile

READ_S = 0.1
"""How long a read waits: the most by which `stop` and a partial may be late."""

FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 5.0
STEADY_S = 5.0
"""A line that held this long starts again with the shortest wait."""


class Connection(Protocol):
    """An open line. Every method raises OSError where it is gone."""

    def read(self) -> bytes:
        """What has come; waits at most `READ_S` for it, and gives nothing where nothing came."""

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Channel(Protocol):
    """A line that can be opened. `name` is what people call it."""

    @property
    def name(self) -> str: ...
    def open(self) -> Connection:
        """Raises NoSuchDevice or OSError."""

    def why_not(self, error: OSError) -> str:
        """One sentence for an error of `open`."""


def waits() -> Iterator[float]:
    """Seconds to wait before each further try."""
    wait = FIRST_WAIT_S
    while True:
        yield wait
        wait = min(wait * 2, LONGEST_WAIT_S)


def told(frame: Frame, source: str, code_page: str) -> Scan | SourceState:
    """A frame as it is delivered: a code, or a partial that says why it is none."""
    if frame.fault is None:
        return Scan(frame.raw, decode(frame.raw, code_page), source, frame.at)
    detail = f"part of a code came, and {frame.fault.value}; scan it again"
    return SourceState(SourceEvent.PARTIAL, source, detail, frame.at, frame.raw)


class LineSource:
    """Scans from one line. `pause` waits so many seconds and says whether to stop; it stands in for real waiting."""

    def __init__(
        self,
        channel: Channel,
        profile: Profile,
        clock: Clock,
        *,
        name: str = "",
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._channel = channel
        self._profile = profile
        self._clock = clock
        self._name = name or channel.name
        self._stopped = threading.Event()
        self._pause = pause or self._stopped.wait
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._sink: Sink | None = None
        self._last_detail: str | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, sink: Sink) -> None:
        """Raises RuntimeError when it was started before."""
        if self._thread is not None:
            raise RuntimeError(f"{self._name} was started before; make a new source")
        self._sink = sink
        self._thread = threading.Thread(target=self.run, name=f"scanner {self._name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._sink = None

    def send(self, data: bytes) -> bool:
        """Send bytes to the device. False where it is not connected."""
        connection = self._connection
        if connection is None:
            return False
        try:
            connection.write(data)
        except OSError:
            return False  # the reader finds the loss and tells it
        return True

    def run(self) -> None:
        """Open, read until the line is lost, wait and open again; until stopped."""
        pending = waits()
        while not self._stopped.is_set():
            opened_at = self._clock()
            self._serve()
            if self._clock() - opened_at >= STEADY_S:
                pending = waits()
            if self._stopped.is_set() or self._pause(next(pending)):
                return

    def _serve(self) -> None:
        try:
            connection = self._channel.open()
        except NoSuchDevice as missing:
            self._tell(SourceEvent.LOST, str(missing))
            return
        except OSError as error:
            self._tell(SourceEvent.LOST, self._channel.why_not(error))
            return
        self._connection = connection
        self._tell(SourceEvent.CONNECTED, "")
        framer = Framer(self._profile.framing)
        try:
            self._read(connection, framer)
        except OSError:
            self._deliver(framer.reset())
            self._tell(SourceEvent.LOST, why_lost(self._name))
        finally:
            self._connection = None
            connection.close()

    def _read(self, connection: Connection, framer: Framer) -> None:
        while not self._stopped.is_set():
            data, at = connection.read(), self._clock()
            self._deliver(framer.feed(data, at) if data else framer.tick(at))

    def _deliver(self, frames: list[Frame]) -> None:
        for frame in frames:
            self._give(told(frame, self._name, self._profile.code_page))

    def _tell(self, event: SourceEvent, detail: str) -> None:
        """Tell a change of state; a try that fails as the one before is no news."""
        if detail != self._last_detail:
            self._last_detail = detail
            self._give(SourceState(event, self._name, detail, self._clock()))

    def _give(self, one: Scan | SourceState) -> None:
        if self._sink is not None and not self._stopped.is_set():
            self._sink(one)
