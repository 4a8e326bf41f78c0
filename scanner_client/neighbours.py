"""What the ledger told beside the exchange, as the values that screens show: the site's terminals, the dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner_client.core.outage import NEVER, UNKNOWN, Around, Neighbour, Tried
from scanner_client.times import milliseconds

if TYPE_CHECKING:
    from scanner_client.told import Picture, Trial
    from sync.wire.service import TerminalStanding


def around(picture: Picture | None, own: str) -> Around | None:
    """Ages are told by the ledger's clock alone, so a clock of ours that is wrong spoils none."""
    if picture is None:
        return None
    now = milliseconds(picture.told.at)
    there = tuple(_neighbour(one, now, own) for one in picture.told.terminals)
    return Around(milliseconds(picture.at), there)


def _neighbour(one: TerminalStanding, now: int, own: str) -> Neighbour:
    recorded = milliseconds(one.oldest) - (one.clock_offset_ms or 0) if one.oldest else 0
    return Neighbour(
        one.terminal,
        own=one.terminal == own,
        online=one.online,
        silent=max(0, now - milliseconds(one.seen)) if one.seen else NEVER,
        mode=one.mode,
        unsent=UNKNOWN if one.unsent is None else one.unsent,
        oldest=max(0, now - recorded) if recorded else UNKNOWN,
        program=one.program,
        clock_ms=one.clock_offset_ms,
    )


def tried(trial: Trial | None) -> Tried | None:
    if trial is None:
        return None
    told, at = trial.told, milliseconds(trial.at)
    if told is None:
        return Tried(trial.token, at, silent=True)
    return Tried(
        trial.token, at, outcomes=told.outcomes, conflicts=told.conflicts, left=told.left, unplaced=told.unplaced
    )
