"""The status row: connection and outage, unsent, conflicts, training; with more room battery, people, flow, clock.

Never yields at a prompt: offline, unsent, conflicts, training mark (the screen contract, rule 2).
"""

from __future__ import annotations

from scanner_client.core.cells import width
from scanner_client.core.view.scene import Scene


def connection(one: Scene, *, wide: bool) -> str:
    status = one.status
    if status.online:
        return one.say("status.on_wide" if wide else "status.on")
    return one.say("status.off_wide" if wide else "status.off") + one.words.outage(status.since, status.now)


def _counts(one: Scene) -> str:
    waiting = one.say("status.waiting", n=str(one.status.waiting))
    return f"{waiting} {one.say('status.conflicts', n=str(one.status.conflicts))}" if one.status.conflicts else waiting


def narrow(one: Scene) -> str:
    """20 cells: `离42分 待37 冲1 练`."""
    parts = [connection(one, wide=False), _counts(one)]
    if one.status.training:
        parts.append(one.say("status.train"))
    return " ".join(parts)


def wide(one: Scene) -> str:
    """40 cells: the words written out, battery, clock at the right edge."""
    left = f"{connection(one, wide=True)} {_counts(one)}"
    for extra in (_battery(one), one.say("status.train_wide") if one.status.training else ""):
        left += f"  {extra}" if extra else ""
    return _clock_right(left, one.status.clock, 39)


def desk(one: Scene) -> str:
    """80 cells: also who works here and with which flow."""
    left = f"{connection(one, wide=True)} {_counts(one)}"
    left += f"  {_battery(one)}" if _battery(one) else ""
    left += f"    {one.say('status.train_desk')}" if one.status.training else ""
    if one.state.operator:
        operator = one.facts.operator(one.state.operator)
        name = (operator.name if operator else "") or one.state.operator
        left += f"    {one.say('status.picker')} {name}  {one.flow.label}"
    return f"{left}    {one.status.clock}"


def _battery(one: Scene) -> str:
    return one.say("status.battery", n=str(one.status.battery)) if one.status.battery >= 0 else ""


def _clock_right(left: str, clock: str, edge: int) -> str:
    room = edge - width(left) - width(clock)
    return left + " " * room + clock if room >= 1 else left
