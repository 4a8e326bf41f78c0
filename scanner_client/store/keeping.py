"""How long operations are kept, and what stays visible of those that are gone (X3).

An operation that was plainly accepted leaves a count behind; any other leaves a row with its outcome, as long as it is
not settled.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import and_

import msgspec

from scanner_client.store.outbox import Outbox
from scanner_client.store.standing import is_settled, standing
from scanner_client.store.undoing import TARGET
from sync.wire.claims import ADVISORY_KINDS
from sync.wire.codec import decode, encode
from sync.wire.messages import Outcome

_ACCEPTED_BEFORE = "accepted_before"


class Keeping(Outbox):
    """Forgets what nobody needs from here any more."""

    def prune(self, safe_seq: int) -> None:
        if self._sql.execute("SELECT 1 FROM feed WHERE shadow_n IS NOT NULL").fetchone():
            return
        last = self._last_to_prune(safe_seq)
        if last is None:
            return
        head = self.head()
        self._sql.execute(
            "UPDATE stream SET head_seq = ?, head_hash = ? WHERE epoch = ?", [head.seq, head.hash, head.epoch]
        )
        self._leave_behind(head.epoch, last)
        gone = "(SELECT id FROM operation WHERE seq <= ?)"
        for table in ("delta", "cover", "earlier_link"):
            self._sql.execute(f"DELETE FROM {table} WHERE op IN {gone}", [last])
        self._sql.execute("DELETE FROM operation WHERE seq <= ?", [last])

    def _last_to_prune(self, safe_seq: int) -> int | None:
        """The end of the longest prefix that nobody needs from here any more."""
        last = None
        followed = set(self.feeds())
        for seq, id, outcome in self._sql.execute(
            "SELECT seq, id, outcome FROM operation WHERE seq <= ? ORDER BY seq", [safe_seq]
        ):
            if outcome is None or not self._covered(id, followed & decode(outcome, Outcome).feeds.keys()):
                break
            last = int(seq)
        return self._before_undone(last) if last else None

    def _before_undone(self, last: int) -> int | None:
        """Less of the prefix, where an undo behind it names an operation in it: the two are forgotten together."""
        held_by = f"SELECT seq, {TARGET} AS target FROM operation WHERE kind = 'undone'"
        question = (
            f"SELECT min(named.seq) FROM ({held_by}) AS undo JOIN operation AS named ON named.id = undo.target"
            " WHERE undo.seq > ? AND named.seq <= ?"
        )
        while (first := self._sql.execute(question, [last, last]).fetchone()[0]) is not None:
            last = int(first) - 1
        return last if last >= (self.first_retained() or 0) else None

    def _covered(self, id: str, feeds: Iterable[str]) -> bool:
        covered = {feed for (feed,) in self._sql.execute("SELECT feed FROM cover WHERE op = ? AND shadow = 0", [id])}
        return covered.issuperset(feeds)

    # --- what stays of it

    def _leave_behind(self, epoch: str, last: int) -> None:
        held = self._sql.execute(
            "SELECT id, seq, kind, at, outcome, standing FROM operation WHERE seq <= ? ORDER BY seq", [last]
        ).fetchall()
        settled = [is_settled(decode(row[4], Outcome)) for row in held]
        open_ones = [(epoch, *row) for row, is_done in zip(held, settled, strict=True) if not is_done]
        self._sql.executemany(
            "INSERT INTO past (epoch, id, seq, kind, at, outcome, standing) VALUES (?, ?, ?, ?, ?, ?, ?)", open_ones
        )
        scanned = [row[2] not in ADVISORY_KINDS for row in held]
        self._count_accepted(sum(map(and_, settled, scanned)))

    def accepted_before(self) -> int:
        """How many operations were accepted and are no longer held."""
        return int(self._meta(_ACCEPTED_BEFORE) or 0)

    def _count_accepted(self, more: int) -> None:
        if more:
            self._set_meta(_ACCEPTED_BEFORE, str(self.accepted_before() + more))

    def store_state(self, id: str, state: str) -> None:
        super().store_state(id, state)
        found = self._sql.execute("SELECT outcome, kind FROM past WHERE id = ?", [id]).fetchone()
        if found is not None:
            self._store_past(msgspec.structs.replace(decode(found[0], Outcome), state=state), found[1])

    def _store_past(self, outcome: Outcome, kind: str) -> None:
        if is_settled(outcome):
            self._sql.execute("DELETE FROM past WHERE id = ?", [outcome.id])
            self._count_accepted(kind not in ADVISORY_KINDS)
        else:
            self._sql.execute(
                "UPDATE past SET outcome = ?, standing = ? WHERE id = ?",
                [encode(outcome), standing(outcome), outcome.id],
            )
