"""The queue as people see it: how many operations stand how, and each of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scanner_client.ports import QueueCounts
from scanner_client.store.outbox import Outbox
from scanner_client.store.standing import CONFLICT, HELD, KEPT, QUARANTINED, REFUSED, SENT
from sync.wire.codec import decode
from sync.wire.messages import Outcome


class QueueEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One held operation, in the shape of `scanner queue list --json`. `outcome` and `n` are empty before an answer."""

    id: str
    epoch: str
    seq: int
    kind: str
    at: str
    state: str
    outcome: str | None
    n: int | None
    conflicts: list[str]
    reason: str = ""


class Queue(Outbox):
    """Counts and listing over the outbox."""

    def counts(self) -> QueueCounts:
        standings: dict[str, int] = dict(
            self._sql.execute(
                "SELECT standing, count(*) FROM operation WHERE standing <> 'accepted' GROUP BY standing"
            ).fetchall()
        )
        unanswered = standings.get(KEPT, 0)
        sent = self._sent_unanswered() if unanswered else 0
        return QueueCounts(
            kept=unanswered - sent,
            sent=sent,
            accepted=self._held_count() - sum(standings.values()),
            conflict=standings.get(CONFLICT, 0),
            held=standings.get(HELD, 0),
            refused=standings.get(REFUSED, 0),
            quarantined=standings.get(QUARANTINED, 0),
            oldest=self._oldest_unanswered() if unanswered else "",
        )

    def queue(self) -> Iterator[QueueEntry]:
        """Every held operation in the order of the stream."""
        epoch, sent_seq = self.head().epoch, self.sent_seq()
        for seq, id, kind, at, stored, standing in self._sql.execute(
            "SELECT seq, id, kind, at, outcome, standing FROM operation ORDER BY seq"
        ):
            outcome = None if stored is None else decode(stored, Outcome)
            yield QueueEntry(
                id=id,
                epoch=epoch,
                seq=seq,
                kind=kind,
                at=at,
                state=SENT if standing == KEPT and seq <= sent_seq else standing,
                outcome=outcome.outcome if outcome else None,
                n=outcome.n if outcome else None,
                conflicts=outcome.conflicts if outcome else [],
                reason=outcome.reason if outcome else "",
            )

    def outcome(self, id: str) -> Outcome | None:
        """The stored outcome of a held operation."""
        found = self._sql.execute("SELECT outcome FROM operation WHERE id = ?", [id]).fetchone()
        return decode(found[0], Outcome) if found and found[0] is not None else None

    def standing_of(self, id: str) -> str:
        """How a held operation stands, in the words of `standing`; empty where it is not held."""
        found = self._sql.execute("SELECT seq, standing FROM operation WHERE id = ?", [id]).fetchone()
        if found is None:
            return ""
        seq, standing = found
        return SENT if standing == KEPT and seq <= self.sent_seq() else str(standing)

    def _held_count(self) -> int:
        """Without counting: only a prefix is ever pruned, so what is held is one stretch of the stream."""
        first = self.first_retained()
        return 0 if first is None else self.head().seq - first + 1

    def _sent_unanswered(self) -> int:
        found = self._sql.execute(
            "SELECT count(*) FROM operation WHERE standing = ? AND seq <= ?", [KEPT, self.sent_seq()]
        )
        return int(found.fetchone()[0])

    def _oldest_unanswered(self) -> str:
        found = self._sql.execute("SELECT at FROM operation WHERE standing = ? ORDER BY seq LIMIT 1", [KEPT]).fetchone()
        return str(found[0])
