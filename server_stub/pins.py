"""Operators' PINs on the ledger: who has one, choosing the first, resetting one by a supervisor's one-time code.

What is kept is the verifier that a terminal computed (`sync.wire.pins`), beside the hashed log and never in it: a
restore cannot know PINs chosen since the backup, and those operators choose again. Where PINs are needed, choosing one
takes a one-time code that came with the badge: else whoever finds a new badge would choose its PIN.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from server_stub.keys import code_hash
from sync.wire.pins import Pin, PinChoice, is_verifier
from sync.wire.rows import Operator

EVERYWHERE = "*"
LIVE = "live"
"""The environment in which PINs are needed."""

CODE_DIGITS = 10
CODE_LIFETIME = timedelta(hours=24)
MOST_WRONG_CODES = 10
"""Wrong codes after which the right one is void: ten digits cannot be found in so few tries."""


@dataclass(frozen=True, slots=True)
class KeptPin:
    """What is kept for an operator. `code_hash` with `expires` and `tries`: a one-time code that was handed out."""

    operator: str
    verifier: str = ""
    code_hash: str = ""
    expires: str = ""
    tries: int = 0

    def __repr__(self) -> str:
        return f"KeptPin({self.operator!r})"


class Pins(Protocol):
    """The PINs in one transaction."""

    def pin(self, operator: str) -> KeptPin | None: ...
    def pins(self) -> Sequence[KeptPin]: ...
    def put_pin(self, pin: KeptPin) -> None: ...


def new_pin_code() -> str:
    """A one-time code of digits alone: it is typed on a scanner."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def is_pin_code(text: str) -> bool:
    return len(text) == CODE_DIGITS and text.isascii() and text.isdigit()


def works_at(operator: Operator, site: str) -> bool:
    """Whether the operator may work at the site; one without any role is not bound to a site."""
    return operator.active and (not operator.roles or bool(operator.roles.keys() & {site, EVERYWHERE}))


def pins_for(pins: Pins, operators: Iterable[Operator], *, needed: bool) -> list[Pin]:
    """What a terminal is told of these operators' PINs. Where none is needed, who has none is left out."""
    known = {one.operator: one for one in pins.pins()}
    kept = (known.get(operator.code, KeptPin(operator.code)) for operator in operators)
    told = (Pin(operator=one.operator, verifier=one.verifier, by_code=_takes_code(one, needed)) for one in kept)
    return [pin for pin in told if pin.verifier or pin.by_code]


def _takes_code(kept: KeptPin, needed: bool) -> bool:
    return bool(kept.code_hash) or (needed and not kept.verifier)


def has_pin(pins: Pins, operator: str) -> bool:
    kept = pins.pin(operator)
    return kept is not None and bool(kept.verifier)


def reset_pin(pins: Pins, operator: str, now: datetime, code: str = "") -> str:
    """End the operator's PIN, if there is one. Returns the one-time code with which the next one is chosen."""
    code = code or new_pin_code()
    pins.put_pin(
        KeptPin(operator, code_hash=code_hash(code), expires=(now + CODE_LIFETIME).isoformat(timespec="seconds"))
    )
    return code


def choose_pin(pins: Pins, choice: PinChoice, now: datetime, *, needed: bool) -> str:
    """Keep the chosen PIN; `needed`: this ledger needs PINs.

    Returns why it was refused, empty where it was not: `wrong_code`, `pin_chosen`, `malformed`. Returned and not
    raised, so that the count of wrong codes is kept with the refusal.
    """
    if not is_verifier(choice.verifier):
        return "malformed"
    kept = pins.pin(choice.operator) or KeptPin(choice.operator)
    if kept.verifier:
        # The same choice sent again, because its answer was lost, is no second one.
        return "" if kept.verifier == choice.verifier else "pin_chosen"
    if _takes_code(kept, needed) and not _opens(kept, choice.code, now):
        if kept.code_hash:
            pins.put_pin(replace(kept, tries=kept.tries + 1))
        return "wrong_code"
    pins.put_pin(KeptPin(choice.operator, verifier=choice.verifier))
    return ""


def _opens(kept: KeptPin, code: str, now: datetime) -> bool:
    if not kept.code_hash:
        return False
    in_time = datetime.fromisoformat(kept.expires) >= now and kept.tries < MOST_WRONG_CODES
    return in_time and secrets.compare_digest(code_hash(code), kept.code_hash)
