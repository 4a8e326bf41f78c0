"""A supervisor's questions in an outage: who is cut off, what a sync would bring, what becomes of the queue (X4, X8).

Asking keeps nothing; what the supervisor then chose is journalled.
"""

from __future__ import annotations

from scanner_client.core.decisions import SUPERVISOR
from scanner_client.core.events import AskAround, ChooseMode, Journal, SyncNow, TryOut
from scanner_client.core.rules.registry import Context, effect, guard, unless

READING_MS = 700
"""An answer counts as read this long after it came; a key that was on its way before does not send a queue."""


@guard
def supervisor_here(c: Context) -> str | None:
    """Whoever is logged in is a supervisor of this site by what is on record."""
    operator = c.facts.operator(c.state.operator)
    return unless(operator is not None and SUPERVISOR in operator.roles)


@guard
def answer_unread(c: Context) -> str | None:
    """The answer to the dry run is awaited, or was not on the screen for long enough to be read."""
    found = c.facts.tried()
    return unless(found is None or found.token != c.work.looking or c.at - found.at < READING_MS)


@effect
def look_around(c: Context) -> Context:
    """The ledger is asked how the site's terminals stand."""
    return c.ordering(AskAround())


@effect
def look_at_terminal(c: Context) -> Context:
    """The chosen terminal is what is asked about."""
    return c.with_work(looking=c.given.text)


@effect
def try_out(c: Context) -> Context:
    """The ledger is asked what would become of what is unsent."""
    token = f"{c.facts.terminal} {c.at}"
    return c.with_work(looking=token).ordering(TryOut(token))


@effect
def release_queue(c: Context) -> Context:
    """What is unsent goes out, at once and from now on."""
    return c.ordering(Journal("released", {"by": c.state.operator}), ChooseMode("automatic"), SyncNow())


@effect
def stay_offline(c: Context) -> Context:
    """The terminal keeps to itself until somebody says otherwise."""
    return c.ordering(Journal("mode", {"mode": "offline", "by": c.state.operator}), ChooseMode("offline"))
