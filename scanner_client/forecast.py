"""What an exchange would bring: what the terminal can say of it by itself, and the ledger's dry run (X4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from scanner_client.ports import FeedAge
from scanner_client.store import Transaction
from scanner_client.store.standing import KEPT, SENT
from sync.wire.limits import MAX_DRY_RUN
from sync.wire.rows import Balance
from sync.wire.service import DryRunReply

UNKNOWN = "What others did since then is not known here: whether the ledger disagrees, only it can tell."


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """In the shape of `scanner sync --dry-run --json`.

    `unsent`: operations without an answer, by kind; `oldest` is the time of the oldest. `overdrawn`: accounts that own
    unsent work brings below nothing. `known`: how far each feed was read, and of what time (UTC, empty for never) that
    is. `may_conflict`: what follows from these alone; `not_known` says what does not. `foretold`: what the ledger says
    would become of the unsent ones, were they sent now; null where it did not answer, and `fault` says why.
    """

    v: int = 1
    unsent: dict[str, int]
    oldest: str
    overdrawn: list[Balance]
    known: list[FeedAge]
    may_conflict: list[str]
    not_known: str = UNKNOWN
    foretold: DryRunReply | None = None
    fault: str = ""


def forecast(tx: Transaction) -> Forecast:
    unsent = Counter(entry.kind for entry in tx.queue() if entry.state in (KEPT, SENT))
    overdrawn = list(tx.overdrawn())
    return Forecast(
        unsent=dict(sorted(unsent.items())),
        oldest=tx.counts().oldest,
        overdrawn=overdrawn,
        known=[tx.age(feed) for feed in tx.feeds()],
        may_conflict=[f"stock_short: {_account(one)} would stand at {one.quantity}" for one in overdrawn],
    )


def forecast_lines(found: Forecast) -> Iterator[str]:
    """The same for people."""
    waiting = sum(found.unsent.values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.unsent.items())
    yield f"{waiting} unsent ({kinds}), the oldest of {found.oldest}." if waiting else "Nothing waits to be sent."
    for feed in found.known:
        when = f"read to change {feed.n}, as of {feed.as_of}" if feed.as_of else "not yet read"
        yield f"News of {feed.feed}: {when}."
    yield from (f"May conflict: {sentence}." for sentence in found.may_conflict)
    if found.foretold is None:
        yield found.not_known
    else:
        yield from _foretold_lines(found.foretold)


def _foretold_lines(told: DryRunReply) -> Iterator[str]:
    would = ", ".join(f"{count} {outcome}" for outcome, count in sorted(told.outcomes.items()))
    yield f"Sent now, the ledger would say: {would or 'nothing'}."
    if told.conflicts:
        yield f"In conflict: {', '.join(f'{count} {kind}' for kind, count in sorted(told.conflicts.items()))}."
    if told.left:
        yield f"{told.left} more were not tried: a dry run takes {MAX_DRY_RUN}."
    if told.unplaced:
        yield f"{told.unplaced} do not follow on from what the ledger has of this terminal: the next sync settles that."


def _account(balance: Balance) -> str:
    more = (("lot", balance.lot), ("serial", balance.serial), ("LPN", balance.lpn), ("status", balance.status))
    named = "".join(f", {name} {value}" for name, value in more if value)
    return f"{balance.item} at {balance.location}{named}"
