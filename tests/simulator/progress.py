"""What the lines of orders have by one ledger's log: what was picked and received for them, less what went back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.broken import Broken
from simulator.verdicts import Known

from sync.wire.bodies import Picked, Received, Returned, Undone
from sync.wire.codec import decode
from sync.wire.messages import GONE, Change
from sync.wire.rows import OrderLine, row_key
from sync.wire.undoing import NOT_POSTED

Lines = Mapping[str, int]


def after(before: Lines, change: Change, undone: frozenset[str], known: Known) -> Lines:
    """What each line has after one more entry. `undone`: operations that had been taken back before it.

    Goods that a decision keeps for another line change sides: what one gains the other loses.
    """
    found = known(change.op) if change.op else None
    if found is None or found[0].site != change.feed or change.outcome in NOT_POSTED:
        return before
    operation, body = found
    if isinstance(body, Undone):
        target = known(body.target)
        if change.outcome == "merged" or target is None or body.target in undone:
            return before
        return _with(before, target[0].site, target[1], -1)
    if operation.kind in ("decided", "approved"):
        return _kept_for_another(before, change)
    return _with(before, operation.site, body, 1)


def _with(before: Lines, site: str, body: Any, sign: int) -> Lines:
    if not isinstance(body, Picked | Received | Returned) or not (body.order and body.line):
        return before
    key = row_key(site, body.order, body.line)
    way = -sign if isinstance(body, Returned) else sign
    return {**before, key: before.get(key, 0) + way * body.quantity.units}


def _kept_for_another(before: Lines, change: Change) -> Lines:
    rows = [decode(raw, OrderLine) for table, _, raw in change.set if table == OrderLine.table and raw != GONE]
    now = {row.key: row.done.units for row in rows}
    if sum(now.values()) != sum(before.get(key, 0) for key in now):
        raise Broken("lines", f"{change.op} kept goods for another line, and {now} are more or fewer than before")
    return {**before, **now} if now else before
