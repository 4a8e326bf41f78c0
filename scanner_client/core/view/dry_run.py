"""The dry run drawn: how many operations would have which outcome, which conflicts would stay, and what to do (X4)."""

from __future__ import annotations

from collections.abc import Iterator

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.outage import Tried
from scanner_client.core.view import small, tall, wide
from scanner_client.core.view.scene import Scene

Rows = list[str]
_ACCEPTED, _MERGED, _CONFLICT = "applied", "merged", "conflict"
_EXPLAINED = "explained"
_RARE = ("held", "refused", "quarantined", "waiting")


def small_rows(one: Scene) -> Rows:
    told = [*_told(one, small.WIDTH, 1), "", ""]
    choices = " ".join(f"{digit}{one.say(f'dry_run_narrow.{value}')}" for digit, value, _ in one.options)
    hint = one.say("frame.page") if one.more else ""
    return [told[0], told[1], f"{pad(f'{choices}>', small.WIDTH - width(hint))}{hint}"]


def tall_rows(one: Scene) -> Rows:
    rows = [*_told(one, tall.WIDTH), *[""] * 6][:6]
    options = [f"{digit} {text}" for digit, _, text in one.options]
    return [one.say(one.flow.title), tall.RULE, *rows, tall.RULE, *options, "", ">"]


def wide_rows(one: Scene) -> Rows:
    rows = [*_told(one, wide.WIDTH), *[""] * 4][:4]
    choices = " ".join(f"{digit}{text}" for digit, _, text in one.options)
    return [wide.titled(one, wide.WIDTH), *rows, f"{choices} >"]


def _told(one: Scene, cells: int, together: int = 2) -> Rows:
    """The counts, what could not be tried, the kinds of conflict that would stay. `together`: so many rows of counts
    stand first, the others last."""
    found = one.facts.tried()
    if found is None or found.token != one.state.work.looking:
        return [one.say("dry_run.asking")]
    if found.silent:
        return [one.say("dry_run.silent")]
    counts = list(_counts(one, found))
    if not counts and not found.left and not found.unplaced:
        return [one.say("dry_run.nothing")]
    kinds = [f"{one.say(f'dispute.{kind}')}{count}" for kind, count in _largest_first(found)]
    rows = _wrapped(counts, cells)
    return [*rows[:together], *_untried(one, found), *_wrapped(kinds, cells), *rows[together:]]


def _largest_first(found: Tried) -> list[tuple[str, int]]:
    return sorted(found.conflicts.items(), key=lambda one: (-one[1], one[0]))


def _counts(one: Scene, found: Tried) -> Iterator[str]:
    """`收30 并2 冲3`, and what is rare once there is any. What explains itself counts as merged."""
    outcomes = found.outcomes
    if not outcomes:
        return
    yield f"{one.say('mark.accepted')}{outcomes.get(_ACCEPTED, 0)}"
    yield f"{one.say('dry_run.merged')}{outcomes.get(_MERGED, 0) + outcomes.get(_EXPLAINED, 0)}"
    yield f"{one.say('mark.conflict')}{outcomes.get(_CONFLICT, 0)}"
    for name in _RARE:
        if outcomes.get(name):
            mark = "dry_run.waiting" if name == "waiting" else f"mark.{name}"
            yield f"{one.say(mark)}{outcomes[name]}"


def _untried(one: Scene, found: Tried) -> Rows:
    named = (("left", found.left), ("unplaced", found.unplaced))
    return [one.say(f"dry_run.{name}", n=str(count)) for name, count in named if count]


def _wrapped(entries: list[str], cells: int) -> Rows:
    rows: Rows = []
    for entry in entries:
        longer = f"{rows[-1]} {entry}" if rows else entry
        if rows and width(longer) <= cells:
            rows[-1] = longer
        else:
            rows.append(shorten(entry, cells))
    return rows
