"""Operations from the moment they are confirmed until everyone who must know them does: kept, answered, pruned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from typing import Any, NamedTuple

import msgspec

from scanner_client.ports import NewOperation, StoreError
from scanner_client.store.standing import KEPT, standing
from scanner_client.store.stream import Stream
from scanner_client.store.undoing import TARGET, Undoing
from sync.wire.bodies import BODY_TYPES, Undone, decode_body
from sync.wire.codec import decode, encode
from sync.wire.effects import effects
from sync.wire.messages import GLOBAL_FEED, Outcome
from sync.wire.operation import Cursor, Link, Operation, WireError, decode_operation, new_operation, op_hash

HASH_CHARS = 64
_AMONG_OPS = "op IN (SELECT value FROM json_each(?))"


class _Held(NamedTuple):
    """A held operation. `undoable`: whose undos depend on what became of it: an undo's target, else its own."""

    seq: int
    id: str
    answered: bool
    undoable: str


class Outbox(Stream, Undoing):
    """Seq, link, bytes, deltas and outcome of every operation held."""

    has_appended = False
    """Whether this transaction queued an operation."""

    # --- taking work in

    def append(self, operation: NewOperation) -> str:
        """Queue it: id, link, bytes and pending effects. Returns the id. Raises StoreError where it cannot be kept."""
        cursors = self._cursors()
        try:
            raw = self._bytes_of(operation, cursors)
            decoded = decode_operation(raw)
            body = decode_body(decoded) if decoded.kind in BODY_TYPES else None
            target = self._held(body.target) if isinstance(body, Undone) else None
            found = effects(decoded, body, target)
        except WireError as error:
            message = f"The {operation.kind} cannot be kept: {error}. Report this as a problem."
            raise StoreError(error.reason, message) from error
        self._link(decoded, raw)
        self._add_deltas(decoded.id, found, {one.feed for one in cursors})
        if isinstance(body, Undone):
            self._review_undos_of(body.target)
        self.has_appended = True
        return decoded.id

    def _bytes_of(self, new: NewOperation, cursors: Sequence[Cursor]) -> bytes:
        return new_operation(
            id=self._sources.new_id(),
            ledger_id=self.ledger_id,
            site=self.site,
            terminal=self.terminal,
            kind=new.kind,
            at=new.at,
            offset=new.offset,
            by=new.by,
            body=new.body,
            flow=new.flow,
            task=new.task,
            task_rev=new.task_rev,
            # What its person could have seen: the two feeds this terminal works from.
            basis=tuple(one for one in cursors if one.feed in (GLOBAL_FEED, self.site)),
            scans=new.scans,
        )

    def _link(self, operation: Operation, raw: bytes) -> None:
        head = self.head()
        link = Link(epoch=head.epoch, seq=head.seq + 1, prev=head.hash, op_hash=op_hash(raw))
        self._sql.execute(
            "INSERT INTO operation (seq, id, op_hash, prev, hash, kind, at, raw, outcome, standing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
            [
                link.seq,
                operation.id,
                link.op_hash,
                link.prev,
                self._hash(link),
                operation.kind,
                operation.at,
                raw,
                KEPT,
            ],
        )

    def operation(self, id: str) -> tuple[str, Any] | None:
        """Kind and body of an operation held here; the body of an unknown kind is plain JSON values."""
        found = self._sql.execute("SELECT raw FROM operation WHERE id = ?", [id]).fetchone()
        if found is None:
            return None
        operation = decode_operation(found[0])
        if operation.kind not in BODY_TYPES:
            return operation.kind, msgspec.json.decode(operation.body)
        return operation.kind, decode_body(operation)

    # --- what became of it

    def store_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        found = self._held_named({one.id: one for one in outcomes})
        self._sql.executemany(
            "UPDATE operation SET outcome = ?, standing = ? WHERE seq = ?",
            [(encode(outcome), standing(outcome), one.seq) for one, outcome in found],
        )
        # A first answer that was posted wherever this terminal follows it changes nothing about the view.
        again = {one.id for one, _ in found if one.answered}
        unposted = self._with_unposted([(one.id, outcome) for one, outcome in found])
        for one, outcome in found:
            if one.id in again or one.id in unposted:
                self._recount("op = ?", [one.id])
                self._drop_unposted(one.id, outcome)
        if self._has_undos():
            for one, _ in found:
                self._review_undos_of(one.undoable)

    def _with_unposted(self, answered: Iterable[tuple[str, Outcome]]) -> set[str]:
        """Of these operations, those with effects in a feed in which the ledger did not post them."""
        by_feeds: dict[tuple[str, ...], list[str]] = {}
        for id, outcome in answered:
            by_feeds.setdefault(tuple(outcome.feeds), []).append(id)
        found: set[str] = set()
        for feeds, ids in by_feeds.items():
            question = f"SELECT DISTINCT op FROM delta WHERE {_AMONG_OPS} AND feed NOT IN ({_places(feeds)})"
            found.update(op for (op,) in self._sql.execute(question, [encode(ids), *feeds]))
        return found

    def _drop_unposted(self, id: str, outcome: Outcome) -> None:
        """What the ledger did not post in a feed, no page of that feed will ever cover."""
        statement = f"DELETE FROM delta WHERE op = ? AND feed NOT IN ({_places(outcome.feeds)})"
        self._sql.execute(statement, [id, *outcome.feeds])

    def store_state(self, id: str, state: str) -> None:
        found = self._sql.execute("SELECT outcome FROM operation WHERE id = ? AND outcome IS NOT NULL", [id]).fetchone()
        known = decode(found[0], Outcome) if found is not None else None
        if known is not None and known.state != state:
            self.store_outcomes([msgspec.structs.replace(known, state=state)])

    def _held_named(self, outcomes: dict[str, Outcome]) -> list[tuple[_Held, Outcome]]:
        """The operations held here that these outcomes name by id or op_hash, in the order of the stream."""
        chosen = f"SELECT seq, id, outcome IS NOT NULL, iif(kind = 'undone', {TARGET}, id) FROM operation WHERE"
        among = self._sql.execute(f"{chosen} id IN (SELECT value FROM json_each(?))", [encode(list(outcomes))])
        found = [(_Held(*row), outcomes[row[1]]) for row in among]
        # Without an index: only an operation whose id the ledger could not read is named by its hash.
        for name in [name for name in outcomes if len(name) == HASH_CHARS]:
            row = self._sql.execute(f"{chosen} op_hash = ?", [name]).fetchone()
            if row is not None:
                found.append((_Held(*row), outcomes[name]))
        return sorted(found, key=lambda one: one[0].seq)

    # --- what has left the house

    def note_sent(self, seq: int) -> None:
        """Operations up to `seq` of the current epoch were offered to the ledger; shown, and nothing rests on it."""
        if seq > self.sent_seq():
            self._set_meta("sent_seq", str(seq))

    def sent_seq(self) -> int:
        return int(self._meta("sent_seq") or 0)


def _places(values: Sized) -> str:
    return ", ".join("?" * len(values))
