"""Which faults struck a terminal in which state of its protocol: counted, so that nothing goes untried unseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from simulator.plan import DISASTERS

from sync.core.machine import Phase

WEATHER = ("request_lost", "reply_lost", "doubled", "late", "truncated", "intercepted")
KINDS = (*DISASTERS, *WEATHER)
Strikes = Mapping[tuple[str, str], int]

_OTHER_THAN_SENDING = (Phase.QUIET, Phase.WATCHING, Phase.RESTING)
_IMPOSSIBLE: dict[str, tuple[tuple[Phase, ...], str]] = {
    "request_lost": (_OTHER_THAN_SENDING, "a request is on its way only while its terminal is sending"),
    "intercepted": (_OTHER_THAN_SENDING, "what intercepts a request answers it at once, while its terminal is sending"),
}
"""States in which a fault cannot strike, and why."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A fault that never struck in a state in which it can."""

    kind: str
    phase: Phase

    def __str__(self) -> str:
        return f"{self.kind} never struck a terminal that was {self.phase}"


def total(counted: Collection[Strikes]) -> Strikes:
    found: Counter[tuple[str, str]] = Counter()
    for one in counted:
        found.update(one)
    return found


def gaps(struck: Strikes) -> list[Gap]:
    return [
        Gap(kind, phase)
        for kind in KINDS
        for phase in Phase
        if not struck.get((kind, phase)) and phase not in _IMPOSSIBLE.get(kind, ((), ""))[0]
    ]


def table(struck: Strikes) -> str:
    """A line per fault and a column per state; `–` where it cannot strike, with the reason below."""
    lines = [f"{'fault':<30}" + "".join(f"{phase.value:>10}" for phase in Phase)]
    for kind in KINDS:
        never = _IMPOSSIBLE.get(kind, ((), ""))[0]
        cells = ("–" if phase in never else str(struck.get((kind, phase), 0)) for phase in Phase)
        lines.append(f"{kind:<30}" + "".join(f"{cell:>10}" for cell in cells))
    reasons = [f"– {kind}: {reason}" for kind, (_, reason) in _IMPOSSIBLE.items()]
    return "\n".join([*lines, *reasons])
