"""What one ledger's log says of decisions: each conflict as it stood, what became of requests, which tasks came of it.

Told from the operations that people confirmed and from the rules of `sync.wire.decisions`, and held against what the
ledger made of them. An entry that breaks a rule raises Broken as it is learnt, in whatever history it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from simulator.broken import Broken
from simulator.warehouse import may_decide

from sync.wire.bodies import Approved, Decided, Denied
from sync.wire.codec import decode
from sync.wire.decisions import ANSWERS, NEED_SECOND, PUT_BACK, TO_SUPPLIER
from sync.wire.messages import GONE, Change
from sync.wire.operation import Operation
from sync.wire.rows import ACTIVE, Conflict, Request, Task

Known = Callable[[str], tuple[Operation, Any] | None]
Verdict = Decided | Approved | Denied
NO_RIGHT = ("not_an_answer", "not_permitted", "same_person", "approver_not_permitted")
"""Reasons to refuse a decision that follow from the decision alone."""
SENT_BACK = (PUT_BACK, TO_SUPPLIER)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A feed at one entry: its conflicts by id, how each decision, approval and denial stands, who decided what first,
    and by id the tasks that send goods back, each with its conflict and the operation it is about."""

    conflicts: Mapping[str, Conflict] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)
    first: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sent_back: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def after(before: Verdicts, change: Change, undone: frozenset[str], known: Known) -> Verdicts:
    """How things stand after one more entry. `undone`: operations that had been taken back before it."""
    found = known(change.op) if change.op else None
    request, body = found if found and found[0].site == change.feed else (None, None)
    rows = {row.id: row for row in _rows(change, Conflict)}
    decided = _judged(before, change, request, body, known) if request and isinstance(body, Verdict) else None
    for row in rows.values():
        _stands(before, row, decided)
    if decided and decided.conflict not in rows:
        raise Broken("decisions", f"{change.op} decided {decided.conflict}, whose row does not say so")
    return Verdicts(
        {**before.conflicts, **rows} if rows else before.conflicts,
        _standing(before, change, known),
        {**before.first, decided.conflict: (decided.answer, _by(change, known))} if decided else before.first,
        _sent_back(before, change, decided, undone),
    )


def _rows(change: Change, kind: type[Any]) -> list[Any]:
    return [decode(raw, kind) for table, _, raw in change.set if table == kind.table and raw != GONE]


def _by(change: Change, known: Known) -> str:
    """In whose name a conflict is decided: the one who asked, also where another agreed later."""
    found = known(change.op)
    assert found is not None
    asked = known(found[1].target) if isinstance(found[1], Approved) else found
    assert asked is not None
    return asked[0].by


def _standing(before: Verdicts, change: Change, known: Known) -> Mapping[str, str]:
    said = {change.op: change.outcome} if change.op else {}
    said |= {op: state for op, state in change.states.items() if op not in said}
    ours = {op: state for op, state in said.items() if (found := known(op)) and isinstance(found[1], Verdict)}
    return {**before.standing, **ours} if ours else before.standing


# --- what an entry may do ---------------------------------------------------------------------------------------------


def _judged(before: Verdicts, change: Change, request: Operation, body: Verdict, known: Known) -> Decided | None:
    """The decision that takes effect with this entry, with whoever agreed to it; None where none does."""
    if (change.outcome != "applied" or isinstance(body, Denied)) and (change.postings or _beyond_requests(change)):
        raise Broken("decisions", f"{change.op} is {change.outcome} and has an effect")
    _requests_tell_what_became_of_them(change, body)
    if isinstance(body, Decided):
        _is_right(before, change, request, body)
        return body if change.outcome == "applied" else None
    asked = known(body.target)
    if change.outcome != "applied":
        _is_rightly_put_off(before, change, body, asked)
        return None
    if asked is None or before.standing.get(body.target) != "held":
        raise Broken("decisions", f"{change.op} is about {body.target}, which was not held")
    if request.by == asked[0].by or not may_decide(request.by, request.site):
        raise Broken("decisions", f"{request.by} said yes or no to what {asked[0].by} had asked for")
    if isinstance(body, Denied):
        return None
    released: Decided = msgspec.structs.replace(asked[1], approved_by=request.by)
    _is_right(before, change, asked[0], released)
    return released


def _beyond_requests(change: Change) -> bool:
    return any(table != Request.table for table, _, _ in change.set)


def _requests_tell_what_became_of_them(change: Change, body: Verdict) -> None:
    """The row of a request opens as it is held and closes with the first word on it, and nothing else touches it."""
    about = change.op if isinstance(body, Decided) else body.target
    said = {"held": "held", "applied": "denied" if isinstance(body, Denied) else "approved"}
    for row in _rows(change, Request):
        if row.id != about or row.state not in (said.get(change.outcome), "lapsed"):
            raise Broken("decisions", f"{change.op} is {change.outcome} and says of {row.id} that it is {row.state}")


def _is_right(before: Verdicts, change: Change, request: Operation, body: Decided) -> None:
    """Whether a decision may have this outcome, as its conflict stood before it."""
    conflict = before.conflicts.get(body.conflict)
    is_open = conflict is not None and conflict.state in ACTIVE and not conflict.decision
    is_legal = conflict is not None and _is_legal(conflict, request, body)
    alone = body.answer in NEED_SECOND and not body.approved_by
    right = {
        "applied": is_open and is_legal and not alone,
        "held": is_open and is_legal and alone,
        "refused": is_open and is_legal != (change.reason in NO_RIGHT),
        "merged": conflict is not None and not is_open,
        "waiting": conflict is None,
    }.get(change.outcome, False)
    if not right:
        stood = f"{conflict.kind} {conflict.state} {conflict.decision}" if conflict else "not there"
        raise Broken("decisions", f"{change.op} ({body.answer} by {request.by}) is {change.outcome}; it stood {stood}")


def _is_legal(conflict: Conflict, request: Operation, body: Decided) -> bool:
    """Whether this person may give this answer, alone or with whoever agreed."""
    if body.answer not in ANSWERS[conflict.kind] or not may_decide(request.by, request.site):
        return False
    if body.answer not in NEED_SECOND or not body.approved_by:
        return True
    return body.approved_by != request.by and may_decide(body.approved_by, request.site)


def _is_rightly_put_off(before: Verdicts, change: Change, body: Approved | Denied, asked: Any) -> None:
    """Nobody waits for what was judged; what is held is refused to the wrong person, or its conflict is closed."""
    stood = before.standing.get(body.target, "")
    conflict = before.conflicts.get(asked[1].conflict) if stood == "held" else None
    is_open = conflict is not None and conflict.state in ACTIVE and not conflict.decision
    right = {
        "waiting": stood in ("", "waiting"),
        "refused": stood == "held",
        "merged": stood != "held" or (isinstance(body, Approved) and not is_open),
    }.get(change.outcome, False)
    if not right:
        raise Broken("decisions", f"{change.op} is {change.outcome} where {body.target} is {stood or 'not there'}")


def _stands(before: Verdicts, row: Conflict, decided: Decided | None) -> None:
    """A conflict is decided at most once, by a decision of this entry, and what is closed stays as it is."""
    known = before.conflicts.get(row.id)
    was = (known.state, known.decision) if known else ("", "")
    if known and known.state not in ACTIVE and (row.state, row.decision) != was:
        raise Broken("decisions", f"{row.kind} {row.id} was {was} and is {(row.state, row.decision)} again")
    given = (decided.conflict, decided.answer) if decided else None
    if row.decision != was[1] and (was[1] or (row.id, row.decision) != given):
        raise Broken("decisions", f"{row.kind} {row.id} is decided {row.decision!r} after {was[1]!r}, by no decision")
    if row.state not in ACTIVE and (row.state == "resolved") != bool(row.decision):
        raise Broken("decisions", f"{row.kind} {row.id} is {row.state} with the decision {row.decision!r}")


# --- tasks ------------------------------------------------------------------------------------------------------------


def _sent_back(
    before: Verdicts, change: Change, decided: Decided | None, undone: frozenset[str]
) -> Mapping[str, tuple[str, str]]:
    """A task to bring goods back comes of one decision; its id of the conflict and the operation. What a restored
    ledger hears before the decision it keeps as done: by whom is said of it from then on."""
    found = {row.id: row for row in _rows(change, Task) if row.kind in SENT_BACK}
    new = [row for row in found.values() if row.cause and row.id not in before.sent_back]
    early = [row for row in found.values() if not row.cause and not row.done_by]
    if early or (new and (decided is None or len(new) > 1 or new[0].cause != decided.conflict)):
        raise Broken("tasks", f"{change.kind} {change.op} opened {sorted(found)}")
    if decided is None or not new:
        return before.sent_back
    return {**before.sent_back, new[0].id: (decided.conflict, _about(before, decided, undone))}


def _about(before: Verdicts, decided: Decided, undone: frozenset[str]) -> str:
    """The operation that is named, or the newest of the conflict that still stands."""
    ops = before.conflicts[decided.conflict].ops
    return decided.op or next((op for op in reversed(ops) if op not in undone), "")
