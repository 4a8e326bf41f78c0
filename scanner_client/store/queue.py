"""The queue as people see it: how many operations stand how, and each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from scanner_client.ports import QueueCounts, Recorded
from scanner_client.store.keeping import Keeping
from scanner_client.store.standing import (
    ACCEPTED,
    CONFLICT,
    HELD,
    IS_ADVICE,
    IS_DECISION,
    IS_KEPT,
    IS_READ,
    IS_SAID,
    KEPT,
    QUARANTINED,
    REFUSED,
    SENT,
)
from sync.wire.bodies import decode_body
from sync.wire.codec import decode
from sync.wire.messages import Outcome
from sync.wire.operation import decode_operation


class QueueEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One operation, in the shape of `scanner queue list --json`. `outcome` and `n` are empty before an answer."""

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


class Queue(Keeping):
    """Counts and listing over what is held, and over what stays visible of what no longer is.

    Counts and deeds are of what was scanned; claims are in the whole listing alone.
    """

    def counts(self) -> QueueCounts:
        held, before = self._standings("operation"), self._standings("past")
        unanswered = held.get(KEPT, 0)
        sent = self._sent_unanswered() if unanswered else 0
        accepted = self._scanned() - sum(held.values()) + before.get(ACCEPTED, 0) + self.accepted_before()
        stand = {word: held.get(word, 0) + before.get(word, 0) for word in (CONFLICT, HELD, REFUSED, QUARANTINED)}
        return QueueCounts(
            kept=unanswered - sent,
            sent=sent,
            accepted=accepted,
            conflict=stand[CONFLICT],
            held=stand[HELD],
            refused=stand[REFUSED],
            quarantined=stand[QUARANTINED],
            oldest=self._oldest_unanswered() if unanswered else "",
            decided=self._decided() if stand[CONFLICT] else 0,
        )

    def decisions(self) -> Sequence[Recorded]:
        """Decisions of conflicts given here that are still held, oldest first."""
        return self._all(IS_DECISION)

    def said(self) -> Sequence[Recorded]:
        """Words said here to requests that are still held, oldest first."""
        return self._all(IS_SAID)

    def acknowledged(self) -> Sequence[tuple[str, str]]:
        """Messages that were read here, each with who said so, as far as these operations are still held."""
        found = self._sql.execute(f"SELECT raw FROM operation WHERE {IS_READ}")
        read = [decode_operation(raw) for (raw,) in found]
        return [(decode_body(one).message, one.by) for one in read]

    def _all(self, condition: str) -> Sequence[Recorded]:
        sent_seq = self.sent_seq()
        found = self._sql.execute(
            f"SELECT seq, id, kind, at, outcome, standing FROM operation WHERE {condition} ORDER BY seq"
        ).fetchall()
        return [_recorded(row, row[0] <= sent_seq, self.operation(row[1])) for row in found]

    def _decided(self) -> int:
        """How many operations are in no conflict but such as were decided here."""
        decided = {one.body.conflict for one in self.decisions() if one.state not in (REFUSED, QUARANTINED)}
        if not decided:
            return 0
        where = f"WHERE standing = '{CONFLICT}' AND standing <> '{ACCEPTED}'"
        stored = [
            outcome
            for table in ("operation", "past")
            for (outcome,) in self._sql.execute(f"SELECT outcome FROM {table} {where}")
        ]
        return sum(set(decode(one, Outcome).conflicts) <= decided for one in stored if one is not None)

    def _standings(self, table: str) -> dict[str, int]:
        """How many operations stand how; of those held, without the accepted ones, which are never counted singly.

        All are counted and the few that are advice taken off again: both can be read from an index alone.
        """
        where = "standing <> 'accepted'" if table == "operation" else "true"
        count = f"SELECT standing, count(*) FROM {table} WHERE {where}"
        counted = Counter(dict(self._sql.execute(f"{count} GROUP BY standing").fetchall()))
        counted.subtract(dict(self._sql.execute(f"{count} AND {IS_ADVICE} GROUP BY standing").fetchall()))
        return counted

    def quarantined(self) -> int:
        """How many operations the ledger could not judge, held or not."""
        counts = (
            f"SELECT count(*) FROM {table} WHERE standing = '{QUARANTINED}' AND standing <> 'accepted'"
            for table in ("operation", "past")
        )
        return sum(int(self._sql.execute(count).fetchone()[0]) for count in counts)

    def queue(self) -> Iterator[QueueEntry]:
        """What stays of operations no longer held, then every held one; each in the order of the stream."""
        for epoch, *row in self._sql.execute("SELECT epoch, seq, id, kind, at, outcome, standing FROM past ORDER BY n"):
            yield _entry(epoch, *row)
        epoch, sent_seq = self.head().epoch, self.sent_seq()
        for seq, id, kind, at, outcome, standing in self._sql.execute(
            "SELECT seq, id, kind, at, outcome, standing FROM operation ORDER BY seq"
        ):
            state = SENT if standing == KEPT and seq <= sent_seq else standing
            yield _entry(epoch, seq, id, kind, at, outcome, state)

    def deeds_count(self) -> int:
        """How many operations the queue lists."""
        past = self._sql.execute(f"SELECT count(*) FROM past WHERE NOT {IS_ADVICE}").fetchone()[0]
        return self._scanned() + int(past)

    def deeds(self, first: int, count: int) -> Sequence[Recorded]:
        """Operations of this terminal, held or not, newest first, from the one at place `first` on."""
        sent_seq = self.sent_seq()
        found = self._sql.execute(
            f"SELECT seq, id, kind, at, outcome, standing FROM operation WHERE NOT {IS_ADVICE}"
            " ORDER BY seq DESC LIMIT ? OFFSET ?",
            [count, first],
        ).fetchall()
        shown = [_recorded(row, row[0] <= sent_seq, self.operation(row[1])) for row in found]
        if len(shown) == count:
            return shown
        before = self._sql.execute(
            f"SELECT 0, id, kind, at, outcome, standing FROM past WHERE NOT {IS_ADVICE}"
            " ORDER BY n DESC LIMIT ? OFFSET ?",
            [count - len(shown), max(0, first - self._scanned())],
        ).fetchall()
        return [*shown, *(_recorded(row, False, None) for row in before)]

    def recorded(self, id: str) -> Recorded | None:
        """An operation held here."""
        row = self._sql.execute(
            "SELECT seq, id, kind, at, outcome, standing FROM operation WHERE id = ?", [id]
        ).fetchone()
        return None if row is None else _recorded(row, row[0] <= self.sent_seq(), self.operation(id))

    def outcome(self, id: str) -> Outcome | None:
        """The stored outcome of a held operation."""
        found = self._sql.execute("SELECT outcome FROM operation WHERE id = ?", [id]).fetchone()
        return decode(found[0], Outcome) if found and found[0] is not None else None

    def standing_of(self, id: str) -> str:
        """How an operation stands, in the words of `standing`; empty where nothing is left of it here."""
        found = self._sql.execute("SELECT seq, standing FROM operation WHERE id = ?", [id]).fetchone()
        if found is None:
            before = self._sql.execute("SELECT standing FROM past WHERE id = ?", [id]).fetchone()
            return str(before[0]) if before else ""
        seq, standing = found
        return SENT if standing == KEPT and seq <= self.sent_seq() else str(standing)

    def held_count(self) -> int:
        """How many operations are held; not by counting: only a prefix is ever pruned, so it is one stretch."""
        first = self.first_retained()
        return 0 if first is None else self.head().seq - first + 1

    def _scanned(self) -> int:
        """How many of those held are more than advice."""
        return self.held_count() - int(
            self._sql.execute(f"SELECT count(*) FROM operation WHERE {IS_ADVICE}").fetchone()[0]
        )

    def _sent_unanswered(self) -> int:
        sent, count = self.sent_seq(), f"SELECT count(*) FROM operation WHERE {IS_KEPT} AND seq <= ?"
        all_, advice = (self._sql.execute(f"{count}{but}", [sent]).fetchone()[0] for but in ("", f" AND {IS_ADVICE}"))
        return int(all_) - int(advice)

    def _oldest_unanswered(self) -> str:
        oldest = f"SELECT at FROM operation WHERE {IS_KEPT} AND NOT {IS_ADVICE} ORDER BY seq LIMIT 1"
        found = self._sql.execute(oldest).fetchone()
        return str(found[0])


def _recorded(row: tuple[int, str, str, str, bytes | None, str], sent: bool, known: tuple[str, Any] | None) -> Recorded:
    _, id, kind, at, stored, standing = row
    answer = None if stored is None else decode(stored, Outcome)
    conflicts, outcome = (tuple(answer.conflicts), answer.outcome) if answer else ((), "")
    state = SENT if standing == KEPT and sent else standing
    return Recorded(id, kind, at, state, known[1] if known else None, conflicts, outcome)


def _entry(epoch: str, seq: int, id: str, kind: str, at: str, stored: bytes | None, state: str) -> QueueEntry:
    outcome = None if stored is None else decode(stored, Outcome)
    return QueueEntry(
        id=id,
        epoch=epoch,
        seq=seq,
        kind=kind,
        at=at,
        state=state,
        outcome=outcome.outcome if outcome else None,
        n=outcome.n if outcome else None,
        conflicts=outcome.conflicts if outcome else [],
        reason=outcome.reason if outcome else "",
    )
