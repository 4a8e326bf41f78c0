"""Sharing work out: a supervisor frees what somebody has, or gives it to somebody; both are told between two lines."""

from __future__ import annotations

from scanner_client.core.events import Append
from scanner_client.core.matches import BadgeMatch
from scanner_client.core.rules.claims import CLAIMED, RELEASED
from scanner_client.core.rules.registry import Context, effect, guard, unless
from scanner_client.core.state import Work

FREED = "freed"
"""Why an order is given back that somebody else had."""


@guard
def work_held(c: Context) -> str | None:
    """Somebody at this site has an order that is not done."""
    return unless(bool(c.facts.held_orders()))


@guard
def no_work_held(c: Context) -> str | None:
    """Nobody has any order that is not done."""
    return unless(not c.facts.held_orders())


@guard
def order_unclaimed(c: Context) -> str | None:
    """Nobody has the order in hand any more."""
    return unless(c.facts.claim(c.work.order) is None)


@guard
def can_be_given(c: Context) -> str | None:
    """The scanned badge, or the typed code, is that of somebody who works here and does not have the order."""
    code, standing = _to(c), c.facts.claim(c.work.order)
    known = c.facts.operator(code) if code else None
    if known is None or (known.bound and not known.roles):
        return ""
    return unless(standing is None or standing.by != code, "refuse.has_it")


@effect
def free_order(c: Context) -> Context:
    """Nobody has the order in hand from now on."""
    return _said(c, RELEASED, over=_holder(c), reason=FREED)


@effect
def give_order(c: Context) -> Context:
    """The scanned badge's owner has the order in hand from now on."""
    return _said(c, CLAIMED, over=_holder(c), given_to=_to(c))


@effect
def drop_order(c: Context) -> Context:
    """No order is in hand any more."""
    return c.with_state(work=Work())


def _to(c: Context) -> str:
    return c.given.match.code if isinstance(c.given.match, BadgeMatch) else c.given.text


def _holder(c: Context) -> str:
    standing = c.facts.claim(c.work.order)
    return standing.by if standing else ""


def _said(c: Context, kind: str, **more: str) -> Context:
    said = Append(kind, {"order": c.work.order, **more}, by=c.state.operator, flow=c.flow.label)
    return drop_order(c.ordering(said))
