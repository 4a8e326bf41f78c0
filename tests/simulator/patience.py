"""How long a terminal may wait before it tries again, reckoned from what it met, not from what its machine counts."""

from __future__ import annotations

from simulator.broken import Broken

from sync.core.absorb import Verdict
from sync.core.backoff import Backoff
from sync.core.machine import Answered, Event, Failed, WatchFailed


class Patience:
    """`hear` every event of one life of a terminal; `allows` every timer that is set."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._asked = 0.0

    def hear(self, event: Event) -> None:
        match event:
            case Answered(result) if result.verdict is Verdict.ABSORBED and (result.progress or not result.more):
                self._in_a_row, self._asked = 0, 0.0
            case Failed(_, retry_after):
                self._in_a_row, self._asked = self._in_a_row + 1, retry_after
            case Answered() | WatchFailed():
                self._in_a_row, self._asked = self._in_a_row + 1, 0.0
            case _:
                pass

    def allows(self, seconds: float) -> None:
        usual = Backoff()
        longest = max(min(usual.cap, usual.base * 2.0**self._in_a_row), self._asked)
        if seconds > longest:
            raise Broken("backoff", f"waits {seconds:.1f} s after {self._in_a_row} failures in a row")
