"""Tasks that decisions open for a person: goods go back to where they were taken, or to who sent them.

The quantity is known, so that an item and a place are all there is to scan. Each guard and effect stands in the
registry under its function's name.
"""

from __future__ import annotations

from scanner_client.core.events import Append
from scanner_client.core.matches import LocationMatch
from scanner_client.core.rules.keeping import goods_body
from scanner_client.core.rules.registry import Context, effect, guard, unless
from scanner_client.core.state import Work
from scanner_client.core.values import OWN_TOTE, PUT_BACK, TO_SUPPLIER, Task

RETURNED = "returned"


@guard
def tasks_waiting(c: Context) -> str | None:
    """There are tasks that decisions opened for the operator, or for anybody."""
    return unless(bool(_waiting(c)))


@guard
def tasks_finished(c: Context) -> str | None:
    """There are none left."""
    return unless(not _waiting(c))


@guard
def task_put_back(c: Context) -> str | None:
    """The chosen task is to put goods back."""
    return unless(_kind_of_chosen(c) == PUT_BACK)


@guard
def task_to_supplier(c: Context) -> str | None:
    """The chosen task is to give goods back to who sent them."""
    return unless(_kind_of_chosen(c) == TO_SUPPLIER)


@guard
def task_over(c: Context) -> str | None:
    """The task in hand is done already, or no longer wanted."""
    return unless(c.task is None or c.task.state != "open")


@guard
def task_in_tote(c: Context) -> str | None:
    """The goods of the task in hand are in a terminal's own tote, which has no label."""
    return unless(c.task is not None and c.task.location.startswith(OWN_TOTE))


@guard
def task_target(c: Context) -> str | None:
    """The scanned location is where the goods of the task in hand go."""
    match, task = c.given.match, c.task
    return unless(isinstance(match, LocationMatch) and task is not None and match.location.code == task.to)


@guard
def target_check_right(c: Context) -> str | None:
    """The typed number is the check digits of where the goods go."""
    place = c.facts.location(c.task.to) if c.task else None
    return unless(place is not None and place.check != "" and c.given.text == place.check)


@effect
def take_task(c: Context) -> Context:
    """The chosen task is in hand."""
    return c.with_state(work=Work(task=c.given.text, to=c.work.to))


@effect
def drop_task(c: Context) -> Context:
    """No task is in hand; the tote stays."""
    return c.with_state(work=Work(to=c.work.to))


@effect
def keep_returned(c: Context) -> Context:
    """The goods of the task in hand are kept as returned; the task is done."""
    task = c.task
    if task is None:
        return c
    body: dict[str, str | bool] = {
        "location": task.location, "to": task.to, "done": True, **goods_body(c, task, task.units, task.serial),
    }  # fmt: skip
    if task.line:
        body |= {"order": task.order, "line": task.line}
    note: dict[str, str | int] = {
        "item": task.item, "location": task.to, "lot": task.lot, "units": task.units, "unit": str(body["unit"]),
        "task": task.id,
    }  # fmt: skip
    returned = Append(RETURNED, body, c.state.operator, c.flow.label, task.id, task.rev, c.work.scans, note)
    return drop_task(c.with_state(group=c.state.group + 1).ordering(returned))


def _waiting(c: Context) -> list[Task]:
    """Without those that this very event closes: the facts are of the moment before it."""
    closed = {one.task for one in c.commands if isinstance(one, Append)}
    return [task for task in c.facts.own_tasks(c.state.operator) if task.id not in closed]


def _kind_of_chosen(c: Context) -> str:
    task = c.facts.task(c.given.text)
    return task.kind if task else ""
