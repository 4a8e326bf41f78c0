"""Claims: who works on what. They tell others, refuse nobody their own work, and end when the work does.

How claims stand against each other is said in `sync.wire.claims`, which the terminals follow too; here it is held
against the orders and tasks as they are. Nothing is claimed that is not open work of this ledger.
"""

from __future__ import annotations

import msgspec

from server_stub.ledger.book import Draft, Judgement
from server_stub.ledger.rights import NOT_PERMITTED, may_decide, may_work
from sync.wire.bodies import TaskClaimed, TaskReleased
from sync.wire.claims import Claiming, after, others
from sync.wire.effects import claim_change
from sync.wire.operation import Operation
from sync.wire.rows import Claim, Operator, Order, Task, row_key

NO_SUCH_OPERATOR = "no_such_operator"
NOT_OPEN = "not_open"
"""The reason given where a claim is of work that is done, cancelled or not known here."""


def judge_claim(draft: Draft, operation: Operation, body: TaskClaimed | TaskReleased) -> Judgement:
    """Put what somebody says of their work, or a supervisor of others', into the draft. `merged` where others said
    something else meanwhile."""
    change, refusal = claim_change(operation, body), _refusal(draft, operation, body)
    if refusal:
        return Judgement("refused", reason=refusal)
    standing = draft.get(Claim, change.key)
    if isinstance(change, Claiming) and not _is_open(draft, change):
        return Judgement("merged", reason=NOT_OPEN)
    now = after(standing, change)
    if now is None and standing is not None:
        draft.drop(standing)
    elif now is not None and now != standing:
        draft.put(now)
    return Judgement("merged" if others(now, change.by) else "applied")


def _refusal(draft: Draft, operation: Operation, body: TaskClaimed | TaskReleased) -> str:
    """Why somebody may not free or give away what another has; empty for what people say of themselves."""
    is_of_another = body.given_to if isinstance(body, TaskClaimed) else body.over not in ("", operation.by)
    if not is_of_another:
        return ""
    if not may_decide(draft, operation.site, operation.by):
        return NOT_PERMITTED
    given_to = body.given_to if isinstance(body, TaskClaimed) else ""
    known = draft.get(Operator, given_to) if given_to else None
    is_here = known is not None and may_work(draft, msgspec.structs.replace(operation, by=given_to))
    return NO_SUCH_OPERATOR if given_to and not is_here else ""


def _is_open(draft: Draft, work: Claiming) -> bool:
    order = draft.get(Order, row_key(work.site, work.order)) if work.order else None
    task = draft.get(Task, row_key(work.site, work.task)) if work.task else None
    if work.order and (order is None or order.state != "open"):
        return False
    return not work.task or (task is not None and task.state == "open")


def end_claims(draft: Draft, site: str, order: str) -> None:
    """The order is done or cancelled: nobody has it any more, nor one of its tasks."""
    for claim in draft.select(Claim, site=site, order=order):
        draft.drop(claim)


def end_claim_of(draft: Draft, task: Task) -> None:
    """The task is done. Who works on an order claims the order, so this is for tasks that belong to none."""
    claim = None if task.order else draft.get(Claim, row_key(task.site, "", task.id))
    if claim is not None:
        draft.drop(claim)
