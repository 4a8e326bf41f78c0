"""What a terminal can say about an exchange before it speaks to the ledger, and how much it cannot know (X4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from scanner_client.ports import FeedAge
from scanner_client.store import Transaction
from scanner_client.store.standing import KEPT, SENT
from sync.wire.rows import Balance

UNKNOWN = "What others did since then is not known here: whether the ledger disagrees, only it can tell."


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """In the shape of `scanner sync --dry-run --json`.

    `unsent`: operations without an answer, by kind; `oldest` is the time of the oldest. `overdrawn`: accounts that own
    unsent work brings below nothing. `known`: how far each feed was read, and of what time (UTC, empty for never) that
    is. `may_conflict`: what follows from these alone; `not_known` says what does not.
    """

    v: int = 1
    unsent: dict[str, int]
    oldest: str
    overdrawn: list[Balance]
    known: list[FeedAge]
    may_conflict: list[str]
    not_known: str = UNKNOWN


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
    yield found.not_known


def _account(balance: Balance) -> str:
    more = (("lot", balance.lot), ("serial", balance.serial), ("LPN", balance.lpn), ("status", balance.status))
    named = "".join(f", {name} {value}" for name, value in more if value)
    return f"{balance.item} at {balance.location}{named}"
