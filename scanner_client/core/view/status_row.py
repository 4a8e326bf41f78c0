"""The status row: connection and outage, unsent, conflicts, training; with more room battery, people, flow, clock.

Never yields at a prompt: offline, unsent, conflicts, training mark (the screen contract, rule 2).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scanner_client.core.cells import width
from scanner_client.core.view.scene import Scene

_NARROW, _CLOCK_CELLS = 20, 5


def connection(one: Scene, *, wide: bool) -> str:
    status = one.status
    if status.online:
        return one.say("status.on_wide" if wide else "status.on")
    return one.say("status.off_wide" if wide else "status.off") + one.words.outage(status.since, status.now)


def _counts(one: Scene, conflict: str = "") -> str:
    waiting = one.say("status.waiting", n=str(one.status.waiting))
    shown = conflict or (str(one.status.conflicts) if one.status.conflicts else "")
    return f"{waiting} {one.say('status.conflicts', n=shown)}" if shown else waiting


def _alarm(one: Scene) -> str:
    return "!" if one.status.concerns else ""


def _role(one: Scene) -> str:
    """What somebody does here; a picker where nothing is on record."""
    operator = one.facts.operator(one.state.operator)
    known = (f"role.{role}" for role in (operator.roles if operator else ()))
    return one.say(next((name for name in known if name in one.words.texts), "role.picker"))


def _person(one: Scene) -> str:
    operator = one.facts.operator(one.state.operator)
    return (operator.name if operator else "") or one.state.operator


def narrow(one: Scene, conflict: str = "") -> str:
    """20 cells: `离42分 待37 冲1 练`. `conflict`: the one that is read, `1/2`. A `!` says that there are alerts."""
    parts = [connection(one, wide=False), _counts(one, conflict)]
    if one.status.training:
        parts.append(one.say("status.train"))
    return " ".join(parts) + _alarm(one)


def titled(one: Scene, page: str) -> str:
    """20 cells with the page of a list: unsent yields where it is tight, the training mark never does (rule 2)."""
    line, marks = connection(one, wide=False), one.say("status.train") if one.status.training else ""
    full = " ".join(filter(None, (line, _counts(one), marks, page)))
    return full if width(full) <= _NARROW else " ".join(filter(None, (marks, line, page)))


def disputed(one: Scene, number: str, kind: str, who: str, time: str) -> str:
    """20 cells over a conflict: `离冲1/2缺货 李09:41`; in training `练离冲1/2缺货 09:41`."""
    line, training = one.say("status.on" if one.status.online else "status.off"), one.status.training
    mark = one.say("status.train_glued") if training else ""
    told = one.say("status.disputed", mark=mark, line=line, n=number, kind=kind)
    ending = one.say("status.disputed_at" if training else "status.disputed_by", who=who, time=time)
    return f"{told}{ending}" if who and width(told + ending) <= _NARROW else told


def wide(one: Scene, conflict: str = "", *, who: bool = False) -> str:
    """40 cells: the words written out, battery, clock at the right edge; over a conflict who reads it."""
    left = f"{connection(one, wide=True)} {_counts(one, conflict)}"
    battery = "" if conflict else _battery(one)
    for extra in (battery, one.say("status.train_wide") if one.status.training else ""):
        left += f"  {extra}" if extra else ""
    right = f"{_person(one)} {one.status.clock}" if who and _person(one) else one.status.clock
    return _clock_right(left + _alarm(one), right, 39)


def clock(one: Scene, at: int) -> str:
    """Local time of day, as the status row's clock has it."""
    passed = timedelta(milliseconds=max(0, one.status.now - at))
    if len(one.status.clock) != _CLOCK_CELLS:
        return datetime.fromtimestamp(at / 1000, tz=UTC).strftime("%H:%M")
    shown = datetime(2000, 1, 2, int(one.status.clock[:2]), int(one.status.clock[3:]), tzinfo=UTC)
    return (shown - passed).strftime("%H:%M")


def desk(one: Scene) -> str:
    """80 cells: also who works here and with which flow."""
    left = f"{connection(one, wide=True)} {_counts(one)}"
    left += f"  {_battery(one)}" if _battery(one) else ""
    left += f"    {one.say('status.train_desk')}" if one.status.training else ""
    if one.state.operator:
        left += f"    {_role(one)} {_person(one)}  {one.flow.label}"
    left += f"  {one.say('status.concerns', n=str(one.status.concerns))}" if one.status.concerns else ""
    return f"{left}    {one.status.clock}"


def _battery(one: Scene) -> str:
    return one.say("status.battery", n=str(one.status.battery)) if one.status.battery >= 0 else ""


def _clock_right(left: str, clock: str, edge: int) -> str:
    room = edge - width(left) - width(clock)
    return left + " " * room + clock if room >= 1 else left
