"""How long to wait after a failure: exponential with full jitter, so that fifty terminals do not return as one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds. `delay` draws from [0, min(cap, base · 2^failures)); `jitter` is the draw, in [0, 1)."""

    base: float = 0.5
    cap: float = 60.0

    def delay(self, failures: int, jitter: float, at_least: float = 0.0) -> float:
        """Seconds to wait after `failures` failures in a row (from 1). `at_least`: what the ledger asked for."""
        ceiling = min(self.cap, self.base * 2.0 ** min(failures, 20))
        return float(min(self.cap, max(ceiling * jitter, at_least)))
