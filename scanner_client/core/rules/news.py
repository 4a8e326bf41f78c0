"""News for whoever works here, told between two lines and never within an entry: what became of decisions given at this
terminal, tasks that decisions opened, work that a supervisor shared out. Each is told once.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner_client.core.events import Append
from scanner_client.core.rules.claims import CLAIMED
from scanner_client.core.rules.registry import Context, effect, guard, unless
from scanner_client.core.state import Notice

_NAMES = "news."
"""How the names of its texts begin."""


def is_news(notice: Notice) -> bool:
    """Whether a remark tells news."""
    return notice.reason.startswith(_NAMES)


@guard
def news_waiting(c: Context) -> str | None:
    """There is something to tell, and no other remark stands over the prompt."""
    return unless(c.state.notice is None and next(_untold(c), None) is not None)


@effect
def tell_news(c: Context) -> Context:
    """The oldest news stands over the prompt, and counts as told."""
    current = dict(_news(c))
    id, notice = next(_untold(c), ("", c.state.notice))
    return c.with_state(notice=notice, told=(*(one for one in c.state.told if one in current), id))


def _untold(c: Context) -> Iterator[tuple[str, Notice]]:
    return ((id, notice) for id, notice in _news(c) if id not in c.state.told)


def _news(c: Context) -> Iterator[tuple[str, Notice]]:
    """Everything that is to be told, or was and still holds, by what it is about."""
    if _is_freed(c):
        yield f"freed {c.work.order}", Notice(refused=False, reason=f"{_NAMES}freed")
    for one in c.facts.verdicts():
        yield one.id, Notice(refused=False, reason=f"{_NAMES}{one.became}", kind=one.answer, code=one.by)
    if c.state.operator:
        for claim in c.facts.given(c.state.operator):
            id = f"{claim.order} {claim.since}"
            yield id, Notice(refused=False, reason=f"{_NAMES}given", kind="order", code=claim.order)
        for task in c.facts.own_tasks(c.state.operator):
            yield task.id, Notice(refused=False, reason=f"{_NAMES}{task.kind}", kind="item", code=task.item)


def _is_freed(c: Context) -> bool:
    """The order at whose line somebody stands was opened here and is nobody's any more; with that line it is theirs
    again."""
    claimed = any(isinstance(one, Append) and one.kind == CLAIMED for one in c.commands)
    return bool(c.work.order and c.work.task) and not claimed and c.facts.claim(c.work.order) is None
