"""What an administrator can set about the service, with the defaults of the protocol."""

from __future__ import annotations

from dataclasses import dataclass, field

from server_stub.api.body import BodyLimits
from server_stub.keys import LedgerKey

LONG_POLL_SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Settings:
    """`threads`: threads that work on the database (one for SQLite: its connection lives in it). `max_in_flight`:
    exchanges taken in at a time; more are asked to come back. `max_waiting`: long polls held at a time.
    `look_again` (seconds): how often to look for what other processes committed; None where there are none.
    """

    key: LedgerKey
    threads: int = 1
    max_in_flight: int = 16
    max_waiting: int = 1000
    wait_seconds: float = LONG_POLL_SECONDS
    look_again: float | None = None
    body: BodyLimits = field(default_factory=BodyLimits)
