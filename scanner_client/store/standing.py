"""How an operation stands, in the one word a person is shown (SCREENS: 存 发 收 冲 审 拒 隔)."""

from __future__ import annotations

from sync.wire.claims import ADVISORY_KINDS
from sync.wire.decisions import APPROVED, DECIDED, DENIED
from sync.wire.messages import Outcome
from sync.wire.notices import ACKNOWLEDGED

KEPT, SENT, ACCEPTED = "kept", "sent", "accepted"
CONFLICT, HELD, REFUSED, QUARANTINED = "conflict", "held", "refused", "quarantined"

IS_KEPT = f"standing = '{KEPT}' AND standing <> '{ACCEPTED}'"
"""The condition of an unanswered operation. It repeats the words of the partial index, which is else not used: a look
at a short queue would read everything that is held."""

IS_ADVICE = f"kind IN ({', '.join(repr(kind) for kind in ADVISORY_KINDS)})"
"""The condition of an operation that only tells others who works on what. People count what they scanned, so these
stand in no count of theirs; `scanner queue list` has them all the same."""

IS_DECISION = f"kind = '{DECIDED}'"
"""The condition of an answer to a conflict."""

IS_SAID = f"kind IN ('{APPROVED}', '{DENIED}')"
"""The condition of a second person's word to a request."""

IS_READ = f"kind = '{ACKNOWLEDGED}'"
"""The condition of somebody's word that they have read a message."""

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
