"""Events from every side, taken one after the other in the order they came, each in the store's thread.

Screens, scanners and the conversation with the ledger all hand in here and return at once; what an event left comes
back through `shown`, in the store's thread. Times of events are milliseconds since 1970, UTC.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from msgspec.structs import replace

from scanner_client.core.events import Key, Partial, PinAnswered, Scan
from scanner_client.core.view import SIZES, Size
from scanner_client.logs import log
from scanner_client.runtime import REFUSED, Runtime, Shown
from scanner_client.store import StoreThread


class Floor:
    """`shown` hears what each event left, `refused` that one could not be taken at all. Set both before the first."""

    def __init__(self, thread: StoreThread, runtime: Runtime, now: Callable[[], int]) -> None:
        self._thread = thread
        self._runtime = runtime
        self._now = now
        self._looking = False
        self.shown: Callable[[Shown], None] = lambda _shown: None
        self.refused: Callable[[str], None] = lambda _signal: None

    def start(self) -> Future[Shown]:
        """Stand where the terminal stood; the view comes in the future and not through `shown`."""
        return self._thread.submit(self._runtime.start)

    def scan(self, raw: str, at: int) -> None:
        self._take(lambda: self._runtime.handle(Scan(raw, at, self._now())))

    def partial(self, raw: str, at: int) -> None:
        self._take(lambda: self._runtime.handle(Partial(raw, at, self._now())))

    def press(self, key: str, at: int) -> None:
        self._take(lambda: self._runtime.handle(Key(key, at, self._now())))

    def tap(self, keys: Sequence[str], at: int) -> None:
        """A hint was tapped that names these keys. What follows `*` is for the menu, or for nothing."""
        self._take(lambda: self._tapped(keys, at))

    def resize(self, width: int, height: int) -> None:
        """Draw for a screen of so many cells; a smaller one than the smallest layout is shown that one, cut."""
        least = SIZES[-1]
        size = Size(max(width, least.width), max(height, least.height))
        self._take(lambda: self._runtime.resize(size))

    def pin_answered(self, operator: str, answer: str) -> None:
        """What became of a PIN that was chosen: `kept`, `refused` or `unreachable`."""
        self._take(lambda: self._runtime.handle(PinAnswered(operator, answer, self._now(), self._now())))

    def look(self) -> None:
        """Time has passed or news has come. Looks that nobody has taken yet are one."""
        if not self._looking:
            self._looking = True
            self._take(self._look)

    def surround(self, *, online: bool, since: int) -> None:
        """The line to the ledger is like this now."""
        self._take(lambda: self._surround(online, since))

    def charged(self, battery: int) -> None:
        """The battery holds so many percent now, -1 where that is not known."""
        self._take(lambda: self._charged(battery))

    def before(self, work: Callable[[], object]) -> None:
        """Do this before any event that comes from now on."""
        self._watch(self._thread.submit(work))

    def _tapped(self, keys: Sequence[str], at: int) -> Shown:
        shown = self._runtime.handle(Key(keys[0], at, self._now()))
        for key in keys[1:]:
            if not shown.view.menu:
                break
            self.shown(shown)
            shown = self._runtime.handle(Key(key, at, self._now()))
        return shown

    def _look(self) -> Shown:
        self._looking = False
        return self._runtime.look()

    def _surround(self, online: bool, since: int) -> Shown:
        self._runtime.surroundings = replace(self._runtime.surroundings, online=online, since=since)
        return self._runtime.look()

    def _charged(self, battery: int) -> Shown:
        self._runtime.surroundings = replace(self._runtime.surroundings, battery=battery)
        return self._runtime.look()

    def _take(self, event: Callable[[], Shown]) -> None:
        self._watch(self._thread.submit(lambda: self.shown(event())))

    def _watch(self, taken: Future[None] | Future[object]) -> None:
        taken.add_done_callback(self._taken)

    def _taken(self, taken: Future[None] | Future[object]) -> None:
        """Nothing of an event that failed was kept: it is refused aloud, and the log says why."""
        error = taken.exception()
        if error is not None:
            log("event failed", logging.ERROR, error if isinstance(error, Exception) else None)
            self.refused(REFUSED)
