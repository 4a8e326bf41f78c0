"""Judging decisions: who may answer a conflict, and with what; who may release, or turn down, what waits for a second
person. What an answer does to books and tasks is said in `answers`.

A decision is a request: it can be refused, with a reason, and moves nothing then. The first decision of a conflict
stands; `settle` closes the conflict in the same transaction, and what happens later on its subject raises a new one.
"""

from __future__ import annotations

import msgspec

from server_stub.ledger.answers import take_effect
from server_stub.ledger.applying import TooLarge
from server_stub.ledger.book import Draft, Judgement, StoredOperation
from server_stub.ledger.case import Case, NotPossible
from server_stub.ledger.conflicts import EXPLAINED
from server_stub.ledger.requesting import ask, close
from server_stub.ledger.rights import NOT_PERMITTED, may_decide
from sync.wire.bodies import Approved, Decided, Denied, decode_body
from sync.wire.decisions import ANSWERS, APPROVED, DENIED, LAPSED, NEED_SECOND
from sync.wire.operation import Operation
from sync.wire.rows import ACTIVE, Conflict, row_key

HELD, REFUSED, MERGED, APPLIED, WAITING = "held", "refused", "merged", "applied", "waiting"
ALREADY_DECIDED, NOT_HELD, DECISION_STANDS = "already_decided", "not_held", "decision_stands"
NOT_AN_ANSWER, SAME_PERSON, APPROVER_NOT_PERMITTED = "not_an_answer", "same_person", "approver_not_permitted"
NOT_THIS_SITE = "not_this_site"
NOT_YET_JUDGED = (WAITING, "quarantined")


def judge_decision(draft: Draft, operation: Operation, body: Decided | Approved | Denied) -> Judgement:
    """What becomes of a decision, or of what a second person says to one. Its effect goes into the draft."""
    if isinstance(body, Decided):
        conflict = draft.get(Conflict, row_key(operation.site, body.conflict))
        if conflict is None:
            return Judgement(WAITING, waits_for=body.conflict)
        judged = decide(draft, conflict, body, by=operation.by)
        if judged.outcome == HELD:
            ask(draft, operation, conflict, body)
        return judged
    target = draft.book.operation(body.target)
    if target is None or target.operation is None or standing_of(target) in NOT_YET_JUDGED:
        return Judgement(WAITING, waits_for=body.target)
    if target.operation.site != operation.site:
        return Judgement(REFUSED, reason=NOT_THIS_SITE)  # whoever may decide at both: a terminal hosts its own site
    return second(draft, target, by=operation.by, denied=isinstance(body, Denied), reason=body.reason)


def decide(draft: Draft, conflict: Conflict, body: Decided, *, by: str) -> Judgement:
    """Answer a conflict of the ledger, in the name of `by`."""
    if conflict.decision or conflict.state not in ACTIVE:
        return Judgement(MERGED, reason=EXPLAINED if conflict.state == EXPLAINED else ALREADY_DECIDED)
    reason = _refusal(draft, conflict, body, by)
    if reason:
        return Judgement(REFUSED, reason=reason)
    try:
        take_effect(Case(draft, conflict, body, by))
    except NotPossible as impossible:
        return _without_effect(draft, REFUSED, impossible.reason)
    except TooLarge:
        return _without_effect(draft, REFUSED, "too_large")
    if body.answer in NEED_SECOND and not body.approved_by:
        return _without_effect(draft, HELD)  # tried all the same: what could take no effect is not held
    return Judgement(APPLIED)


def _refusal(draft: Draft, conflict: Conflict, body: Decided, by: str) -> str:
    """Why nobody's answer, or not this person's, can be taken; empty where it can."""
    if body.answer not in ANSWERS.get(conflict.kind, ()):
        return NOT_AN_ANSWER
    if not may_decide(draft, conflict.site, by):
        return NOT_PERMITTED
    if body.answer not in NEED_SECOND or not body.approved_by:
        return ""
    if body.approved_by == by:
        return SAME_PERSON
    return "" if may_decide(draft, conflict.site, body.approved_by) else APPROVER_NOT_PERMITTED


def _without_effect(draft: Draft, outcome: str, reason: str = "") -> Judgement:
    draft.rows.clear()
    draft.postings.clear()
    draft.states.clear()
    return Judgement(outcome, reason=reason)


# --- the second person ------------------------------------------------------------------------------------------------


def second(draft: Draft, target: StoredOperation, *, by: str, denied: bool, reason: str = "") -> Judgement:
    """Release a held request, or turn it down, in the name of `by`. `target` is known and was judged."""
    request = target.operation
    if request is None or standing_of(target) != HELD:
        return Judgement(MERGED, reason=NOT_HELD)
    if by == request.by:
        return Judgement(REFUSED, reason=SAME_PERSON)
    if not may_decide(draft, request.site, by):
        return Judgement(REFUSED, reason=NOT_PERMITTED)
    became = Judgement(APPLIED) if denied else _released(draft, request, by)
    draft.states[target.id] = REFUSED if denied else became.outcome
    stands = DENIED if denied else APPROVED if became.outcome == APPLIED else LAPSED
    close(draft, request, stands, by, reason or became.reason)
    return became


def _released(draft: Draft, request: Operation, by: str) -> Judgement:
    """The held decision is judged again, for much may have happened since; now two people stand behind it."""
    body: Decided = decode_body(request)
    conflict = draft.get(Conflict, row_key(request.site, body.conflict))
    assert conflict is not None, "a decision is held only of a conflict that is there"
    return decide(draft, conflict, msgspec.structs.replace(body, approved_by=by), by=request.by)


def standing_of(stored: StoredOperation) -> str:
    """What became of an operation by now."""
    return stored.outcome.state or stored.outcome.outcome
