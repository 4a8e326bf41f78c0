"""Who works on what: an order is claimed when it is opened, and others are told; nothing is refused by it.

Each guard and effect stands in the registry under its function's name; the docstring is what flow authors read.
"""

from __future__ import annotations

from scanner_client.core.events import Append
from scanner_client.core.matches import OrderMatch
from scanner_client.core.rules.registry import Context, effect, guard, unless
from scanner_client.core.state import Work
from scanner_client.core.values import Claim

CLAIMED, RELEASED = "task_claimed", "task_released"
FINISHED, LEFT, LOG_OFF = "finished", "left", "log_off"
"""Why an order is given back: nothing of it is left, nothing of it was begun, or its picker goes and says so."""


@guard
def order_held(c: Context) -> str | None:
    """Somebody else has the scanned or chosen order."""
    return unless(_others(c, _given_order(c)) is not None)


@guard
def order_taken(c: Context) -> str | None:
    """Somebody else has the order in hand."""
    return unless(_others(c, c.work.order) is not None)


@guard
def work_begun(c: Context) -> str | None:
    """The operator has orders with work left."""
    return unless(bool(c.facts.begun(c.state.operator)))


@effect
def name_order(c: Context) -> Context:
    """The scanned or chosen order is in hand, and none of its lines yet."""
    return c.with_state(work=Work(order=_given_order(c), to=c.work.to))


@effect
def claim_order(c: Context) -> Context:
    """The operator has the order in hand from now on, taken over from whoever had it. Nothing is said twice."""
    order, standing = c.work.order, c.facts.claim(c.work.order)
    own = standing is not None and standing.by == c.state.operator
    c = c.with_state(begun="" if own else order)
    if standing is None:
        return _said(c, CLAIMED, order)
    if own and standing.terminal == c.facts.terminal:
        return c
    return _said(c, CLAIMED, order) if own else _said(c, CLAIMED, order, over=standing.by)


@effect
def renew_claim(c: Context) -> Context:
    """The order in hand is the operator's again, where nobody has it any more: the supervisor freed it, or its last
    line was undone."""
    return c if c.facts.claim(c.work.order) else _said(c, CLAIMED, c.work.order)


@effect
def end_claim(c: Context) -> Context:
    """The order in hand is given back if nothing of it is left, or if nothing of it was done since it was opened; else
    it stays with the operator."""
    order, standing = c.work.order, c.facts.claim(c.work.order)
    untouched = c.state.begun == order and not any(one.order == order and not one.undone for one in c.state.kept)
    c = c.with_state(begun="")
    if standing is None or standing.by != c.state.operator:
        return c
    if not any(task.state == "open" for task in c.facts.tasks(order)):
        return _said(c, RELEASED, order, reason=FINISHED)
    return _said(c, RELEASED, order, reason=LEFT) if untouched else c


@effect
def give_back(c: Context) -> Context:
    """The operator gives all orders back that they have; what was done of them stays done."""
    for order in c.facts.begun(c.state.operator):
        c = _said(c, RELEASED, order, reason=LOG_OFF)
    return c


def _given_order(c: Context) -> str:
    return c.given.match.code if isinstance(c.given.match, OrderMatch) else c.given.text


def _others(c: Context, order: str) -> Claim | None:
    """The claim of somebody else, as it stands after this very event: the facts are of the moment before it."""
    claimed = any(isinstance(one, Append) and one.kind == CLAIMED and one.body.get("order") == order
                  for one in c.commands)  # fmt: skip
    standing = None if claimed or not order else c.facts.claim(order)
    return standing if standing and standing.by != c.state.operator else None


def _said(c: Context, kind: str, order: str, **more: str) -> Context:
    return c.ordering(Append(kind, {"order": order, **more}, by=c.state.operator, flow=c.flow.label))
