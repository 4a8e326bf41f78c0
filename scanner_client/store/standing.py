"""How an operation stands, in the one word a person is shown (SCREENS: 存 发 收 冲 审 拒 隔)."""

from __future__ import annotations

from sync.wire.messages import Outcome

KEPT, SENT, ACCEPTED = "kept", "sent", "accepted"
CONFLICT, HELD, REFUSED, QUARANTINED = "conflict", "held", "refused", "quarantined"

_BY_WORD = {
    "applied": ACCEPTED,
    "merged": ACCEPTED,
    "waiting": ACCEPTED,
    "explained": ACCEPTED,
    "resolved": ACCEPTED,
    "approved": ACCEPTED,
    "conflict": CONFLICT,
    "provisional": CONFLICT,
    "open": CONFLICT,
    "held": HELD,
    "refused": REFUSED,
    "quarantined": QUARANTINED,
}


def standing(outcome: Outcome) -> str:
    """The standing of an answered operation: how things are now, else the first word; an unknown word is accepted."""
    return _BY_WORD.get(outcome.state) or _BY_WORD.get(outcome.outcome, ACCEPTED)


def is_settled(outcome: Outcome) -> bool:
    """Whether it was plainly accepted, so that nobody will ask for it again."""
    return standing(outcome) == ACCEPTED and (outcome.state or outcome.outcome) != "waiting"
