"""How a count becomes operations: one for the whole, or one for each piece where pieces have serial numbers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from scanner_client.core.rules.goods import item_of
from scanner_client.core.rules.registry import Context
from scanner_client.core.values import Task


class Part(Struct, frozen=True):
    """`units` smallest units, those of one piece where it has a serial number; `last` of its count."""

    units: int
    serial: str = ""
    last: bool = True


def parts(c: Context, task: Task, units: int) -> Sequence[Part]:
    """The parts of a count. Each has an account of its own in the ledger, and so an operation of its own."""
    return _pieces(c, task, c.work.serials) or [Part(units)]


def parts_broken(c: Context, task: Task) -> Sequence[Part]:
    """What of the count in hand is damaged."""
    units = min(c.work.damaged, c.work.count)
    return _pieces(c, task, c.work.broken) or ([Part(units)] if units else [])


def scans_of(c: Context, part: Part) -> tuple[str, ...]:
    """The scans that led to this part: all but those of other pieces."""
    if not part.serial:
        return c.work.scans
    others = [one for one in c.work.serials if one != part.serial]
    return tuple(
        scan for scan in c.work.scans if part.serial in scan or not any(scan.endswith(other) for other in others)
    )


def _pieces(c: Context, task: Task, serials: Sequence[str]) -> list[Part]:
    one = item_of(c.facts, task.item).one
    return [Part(one, serial, last=number == len(serials)) for number, serial in enumerate(serials, 1)]
