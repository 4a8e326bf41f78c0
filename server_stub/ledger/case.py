"""A conflict with the answer that is about to take effect, and the operation that the answer is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from server_stub.ledger.book import Draft, StoredOperation
from server_stub.ledger.linking import as_linked
from server_stub.ledger.measuring import as_measured
from server_stub.ledger.references import still_unknown
from sync.wire.bodies import Decided, decode_body
from sync.wire.operation import Operation
from sync.wire.rows import Conflict
from sync.wire.undoing import UNDONE


class NotPossible(Exception):
    """The answer cannot take effect; `reason` is a stable word that the decision is refused with."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Case:
    """`by` decides. Everything the answer changes goes into the draft."""

    draft: Draft
    conflict: Conflict
    body: Decided
    by: str

    def about(self) -> tuple[Operation, Any]:
        """The operation it is about with its body: the one that is named, or the newest that still stands.

        Raises NotPossible where there is none.
        """
        stored = self._named() if self.body.op else self._newest()
        if stored is None or stored.operation is None:
            raise NotPossible("no_such_operation")
        body = as_linked(self.draft, decode_body(stored.operation), still_unknown(self.draft, stored))
        return stored.operation, as_measured(self.draft, body)

    def _named(self) -> StoredOperation | None:
        stored = self.draft.book.operation(self.body.op)
        if stored is None or not (stored.id in self.conflict.ops or self.conflict.id in stored.outcome.conflicts):
            return None
        if stored.outcome.state == UNDONE:
            raise NotPossible("already_undone")
        return stored

    def _newest(self) -> StoredOperation | None:
        found = (self.draft.book.operation(id) for id in reversed(self.conflict.ops))
        return next((one for one in found if one and one.operation and one.outcome.state != UNDONE), None)
