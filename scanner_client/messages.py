"""Messages of the office read from the store: which of them somebody who works here has not read yet."""

from __future__ import annotations

from collections.abc import Sequence

from scanner_client.core.messages import Message
from scanner_client.core.values import Operator
from scanner_client.ports import StepTransaction
from scanner_client.times import milliseconds
from sync.wire import rows
from sync.wire.notices import harmless


def unread(store: StepTransaction, operator: Operator | None, at: int) -> Sequence[Message]:
    """Messages for this person at this terminal, oldest first, without those they have acknowledged anywhere."""
    if operator is None:
        return []
    found = [row for row in store.rows(rows.Message) if _is_for(row, store, operator, at)]
    if not found:
        return []
    here = {message for message, by in store.acknowledged() if by == operator.code}
    there = {row.message for row in store.rows(rows.Acknowledgement, by=operator.code) if row.site == store.site}
    fresh = [row for row in found if row.id not in here | there]
    return [_value(row) for row in sorted(fresh, key=lambda row: (row.at, row.id))]


def message(store: StepTransaction, id: str) -> Message | None:
    row = store.row(rows.Message, rows.row_key(store.site, id)) if id else None
    return _value(row) if row else None


def _is_for(row: rows.Message, store: StepTransaction, operator: Operator, at: int) -> bool:
    if row.site != store.site or row.withdrawn or row.terminal not in ("", store.terminal):
        return False
    return (not row.role or row.role in operator.roles) and at < milliseconds(row.until)


def _value(row: rows.Message) -> Message:
    """Made harmless here too: whatever wrote the row, it is text and nothing else."""
    return Message(row.id, harmless(row.text), milliseconds(row.at))
