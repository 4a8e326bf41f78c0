"""Requests as terminals see them: a row for each decision that waits for a second person, with what it would post.

When a decision is held, and what the second person's word does, is said in `deciding`. A request that was made before
the ledger kept such rows has none; it is answered at the office.
"""

from __future__ import annotations

import msgspec

from server_stub.ledger.answers import take_effect
from server_stub.ledger.book import Draft
from server_stub.ledger.case import Case
from sync.wire.bodies import Decided
from sync.wire.operation import Operation
from sync.wire.rows import Conflict, Request, row_key


def ask(draft: Draft, operation: Operation, conflict: Conflict, body: Decided) -> None:
    """Put the request that this decision, which is held, makes of others. It was tried before: it could take effect."""
    request = Request(
        site=operation.site, id=operation.id, terminal=operation.terminal, by=operation.by, at=operation.at,
        conflict=conflict.id, answer=body.answer,
    )  # fmt: skip
    draft.put(_with_postings(request, Case(Draft(draft.book), conflict, body, operation.by)))


def _with_postings(request: Request, case: Case) -> Request:
    """The request with what it would post on the floor: tried once more, in a draft that is thrown away."""
    take_effect(case)
    floor = next((one for one in case.draft.postings if one.location[:1] != "@"), None)
    if floor is None:
        return request
    return msgspec.structs.replace(
        request, item=floor.item, lot=floor.lot, location=floor.location, quantity=floor.quantity
    )


def close(draft: Draft, request: Operation, state: str, by: str, reason: str) -> None:
    """The request does not wait any more: `by` has said so."""
    known = draft.get(Request, row_key(request.site, request.id))
    if known is not None:
        draft.put(msgspec.structs.replace(known, state=state, decided_by=by, reason=reason))
