"""Deciding a conflict: which answer, who answers, and who agrees where two people have to.

Whoever works at the terminal stays logged in; badges and PINs here are those of the people who decide. Nothing is kept
before the last of them has proved who they are. Each guard and effect stands in the registry under its function's name.
"""

from __future__ import annotations

import msgspec

from scanner_client.core.decisions import (
    AT_OFFICE,
    CONFLICT,
    FOR_A_LINE,
    FOR_AN_ITEM,
    LATER,
    NEED_SECOND,
    SUPERVISOR,
    ledger_units,
)
from scanner_client.core.disputed import Dispute
from scanner_client.core.events import Append
from scanner_client.core.matches import BadgeMatch, ItemMatch
from scanner_client.core.rules.registry import Context, effect, guard, unless
from scanner_client.core.state import Approval, Decision, Notice, Panel, Secrets
from scanner_client.core.values import PART

DECIDED = "decided"


@guard
def conflict_settled(c: Context) -> str | None:
    """The conflict in hand is no longer open: somebody decided it meanwhile, or it settled itself."""
    return unless(_dispute(c) is None)


@guard
def answer_later(c: Context) -> str | None:
    """The chosen answer is not to answer now."""
    return unless(c.given.text == LATER)


@guard
def answer_at_office(c: Context) -> str | None:
    """The chosen answer needs more than a terminal can ask for."""
    return unless(c.given.text in AT_OFFICE)


@guard
def answer_needs_item(c: Context) -> str | None:
    """The answer in hand lacks the item that an unknown code is."""
    decision = _decision(c)
    return unless(decision.answer == FOR_AN_ITEM and not decision.item)


@guard
def answer_needs_line(c: Context) -> str | None:
    """The answer in hand lacks the order line that the goods are for."""
    decision = _decision(c)
    return unless(decision.answer in FOR_A_LINE and not decision.line)


@guard
def second_not_needed(c: Context) -> str | None:
    """One person may give the answer in hand alone."""
    return unless(_decision(c).answer not in NEED_SECOND)


@guard
def may_decide(c: Context) -> str | None:
    """The badge's owner is a supervisor at this site."""
    match = c.given.match
    return unless(isinstance(match, BadgeMatch) and SUPERVISOR in match.operator.roles)


@guard
def another_person(c: Context) -> str | None:
    """The badge is not that of whoever decided."""
    return unless(c.given.match is None or c.given.match.code != _decision(c).by, "refuse.same_person")


@effect
def choose_answer(c: Context) -> Context:
    """The chosen answer is in hand; nobody has given it yet."""
    fresh = Decision(conflict=_decision(c).conflict, answer=c.given.text)
    return c.with_state(decision=fresh, candidate="", approval=None, secrets=Secrets())


@effect
def name_item(c: Context) -> Context:
    """The unknown code is the scanned item."""
    return _with_decision(c, item=c.given.match.item) if isinstance(c.given.match, ItemMatch) else c


@effect
def name_line(c: Context) -> Context:
    """The goods are for the chosen order line."""
    order, _, line = c.given.text.partition(PART)
    return _with_decision(c, order=order, line=line)


@effect
def name_decider(c: Context) -> Context:
    """The badge's owner is asked for the PIN, told what the answer is."""
    if not isinstance(c.given.match, BadgeMatch):
        return c
    return c.with_state(candidate=c.given.match.operator.code, approval=_approval(c))


@effect
def take_decider(c: Context) -> Context:
    """Whoever was asked for the PIN gives the answer in hand."""
    c = _proved(c)
    return _with_decision(c, by=c.state.candidate).with_state(candidate="", secrets=Secrets())


@effect
def keep_decision(c: Context) -> Context:
    """The answer is kept as decided, with the second person where there is one; the conflict is out of hand."""
    decision, second = _decision(c), c.state.candidate
    details = {"order": decision.order, "line": decision.line, "item": decision.item, "approved_by": second}
    body: dict[str, str | bool] = {"conflict": decision.conflict, "answer": decision.answer}
    body |= {name: value for name, value in details.items() if value}
    c = _proved(c).ordering(Append(DECIDED, body, by=decision.by, flow=c.flow.label))
    told = Notice(refused=False, reason="note.decided")
    return _out_of_hand(c).with_state(notice=told)


@effect
def ask_second(c: Context) -> Context:
    """The answer is kept as decided by one person; a second one agrees to it elsewhere, or does not."""
    return keep_decision(c).with_state(notice=Notice(refused=False, reason="note.asked"))


@effect
def drop_decision(c: Context) -> Context:
    """Nobody decides now; the conflict is shown again, as it was."""
    place = next((n for n, one in enumerate(c.facts.disputes()) if one.id == _decision(c).conflict), None)
    panel = None if place is None else Panel(shows=CONFLICT, first=place)
    return _out_of_hand(c).with_state(panel=panel)


def _out_of_hand(c: Context) -> Context:
    return c.with_state(decision=None, candidate="", approval=None, secrets=Secrets())


def _decision(c: Context) -> Decision:
    return c.state.decision or Decision(conflict="")


def _with_decision(c: Context, **changes: str) -> Context:
    return c.with_state(decision=msgspec.structs.replace(_decision(c), **changes))


def _dispute(c: Context) -> Dispute | None:
    """The conflict in hand, while anybody may decide it."""
    found = (one for one in c.facts.disputes() if one.id == _decision(c).conflict)
    return next((one for one in found if one.answerable), None)


def _proved(c: Context) -> Context:
    """The right PIN ends what was counted of wrong ones."""
    return c.with_state(tries={who: one for who, one in c.state.tries.items() if who != c.state.candidate})


def _approval(c: Context) -> Approval:
    """What is agreed to; an adjustment brings the account to nothing."""
    dispute, answer = _dispute(c), _decision(c).answer
    if dispute is None:
        return Approval(kind=answer)
    units = -ledger_units(dispute) if answer == "adjust" else 0
    return Approval(kind=answer, item=dispute.item, location=dispute.location, units=units, unit=dispute.unit)
