"""What the ledger tells beside the exchange of work, as the terminal keeps it: the site's terminals, and a dry run."""

from __future__ import annotations

import msgspec

from sync.wire.service import DryRunReply, StandingsReply


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The terminals of the site, as told at the time `at` by this terminal's clock (UTC)."""

    at: str
    told: StandingsReply


class Trial(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dry run. `token` is the question that it answers, `at` when that was; without an answer `fault` says why."""

    token: str
    at: str
    told: DryRunReply | None = None
    fault: str = ""
