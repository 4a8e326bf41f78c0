"""Operations from the moment they are confirmed until everyone who must know them does: kept, answered, pruned."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import Any

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

    def store_outcome(self, outcome: Outcome) -> None:
        found = self._find(outcome.id)
        if found is None:
            return
        seq, id, answered, undoable = found
        self._sql.execute(
            "UPDATE operation SET outcome = ?, standing = ? WHERE seq = ?", [encode(outcome), standing(outcome), seq]
        )
        # A first answer that was posted wherever this terminal follows it changes nothing about the view.
        if answered or self._has_unposted(id, outcome):
            self._recount("op = ?", [id])
            self._drop_unposted(id, outcome)
        self._review_undos_of(undoable)

    def _has_unposted(self, id: str, outcome: Outcome) -> bool:
        question = f"SELECT 1 FROM delta WHERE op = ? AND feed NOT IN ({_places(outcome.feeds)}) LIMIT 1"
        return self._sql.execute(question, [id, *outcome.feeds]).fetchone() is not None

    def _drop_unposted(self, id: str, outcome: Outcome) -> None:
        """What the ledger did not post in a feed, no page of that feed will ever cover."""
        statement = f"DELETE FROM delta WHERE op = ? AND feed NOT IN ({_places(outcome.feeds)})"
        self._sql.execute(statement, [id, *outcome.feeds])

    def store_state(self, id: str, state: str) -> None:
        found = self._sql.execute("SELECT outcome FROM operation WHERE id = ? AND outcome IS NOT NULL", [id]).fetchone()
        if found is not None:
            self.store_outcome(msgspec.structs.replace(decode(found[0], Outcome), state=state))

    def _find(self, name: str) -> tuple[int, str, bool, str] | None:
        """Of the operation with this id or op_hash: seq, id, whether an outcome is stored, and whose undos depend on
        it: an undo's target, else its own."""
        chosen = f"SELECT seq, id, outcome IS NOT NULL, iif(kind = 'undone', {TARGET}, id) FROM operation WHERE"
        found = self._sql.execute(f"{chosen} id = ?", [name]).fetchone()
        if found is None and len(name) == HASH_CHARS:
            # Without an index: only an operation whose id the ledger could not read is named by its hash.
            found = self._sql.execute(f"{chosen} op_hash = ?", [name]).fetchone()
        return None if found is None else (int(found[0]), str(found[1]), bool(found[2]), str(found[3]))

    # --- what has left the house

    def note_sent(self, seq: int) -> None:
        """Operations up to `seq` of the current epoch were offered to the ledger; shown, and nothing rests on it."""
        if seq > self.sent_seq():
            self._set_meta("sent_seq", str(seq))

    def sent_seq(self) -> int:
        return int(self._meta("sent_seq") or 0)


def _places(values: Sized) -> str:
    return ", ".join("?" * len(values))
