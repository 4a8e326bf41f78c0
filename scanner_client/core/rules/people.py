"""The guards and effects of logging in and off: who scanned a badge, and whether the PIN is theirs.

A PIN is never compared here. An effect orders that (`CheckPin`), and the answer comes back as an input of its own
(`pin_right`, `pin_wrong`), so that the engine stays pure and nothing waits inside a transaction.
"""

from __future__ import annotations

import msgspec

from scanner_client.core.events import CheckPin, ChoosePin
from scanner_client.core.matches import BadgeMatch
from scanner_client.core.rules.registry import Context, effect, guard, unless
from scanner_client.core.state import Secrets, State, Tries, Work
from scanner_client.core.values import PinState

FEWEST_DIGITS = 4
FREE_TRIES = 5
"""Wrong PINs in a row after which an operator's prompt locks on this terminal."""

FIRST_LOCK_MS, LONGEST_LOCK_MS = 30_000, 3_600_000


@guard
def operator_known(c: Context) -> str | None:
    """The badge belongs to someone who may work."""
    return unless(isinstance(c.given.match, BadgeMatch))


@guard
def pin_chosen(c: Context) -> str | None:
    """The badge's owner has a PIN to ask for."""
    return unless(_pin(c).chosen)


@guard
def pin_not_needed(c: Context) -> str | None:
    """The badge alone will do: there is no PIN, and this ledger (training, test) demands none."""
    pin = _pin(c)
    return unless(not pin.chosen and not pin.needed and not pin.by_code)


@guard
def pin_by_code(c: Context) -> str | None:
    """The next PIN is chosen with a supervisor's one-time code."""
    return unless(_pin(c).by_code)


@guard
def pin_locked(c: Context) -> str | None:
    """Too many wrong PINs: the prompt is locked for a while."""
    return unless(locked_ms(c.state, c.at) > 0)


@guard
def pin_long_enough(c: Context) -> str | None:
    """The typed PIN has enough digits."""
    return unless(len(c.given.text) >= FEWEST_DIGITS, "refuse.pin_short")


@guard
def pin_same(c: Context) -> str | None:
    """The PIN typed again is the one typed first."""
    return unless(bool(c.given.text) and c.given.text == c.state.secrets.pin, "refuse.pin_differs")


@effect
def log_in(c: Context) -> Context:
    """The badge's owner works from now on, in their own language."""
    code = c.given.match.operator.code if isinstance(c.given.match, BadgeMatch) else c.state.candidate
    known = c.facts.operator(code)
    if not code:
        return c
    language = (known.language if known else "") or c.state.language
    tries = {who: one for who, one in c.state.tries.items() if who != code}
    return c.with_state(operator=code, candidate="", language=language, kept=(), tries=tries, secrets=Secrets())


@effect
def log_off(c: Context) -> Context:
    """Nobody works here; what was kept stays kept."""
    return c.with_state(operator="", candidate="", secrets=Secrets(), work=Work(), kept=())


@effect
def name_candidate(c: Context) -> Context:
    """The badge's owner is asked for the PIN, in their own language; whoever worked here is logged off."""
    if not isinstance(c.given.match, BadgeMatch):
        return c
    operator = c.given.match.operator
    return log_off(c).with_state(candidate=operator.code, language=operator.language or c.state.language)


@effect
def check_pin(c: Context) -> Context:
    """The typed PIN is compared with the operator's verifier."""
    return c.ordering(CheckPin(c.state.candidate, c.given.text))


@effect
def count_wrong_pin(c: Context) -> Context:
    """One more wrong PIN; from the fifth on the prompt locks, each time twice as long."""
    failed = c.state.tries.get(c.state.candidate, Tries(0)).failed + 1
    beyond = failed - FREE_TRIES
    lock = min(FIRST_LOCK_MS << min(beyond, 10), LONGEST_LOCK_MS) if beyond >= 0 else 0
    tries = {**c.state.tries, c.state.candidate: Tries(failed, c.at + lock if lock else 0)}
    return c.with_state(tries=tries)


@effect
def hold_pin(c: Context) -> Context:
    """The typed PIN is held until it was typed again."""
    return _with_secrets(c, pin=c.given.text)


@effect
def hold_code(c: Context) -> Context:
    """The typed one-time code is held until the PIN was chosen."""
    return _with_secrets(c, code=c.given.text)


@effect
def choose_pin(c: Context) -> Context:
    """The PIN is brought to the ledger."""
    sent = c.ordering(ChoosePin(c.state.candidate, c.given.text, c.state.secrets.code))
    return sent.with_state(secrets=Secrets())


def locked_ms(state: State, at: int) -> int:
    """How long the candidate's prompt stays locked. A clock that was set back locks nobody out for longer than ever."""
    left = state.tries.get(state.candidate, Tries(0)).locked_until - at
    return left if 0 < left <= LONGEST_LOCK_MS else 0


def _pin(c: Context) -> PinState:
    code = c.given.match.operator.code if isinstance(c.given.match, BadgeMatch) else c.state.candidate
    return c.facts.pin(code)


def _with_secrets(c: Context, **changes: str) -> Context:
    return c.with_state(secrets=msgspec.structs.replace(c.state.secrets, **changes))
