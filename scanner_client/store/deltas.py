"""What own operations add to the rows of the feeds until a page covers them: one delta per effect.

Deltas stay as long as their operation and are switched off by covers, so that a feed that is read again finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from scanner_client.store.identity import Section
from sync.wire.bodies import Posting
from sync.wire.claims import Claiming, Releasing, encoded
from sync.wire.effects import Effect, LineProgress, TaskTurn, effect_feed
from sync.wire.operation import Cursor
from sync.wire.rows import Balance, Claim, OrderLine, Task

_PENDING = """
    NOT EXISTS (
        SELECT 1 FROM cover WHERE cover.op = delta.op AND cover.feed = delta.feed AND cover.shadow = 0
    ) AND NOT EXISTS (
        SELECT 1 FROM operation WHERE operation.id = delta.op AND operation.outcome IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM json_each(CAST(operation.outcome AS TEXT), '$.feeds') AS posted WHERE posted.key = delta.feed
        )
    )
"""
"""Not covered; and not answered as posted in other feeds only, for then no page of this feed would ever cover it."""

_NOTHING = ("", "", "", "", "")
"""An effect that is none: a row of no table."""


class Deltas(Section):
    def feeds(self) -> Sequence[str]:
        return [feed for (feed,) in self._sql.execute("SELECT feed FROM feed ORDER BY place")]

    def _cursors(self) -> Sequence[Cursor]:
        """Where the live rows of each followed feed stand, `global` first."""
        found = self._sql.execute("SELECT feed, n, hash FROM feed ORDER BY place")
        return [Cursor(feed=feed, n=n, hash=hash_) for feed, n, hash_ in found]

    def _recount(self, where: str, values: Sequence[str | int]) -> None:
        """Decide anew which of these deltas still count on top of the live rows."""
        self._sql.execute(f"UPDATE delta SET pending = {_PENDING} WHERE {where}", values)

    def _add_deltas(self, id: str, found: Sequence[Effect], followed: AbstractSet[str]) -> None:
        rows = [
            (id, part, effect_feed(effect), *_delta(effect))
            for part, effect in enumerate(found)
            if effect_feed(effect) in followed
        ]
        self._sql.executemany(
            "INSERT INTO delta (op, part, feed, tbl, key, amount, short, state, pending)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
            rows,
        )

    def _change_deltas(self, id: str, found: Sequence[Effect | None]) -> None:
        """These effects instead, part by part, in their places; None adds to nothing."""
        self._sql.executemany(
            "UPDATE delta SET tbl = ?, key = ?, amount = ?, short = ?, state = ? WHERE op = ? AND part = ?",
            [(*(_delta(effect) if effect else _NOTHING), id, part) for part, effect in enumerate(found)],
        )


def _delta(effect: Effect) -> tuple[str, str, str, str, str]:
    """Table, key, amount, short, state: an effect as a row of `delta`."""
    match effect:
        case Posting():
            return Balance.table, effect.account, str(effect.quantity), "", ""
        case LineProgress():
            return OrderLine.table, effect.key, str(effect.done), str(effect.short), ""
        case TaskTurn():
            return Task.table, effect.key, "", "", effect.state
        case Claiming() | Releasing():
            return Claim.table, effect.key, "", "", encoded(effect)
