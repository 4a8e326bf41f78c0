"""Undos in the local view: decided anew whenever the terminal hears what became of an operation that one names.

An operation is kept as long as an undo of it (`scanner_client.store.keeping`), so that this can be done at any time.
"""

from __future__ import annotations

from typing import Any

from scanner_client.store.deltas import Deltas
from sync.wire.bodies import BODY_TYPES, decode_body
from sync.wire.codec import decode
from sync.wire.messages import Outcome
from sync.wire.operation import Operation, decode_operation
from sync.wire.rows import ACTIVE, Conflict
from sync.wire.undoing import is_useless, taken_back, unknown_subjects

TARGET = "json_extract(CAST(raw AS TEXT), '$.body.target')"
"""The operation that an undo names, as the index of undos has it."""


class Undoing(Deltas):
    def _has_undos(self) -> bool:
        return self._sql.execute("SELECT 1 FROM operation WHERE kind = 'undone' LIMIT 1").fetchone() is not None

    def _review_undos_of(self, target: str) -> None:
        """Lay the undos of this operation over the live rows as they stand: the first counts, if there is anything."""
        undos = self._sql.execute(
            f"SELECT id, outcome FROM operation WHERE kind = 'undone' AND {TARGET} = ? ORDER BY seq", [target]
        ).fetchall()
        held = self._held(target) if undos else None
        if held is None:
            return
        outcome = self._answer(target)
        unknown = self._unknown_to(target)
        pending = self._pending_feeds(target)
        spent = False
        for id, stored in undos:
            answer = _read(stored)
            found = taken_back(answer, held, outcome, pending=pending, unknown=unknown)
            self._change_deltas(id, [None] * len(found) if spent else found)
            spent = spent or not is_useless(answer)

    def _review_undos(self) -> None:
        """All that no page covers yet: the live rows have changed under them."""
        open_ones = self._sql.execute(
            f"SELECT DISTINCT {TARGET} FROM operation WHERE kind = 'undone'"
            " AND EXISTS (SELECT 1 FROM delta WHERE delta.op = operation.id AND pending = 1)"
        )
        for (target,) in open_ones.fetchall():
            self._review_undos_of(target)

    def _held(self, id: str) -> tuple[Operation, Any] | None:
        """A retained operation whose effects are known, with its body."""
        found = self._sql.execute("SELECT raw FROM operation WHERE id = ?", [id]).fetchone()
        if found is None:
            return None
        operation = decode_operation(found[0])
        return (operation, decode_body(operation)) if operation.kind in BODY_TYPES else None

    def _answer(self, id: str) -> Outcome | None:
        return _read(self._sql.execute("SELECT outcome FROM operation WHERE id = ?", [id]).fetchone()[0])

    def _unknown_to(self, id: str) -> set[str]:
        """Subjects because of which goods of this operation stand on `@unknown`, by the live rows; what was answered
        may be of another moment."""
        found = self._sql.execute(
            f"SELECT body FROM live WHERE tbl = ? AND by1 IN ({', '.join('?' * len(ACTIVE))})",
            [Conflict.table, *ACTIVE],
        )
        conflicts = (decode(body, Conflict) for (body,) in found)
        return unknown_subjects(one for one in conflicts if id in one.ops)

    def _pending_feeds(self, id: str) -> set[str]:
        return {feed for (feed,) in self._sql.execute("SELECT feed FROM delta WHERE op = ? AND pending = 1", [id])}


def _read(stored: bytes | None) -> Outcome | None:
    return None if stored is None else decode(stored, Outcome)
