"""Who works on what: claims, and the one rule by which they stand, are taken over and end.

A claim is advice to others and refuses nothing. The terminal's local view and the ledger follow the same rule, so that
what somebody sees offline is what the ledger will say, as far as it can be known there.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from sync.wire.notices import ACKNOWLEDGED
from sync.wire.rows import Claim, row_key

CLAIMED, RELEASED = "task_claimed", "task_released"
ADVISORY_KINDS = (CLAIMED, RELEASED, ACKNOWLEDGED)
"""Kinds of operations that only tell others something: no goods moved, and nobody scanned to make them."""


class Claiming(Struct, frozen=True):
    """Somebody works on an order, or on one task, since a moment (UTC). `over`: the operator it is taken from."""

    site: str
    order: str
    task: str
    by: str
    terminal: str
    since: str
    over: str = ""

    @property
    def key(self) -> str:
        return row_key(self.site, self.order, self.task)


class Releasing(Struct, frozen=True):
    """Somebody gives it back, or a supervisor frees what is held by `by`."""

    site: str
    order: str
    task: str
    by: str

    @property
    def key(self) -> str:
        return row_key(self.site, self.order, self.task)


def after(standing: Claim | None, change: Claiming | Releasing) -> Claim | None:
    """The claim that stands after a change; None where nobody has the work.

    The first claim that arrives stands. Only who names its holder takes it over, so that of two who began without
    knowing of each other one keeps it and the other is asked. Whose claim it is may begin again anywhere, and alone
    gives it back.
    """
    if isinstance(change, Releasing):
        return standing if others(standing, change.by) else None
    if standing is None or standing.by == change.over:
        return _new(change, change.since)
    return _new(change, standing.since) if standing.by == change.by else standing


def others(standing: Claim | None, by: str) -> bool:
    """Whether somebody else has the work."""
    return standing is not None and standing.by != by


def _new(change: Claiming, since: str) -> Claim:
    return Claim(
        site=change.site, order=change.order, task=change.task, by=change.by, terminal=change.terminal, since=since
    )


def encoded(change: Claiming | Releasing) -> str:
    """A change as text, in which a terminal keeps it until the ledger shows it."""
    kind = CLAIMED if isinstance(change, Claiming) else RELEASED
    return msgspec.json.encode([kind, change]).decode()


def decoded(text: str) -> Claiming | Releasing:
    """The change that `encoded` wrote."""
    kind, change = msgspec.json.decode(text, type=tuple[str, msgspec.Raw])
    if kind == CLAIMED:
        return msgspec.json.decode(change, type=Claiming)
    return msgspec.json.decode(change, type=Releasing)
