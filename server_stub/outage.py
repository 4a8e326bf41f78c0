"""The outage view: the terminals of one site as a supervisor wants to see them, those in most trouble first (R33, X4).

Only enrolled terminals: one that is invited holds nothing, and a revoked one is the administrator's affair.
"""

from __future__ import annotations

from collections.abc import Iterable

from server_stub.fleet import TerminalLine
from sync.wire.service import TerminalStanding

_NEVER = "~"
"""Sorts behind every time."""


def standings(lines: Iterable[TerminalLine], site: str) -> list[TerminalStanding]:
    """In this order: silent with work unsent (the oldest first), silent (the longest first), in reach with work unsent,
    in reach with nothing. A silent one may hold more than it said, so it comes before one that is just sending."""
    here = [one for one in lines if one.site == site and one.state.startswith("enrolled")]
    return [_standing(one) for one in sorted(here, key=_trouble)]


def _trouble(one: TerminalLine) -> tuple[bool, bool, str, str]:
    unsent = bool(one.unsent)
    return (one.online, not unsent, (one.oldest or _NEVER) if unsent else one.seen, one.terminal)


def _standing(one: TerminalLine) -> TerminalStanding:
    return TerminalStanding(
        terminal=one.terminal,
        seen=one.seen,
        online=one.online,
        mode=one.mode,
        unsent=one.unsent,
        oldest=one.oldest,
        program=one.program,
        clock_offset_ms=one.clock_offset_ms,
    )
