"""What an undo takes back: whatever its target left in the shared picture, and nothing where it left nothing.

The terminal lays an undo over its rows as the ledger would post it on top of them, and decides anew with every page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sync.wire.bodies import Posting
from sync.wire.effects import Effect, aside, effect_feed, effects, reversed_effects
from sync.wire.messages import Outcome
from sync.wire.operation import Operation
from sync.wire.rows import ACTIVE, REFERENCE_UNKNOWN, Conflict

UNDONE = "undone"
"""State of an operation that an undo has taken back."""

NOT_POSTED = ("quarantined", "waiting", "refused", "held")
"""Outcomes of operations without an effect so far (their `state` says when that has changed)."""


def is_without_effect(outcome: Outcome) -> bool:
    """Whether the ledger has posted nothing of the operation so far."""
    return outcome.outcome in NOT_POSTED and outcome.state in ("", outcome.outcome)


def unknown_subjects(conflicts: Iterable[Conflict]) -> set[str]:
    """Subjects because of which goods of an operation with these conflicts still stand on `@unknown`."""
    return {one.subject for one in conflicts if one.kind == REFERENCE_UNKNOWN and one.state in ACTIVE}


def taken_back(
    answer: Outcome | None,
    target: tuple[Operation, Any],
    outcome: Outcome | None,
    *,
    pending: Collection[str],
    unknown: Collection[str],
) -> Sequence[Effect | None]:
    """The effects of an undo that no page covers yet, one for each effect of its target; None where there is none.

    `answer` and `outcome` are what the ledger said of the undo and of its target. `pending`: feeds whose rows do not
    hold the target, so that it is laid over them as it was scanned. `unknown`: subjects of its open conflicts.
    """

    def turned(effect: Effect) -> Effect | None:
        if effect_feed(effect) in pending:
            return effect
        if not _is_in_rows(outcome, effect_feed(effect)) or not _takes_back(answer, outcome):
            return None
        return aside(effect, unknown, target[0].site) if isinstance(effect, Posting) else effect

    return [turned(effect) for effect in reversed_effects(effects(*target))]


def is_useless(answer: Outcome | None) -> bool:
    """Whether the ledger put an undo itself aside, so that a later one may take its target back."""
    return answer is not None and answer.outcome in ("quarantined", "refused")


def _is_in_rows(outcome: Outcome | None, feed: str) -> bool:
    return outcome is None or (feed in outcome.feeds and not is_without_effect(outcome))


def _takes_back(answer: Outcome | None, outcome: Outcome | None) -> bool:
    if answer is not None and answer.outcome in ("applied", "conflict"):
        return True
    return not is_useless(answer) and (outcome is None or outcome.state != UNDONE)
