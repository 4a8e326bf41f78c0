"""Claims: who works on what. They tell others, refuse nothing, and end when the work does.

How claims stand against each other is said in `sync.wire.claims`, which the terminals follow too; here it is held
against the orders and tasks as they are. Nothing is claimed that is not open work of this ledger.
"""

from __future__ import annotations

from server_stub.ledger.book import Draft, Judgement
from sync.wire.claims import Claiming, Releasing, after, others
from sync.wire.rows import Claim, Order, Task, row_key

NOT_OPEN = "not_open"
"""The reason given where a claim is of work that is done, cancelled or not known here."""


def judge_claim(draft: Draft, change: Claiming | Releasing) -> Judgement:
    """Put what somebody says of their work into the draft. `merged` where others said something else meanwhile."""
    standing = draft.get(Claim, change.key)
    if isinstance(change, Claiming) and not _is_open(draft, change):
        return Judgement("merged", reason=NOT_OPEN)
    now = after(standing, change)
    if now is None and standing is not None:
        draft.drop(standing)
    elif now is not None and now != standing:
        draft.put(now)
    return Judgement("merged" if others(now, change.by) else "applied")


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
