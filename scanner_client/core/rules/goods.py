"""What the rules of the flows derive from the facts: how much is still wanted, in which unit it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from scanner_client.core.facts import Facts
from scanner_client.core.state import Kept, State, Work
from scanner_client.core.values import Item, Task, Unit

_UNKNOWN_SCALE = 0


def wanted_units(task: Task, work: Work) -> int:
    """Smallest units the task still asks for: less what was kept of it, never more than its line lacks."""
    return max(0, min(task.units - work.partial.get(task.id, 0), task.left))


def item_of(facts: Facts, code: str) -> Item:
    """The item, or a bare one with this code where master data does not know it."""
    return facts.item(code) or Item(code=code, scale=_UNKNOWN_SCALE)


def counting_unit(facts: Facts, task: Task, units: int) -> Unit:
    """The unit of the order line where it is known and `units` come out even in it, else the base unit; pieces with
    serial numbers are counted one by one."""
    item = item_of(facts, task.item)
    if item.serial_tracked:
        return Unit(item.unit, item.one)
    for unit in facts.units(task.item):
        if unit.name == task.unit and units % unit.factor == 0:
            return unit
    return Unit(item.unit, item.one)


def tote_of(facts: Facts, work: Work) -> str:
    """Where picks go: the scanned tote, or the terminal's own."""
    return work.to or f"TOTE:{facts.terminal}"


def last_group(state: State) -> Sequence[Kept]:
    """The operations that closed the last line of the order in hand and still stand, oldest first.

    What was reported damaged belongs to them where it was kept together with its line.
    """
    standing = [one for one in state.kept if not one.undone and one.order == state.work.order]
    closing = [one for one in standing if one.kind != "damaged"]
    return [one for one in standing if one.group == closing[-1].group] if closing and state.work.order else []


def expired(expiry: str, at: int) -> bool:
    """Whether goods with this expiry date (YYYY-MM-DD, or empty) are no longer good on the day of `at`, UTC."""
    return bool(expiry) and expiry < datetime.fromtimestamp(at / 1000, tz=UTC).date().isoformat()
