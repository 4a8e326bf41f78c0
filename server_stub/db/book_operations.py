"""The part of `SqlBook` that holds operations: their outcomes, what waits, which feed covers them, who joined what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update

from server_stub.db import schema
from server_stub.db.session import Session
from server_stub.ledger.book import StoredOperation
from sync.wire.codec import decode, encode
from sync.wire.messages import Outcome
from sync.wire.operation import Operation, WireError, decode_operation


def stored_operation(values: Sequence[Any]) -> StoredOperation:
    """A row of the table `operation` as it was stored."""
    id, op_hash, terminal, _site, _kind, _outcome, answer, raw = values
    return StoredOperation(id, op_hash, terminal, raw, decode(answer, Outcome), _readable(id, raw))


def _readable(id: str, raw: bytes) -> Operation | None:
    """None where the bytes cannot be read, or claim an id that is another operation's."""
    try:
        operation = decode_operation(raw)
    except WireError:
        return None
    return operation if operation.id == id else None


def operation_values(stored: StoredOperation, home: str) -> tuple[Any, ...]:
    operation = stored.operation
    site, kind = (operation.site, operation.kind) if operation else (home, "")
    answer = encode(stored.outcome)
    return (stored.id, stored.op_hash, stored.terminal, site, kind, stored.outcome.outcome, answer, stored.raw)


def _covered() -> Any:
    covered = schema.operation_feed.c
    found = select(covered.n, covered.op).where(
        covered.terminal == bindparam("x_terminal"),
        covered.feed == bindparam("x_feed"),
        covered.n > bindparam("x_after"),
        covered.n <= bindparam("x_to"),
    )
    return found.order_by(covered.n)


def _change_answer() -> Any:
    operation = schema.operation
    return update(operation).values(answer=bindparam("x_answer")).where(operation.c.id == bindparam("x_id"))


class OperationPart:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._operations: dict[str, StoredOperation | None] = {}
        self._added: dict[str, str] = {}
        self._answered: set[str] = set()
        self._covers: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._joined: dict[str, list[tuple[int, str]]] = {}
        self._waiting: dict[str, list[str]] | None = None

    def operation(self, id: str) -> StoredOperation | None:
        if id not in self._operations:
            found = self._session.row(schema.operation, id=id)
            self._operations[id] = stored_operation(found) if found else None
        return self._operations[id]

    def read_operations_ahead(self, ids: Iterable[str]) -> None:
        missing = [id for id in ids if id not in self._operations]
        self._operations.update(dict.fromkeys(missing))
        for values in self._session.among(schema.operation, "id", missing):
            self._operations[values[0]] = stored_operation(values)

    def add_operation(self, stored: StoredOperation, home: str) -> None:
        self._operations[stored.id] = stored
        self._added[stored.id] = home
        self._cover(stored.terminal, stored.id, stored.outcome.feeds)
        self._join(stored.outcome, stored.outcome.conflicts)

    def _join(self, outcome: Outcome, conflicts: Iterable[str]) -> None:
        for conflict in conflicts:
            self._joined.setdefault(conflict, []).append((outcome.n, outcome.id))

    def in_conflict(self, conflict: str) -> Sequence[str]:
        stored = [(n, op) for _, n, op in self._session.rows(schema.operation_conflict, conflict=conflict)]
        return [op for _, op in sorted([*stored, *self._joined.get(conflict, ())])]

    def _cover(self, terminal: str, id: str, feeds: dict[str, int]) -> None:
        for feed, n in feeds.items():
            self._covers.setdefault((terminal, feed), []).append((n, id))

    def change_outcome(self, id: str, outcome: Outcome) -> None:
        stored = self.operation(id)
        assert stored is not None, "only the outcome of a stored operation changes"
        assert outcome.outcome == stored.outcome.outcome, "the first outcome stays"
        self._operations[id] = replace(stored, outcome=outcome)
        self._answered.add(id)
        further = {feed: n for feed, n in outcome.feeds.items() if feed not in stored.outcome.feeds}
        self._cover(stored.terminal, id, further)
        self._join(outcome, [one for one in outcome.conflicts if one not in stored.outcome.conflicts])

    def covered(self, terminal: str, feed: str, after: int, to: int) -> Sequence[str]:
        fresh = sorted(self._covers.get((terminal, feed), ()))
        stored: list[Any] = []
        if not fresh or after + 1 < fresh[0][0]:
            stored = self._session.all(self._session.sql.made(_covered), terminal, feed, after, to)
        return [op for _, op in stored] + [op for n, op in fresh if after < n <= to]

    # what waits: few, so all of it is read at once

    def waiting(self, subject: str) -> Sequence[StoredOperation]:
        found = (self.operation(id) for id in self._waiting_for().get(subject, ()))
        return [stored for stored in found if stored is not None]

    def _waiting_for(self) -> dict[str, list[str]]:
        if self._waiting is None:
            self._waiting = {}
            for op, subject, _n in sorted(self._session.rows(schema.waiting), key=lambda row: (row[2], row[0])):
                self._waiting.setdefault(subject, []).append(op)
        return self._waiting

    def set_waiting(self, id: str, subject: str | None) -> None:
        for ids in self._waiting_for().values():
            if id in ids:
                ids.remove(id)
        if subject is None:
            self._session.drop(schema.waiting, op=id)
            return
        stored = self.operation(id)
        self._waiting_for().setdefault(subject, []).append(id)
        self._session.put(schema.waiting, id, subject, stored.outcome.n if stored else 0)

    def _flush_operations(self) -> None:
        sql, added = self._session.sql, self._added
        kept = [(self._operations[id], home) for id, home in added.items()]
        values = [operation_values(stored, home) for stored, home in kept if stored]
        if values:
            self._session.insert_many(schema.operation, values)
        for id in self._answered - added.keys():
            stored = self._operations[id]
            assert stored is not None
            self._session.run(sql.made(_change_answer), encode(stored.outcome), id)
        covers = [(terminal, feed, n, op) for (terminal, feed), ops in self._covers.items() for n, op in ops]
        if covers:
            self._session.insert_many(schema.operation_feed, covers)
        joined = [(conflict, n, op) for conflict, ops in self._joined.items() for n, op in ops]
        if joined:
            self._session.insert_many(schema.operation_conflict, joined)
