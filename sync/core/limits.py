"""How much to send and take per round trip: halved by trouble, doubled by success, kept in memory only."""

from __future__ import annotations

import msgspec

from sync.wire.limits import DEFAULT_BATCH, MIN_BATCH
from sync.wire.messages import Limits


def halve_both(limits: Limits) -> Limits:
    """After a timeout: the round trip was too long, whichever half it was."""
    return Limits(push=max(MIN_BATCH, limits.push // 2), pull=max(MIN_BATCH, limits.pull // 2))


def halve_push(limits: Limits) -> Limits:
    """After 413: what was sent was too big."""
    return msgspec.structs.replace(limits, push=max(MIN_BATCH, limits.push // 2))


def double_both(limits: Limits, ceiling: int = DEFAULT_BATCH) -> Limits:
    """After a good answer."""
    return Limits(push=min(ceiling, limits.push * 2), pull=min(ceiling, limits.pull * 2))
