"""The judge: what the ledger makes of one operation it has not seen before.

A fact is posted where it was scanned, whatever it disagrees with; a disagreement becomes a conflict for people. What
the bytes alone tell (unreadable, unknown version or kind) is found in `incoming`; the log is written by `log`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server_stub.ledger.allocation import restock
from server_stub.ledger.applying import Overdrawn, TooLarge, apply_effects, reopen
from server_stub.ledger.book import Draft, Judgement, StoredOperation
from server_stub.ledger.claims import judge_claim
from server_stub.ledger.conflicts import (
    PROVISIONAL,
    STOCK_SHORT,
    Disagreement,
    raise_or_join,
)
from server_stub.ledger.counting import count_what_was_missing
from server_stub.ledger.deciding import DECISION_STANDS, judge_decision
from server_stub.ledger.linking import as_linked
from server_stub.ledger.lots import forget_date, learn_lot
from server_stub.ledger.measuring import as_measured, measured
from server_stub.ledger.notices import judge_acknowledgement
from server_stub.ledger.references import is_gone, still_unknown, unknown_references
from server_stub.ledger.rights import without_right
from server_stub.ledger.sending import expect_decision
from server_stub.ledger.sides import did, others_took
from server_stub.ledger.work import standing
from sync.wire.bodies import (
    SUPPLIER,
    Acknowledged,
    Approved,
    Decided,
    Denied,
    Returned,
    ShortReported,
    TaskClaimed,
    TaskReleased,
    Undone,
    decode_body,
)
from sync.wire.decisions import APPROVED, DECIDED, DENIED
from sync.wire.effects import TaskTurn, effects, set_aside
from sync.wire.operation import Operation
from sync.wire.quantity import BadQuantity
from sync.wire.rows import Conflict
from sync.wire.undoing import UNDONE, is_without_effect

DECISIONS = (DECIDED, APPROVED, DENIED)
"""What people decided stands: another decision, on what comes of it, is the way back."""


def judge(draft: Draft, operation: Operation, body: Any) -> Judgement:
    """Put the operation's effects and conflicts into the draft and say what became of it. `body` is its decoded body.

    Goods, locations and orders must have rows, or the fact stands on `@unknown` under `reference_unknown`. Raises
    NeedsFeed where an effect lies in a feed whose lock is not held.
    """
    misplaced = _misplaced(draft, operation) or _of_the_books(body)
    if misplaced:
        return Judgement("quarantined", reason=misplaced)
    try:
        if isinstance(body, Undone):
            return _judge_undo(draft, operation, body)
        if isinstance(body, TaskClaimed | TaskReleased):
            return judge_claim(draft, operation, body)
        if isinstance(body, Acknowledged):
            return judge_acknowledgement(draft, operation, body)
        if isinstance(body, Decided | Approved | Denied):
            return judge_decision(draft, operation, body)
        return _judge_fact(draft, operation, measured(draft, as_linked(draft, body)))
    except BadQuantity:
        return Judgement("quarantined", reason="too_many_decimals")
    except TooLarge:
        draft.rows.clear()
        draft.postings.clear()
        draft.states.clear()
        return Judgement("quarantined", reason="too_large")


def _misplaced(draft: Draft, operation: Operation) -> str:
    """Why this operation cannot be judged here; empty where it can."""
    terminal = draft.book.terminal(operation.terminal)
    if operation.ledger_id != draft.book.ledger_id:
        return "not_this_ledger"
    if terminal is None or terminal.site != operation.site:
        return "not_this_site"
    return ""


def _of_the_books(body: Any) -> str:
    """Why a fact names no place that goods can lie in; empty where it does.

    Virtual locations are the books' own: goods taken from `@adjust` would be a correction that nobody agreed to. One
    fact leads to one of them by its own word, and out of the house: what goes back to the supplier.
    """
    if isinstance(body, Returned) and body.to == SUPPLIER:
        return "not_a_place" if body.location[:1] == "@" else ""
    places = (getattr(body, name, "") for name in ("location", "to"))
    return "not_a_place" if any(place[:1] == "@" for place in places) else ""


# --- facts ------------------------------------------------------------------------------------------------------------


def _judge_fact(draft: Draft, operation: Operation, body: Any) -> Judgement:
    meanwhile = standing(draft, operation, body)
    unknown = unknown_references(draft, operation, body)
    found = set_aside(effects(operation, body), {one.subject for one in unknown}, operation.site)
    if isinstance(body, Returned):
        expect_decision(draft, operation, body)
    overdrawn = apply_effects(draft, operation, found, item=getattr(body, "item", ""))
    other_date = learn_lot(draft, operation, body)
    if isinstance(body, ShortReported):
        count_what_was_missing(draft, operation, body)
    restock(draft)
    beside = [one for one in (other_date, without_right(draft, operation, body)) if one]
    unknown = [] if is_gone(body) else unknown
    if not (meanwhile.found or unknown or overdrawn or beside):
        return Judgement("merged" if meanwhile.merged else "applied")
    disagreements = [*unknown, *_settled_together(draft, operation, body, meanwhile.found, overdrawn)]
    return _in_conflict(draft, operation, [*disagreements, *beside])


def _settled_together(
    draft: Draft, operation: Operation, body: Any, found: Disagreement | None, overdrawn: list[Overdrawn]
) -> list[Disagreement]:
    """One conflict for one fact: what disagrees about the work also answers for the goods it took too many of."""
    if found is None:
        return [_short(draft, operation, body, one) for one in overdrawn]
    return [replace(found, account=overdrawn[-1].account) if overdrawn else found]


def _short(draft: Draft, operation: Operation, body: Any, one: Overdrawn) -> Disagreement:
    facts = others_took(draft.book, operation, one.site, one.account) | did(draft, operation, body)
    facts["ledger_now"] = str(one.balance)
    return Disagreement(STOCK_SHORT, one.site, one.account, facts, provisional=True)


def _in_conflict(draft: Draft, operation: Operation, disagreements: list[Disagreement]) -> Judgement:
    raised: dict[str, Conflict] = {}
    for found in disagreements:
        conflict = raise_or_join(draft, operation, found)
        raised[conflict.id] = conflict
    states = {conflict.state for conflict in raised.values()}
    return Judgement("conflict", tuple(raised), state=PROVISIONAL if states == {PROVISIONAL} else "open")


# --- undo -------------------------------------------------------------------------------------------------------------


def _judge_undo(draft: Draft, operation: Operation, body: Undone) -> Judgement:
    target = draft.book.operation(body.target)
    if target is not None and target.operation is not None and target.operation.kind in DECISIONS:
        return Judgement("refused", reason=DECISION_STANDS)
    if target is None or target.operation is None or is_without_effect(target.outcome):
        return Judgement("waiting", waits_for=body.target)
    if target.outcome.state == UNDONE:
        return Judgement("merged", reason="already_undone")
    if target.operation.kind == operation.kind:
        return Judgement("merged", reason="undo_of_undo")
    return _undo(draft, operation, target, target.operation)


def _undo(draft: Draft, operation: Operation, stored: StoredOperation, target: Operation) -> Judgement:
    """The opposite effects, from wherever the goods of the target stand."""
    unknown = still_unknown(draft, stored)
    body = as_measured(draft, as_linked(draft, decode_body(target), unknown))
    turned = effects(operation, Undone(target=target.id), (target, body))
    found = set_aside(turned, unknown, target.site)
    overdrawn = apply_effects(draft, operation, found, item=getattr(body, "item", ""))
    for turn in found:
        if isinstance(turn, TaskTurn):
            reopen(draft, turn.site, turn.task, target.id)
    forget_date(draft, body)
    draft.states[target.id] = UNDONE
    restock(draft)
    if overdrawn:
        return _in_conflict(draft, operation, [_short(draft, operation, body, one) for one in overdrawn])
    return Judgement("applied")
