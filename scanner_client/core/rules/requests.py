"""Answering requests: a second person approves what somebody else decided, or turns it down and says why.

Whoever works at the terminal stays logged in; badge and PIN are those of the person who answers, who is never the one
who asked. Nothing is kept before they have proved who they are.
"""

from __future__ import annotations

import msgspec

from scanner_client.core.events import Append
from scanner_client.core.matches import BadgeMatch
from scanner_client.core.requests import APPROVED, DENIED, HeldRequest
from scanner_client.core.rules.registry import Context, effect, guard, unless
from scanner_client.core.state import Approval, Reply, Secrets


@guard
def requests_waiting(c: Context) -> str | None:
    """Something here waits for a second person."""
    return unless(bool(c.facts.requests()))


@guard
def no_requests(c: Context) -> str | None:
    """Nothing waits for a second person (any more)."""
    return unless(not c.facts.requests())


@guard
def request_gone(c: Context) -> str | None:
    """The request in hand was answered meanwhile, or its conflict was decided without it."""
    return unless(_request(c) is None)


@guard
def not_requester(c: Context) -> str | None:
    """The badge is not that of whoever made the request in hand."""
    request = _request(c)
    return unless(request is None or c.given.match is None or c.given.match.code != request.by, "refuse.own_request")


@effect
def take_request(c: Context) -> Context:
    """The chosen request is in hand; nobody has answered it yet."""
    c = c.with_state(reply=Reply(request=c.given.text), candidate="", secrets=Secrets())
    return c.with_state(approval=_approval(_request(c)))


@effect
def say_approved(c: Context) -> Context:
    """The request in hand is to be approved."""
    return _with_reply(c, word=APPROVED, reason="")


@effect
def say_denied(c: Context) -> Context:
    """The request in hand is to be turned down for the chosen reason."""
    return _with_reply(c, word=DENIED, reason=c.given.text)


@effect
def name_approver(c: Context) -> Context:
    """The badge's owner is asked for the PIN."""
    return c.with_state(candidate=c.given.match.operator.code) if isinstance(c.given.match, BadgeMatch) else c


@effect
def keep_word(c: Context) -> Context:
    """The answer to the request in hand is kept, in the name of whoever proved who they are."""
    reply = _reply(c)
    body: dict[str, str | bool] = {"target": reply.request}
    if reply.reason:
        body["reason"] = reply.reason
    tries = {who: one for who, one in c.state.tries.items() if who != c.state.candidate}
    c = c.ordering(Append(reply.word, body, by=c.state.candidate, flow=c.flow.label))
    return drop_request(c.with_state(tries=tries))


@effect
def drop_request(c: Context) -> Context:
    """No request is in hand any more."""
    return c.with_state(reply=None, candidate="", approval=None, secrets=Secrets())


def _reply(c: Context) -> Reply:
    return c.state.reply or Reply(request="")


def _with_reply(c: Context, **changes: str) -> Context:
    return c.with_state(reply=msgspec.structs.replace(_reply(c), **changes))


def _request(c: Context) -> HeldRequest | None:
    """The request in hand, while anybody may answer it."""
    return next((one for one in c.facts.requests() if one.id == _reply(c).request), None)


def _approval(request: HeldRequest | None) -> Approval | None:
    if request is None:
        return None
    return Approval(
        kind=request.answer, item=request.item, location=request.location, units=request.units, unit=request.unit
    )
