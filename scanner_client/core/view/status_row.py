"""The status row: connection and outage, unsent, conflicts, training; with more room battery, people, flow, clock.

Never yields at a prompt: offline, unsent, conflicts, training mark (the screen contract, rule 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from scanner_client.core.cells import shorten, width
from scanner_client.core.view.scene import Scene

_NARROW, _WIDE, _DESK, _CLOCK_CELLS = 20, 40, 80, 5
_MINUTE_MS = 60_000


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
    """20 cells: `离42分 待37 冲1 练`. `conflict`: the one that is read, `1/2`. A `!` says that there are alerts.

    Where it is tight how long the outage lasts yields, then how many conflicts there are beside the one that is read.
    """
    marks = [one.say("status.train")] if one.status.training else []
    line, off, here = connection(one, wide=False), _off(one), conflict.partition("/")[0]
    tried = [(line, _counts(one, conflict)), (off, _counts(one, conflict)), (off, _counts(one, here))]
    return fitting([" ".join([*parts, *marks]) + _alarm(one) for parts in tried], _NARROW)


def fitting(tried: Sequence[str], cells: int) -> str:
    """The first that fits, else the last, shortened."""
    return next((row for row in tried if width(row) <= cells), shorten(tried[-1], cells))


def _off(one: Scene) -> str:
    """Whether there is a connection, without since when."""
    return one.say("status.on" if one.status.online else "status.off")


def titled(one: Scene, page: str) -> str:
    """20 cells with the page of a list: unsent yields where it is tight, the training mark never does (rule 2)."""
    mark, line, off = one.say("status.train") if one.status.training else "", connection(one, wide=False), _off(one)
    conflicts = one.say("status.conflicts", n=str(one.status.conflicts)) if one.status.conflicts else ""
    tried = [
        (line, _counts(one), mark, page), (line, conflicts, mark, page), (off, conflicts, mark, page),
        (off, mark, page),
    ]  # fmt: skip
    return fitting([" ".join(filter(None, parts)) for parts in tried], _NARROW)


def disputed(one: Scene, number: str, kind: str, who: str, time: str) -> str:
    """20 cells over a conflict: `离冲1/2缺货 李09:41`; in training `练离冲1/2缺货 09:41`.

    Where it is tight, the kind in short, then how many conflicts there are beside this one.
    """
    mark = one.say("status.train_glued") if one.status.training else ""
    named, short = one.say(f"dispute.{kind}"), f"dispute_narrow.{kind}"
    in_short = one.say(short) if short in one.words.texts else named
    ending = one.say("status.disputed_at" if mark else "status.disputed_by", who=who, time=time) if who else ""
    alone = number.partition("/")[0]
    tried = [(number, named, ending), (number, named, ""), (number, in_short, ""), (alone, in_short, "")]
    rows = [f"{one.say('status.disputed', mark=mark, line=_off(one), n=n, kind=kind)}{end}" for n, kind, end in tried]
    return fitting(rows, _NARROW)


def wide(one: Scene, conflict: str = "", *, who: bool = False) -> str:
    """40 cells: the words written out, battery, clock at the right edge; over a conflict who reads it.

    Where it is tight who reads, the clock and the battery yield, in this order.
    """
    plain = f"{connection(one, wide=True)} {_counts(one, conflict)}"
    mark = f"  {one.say('status.train_wide')}" if one.status.training else ""
    battery = f"  {_battery(one)}" if _battery(one) and not conflict else ""
    full, right = f"{plain}{battery}{mark}{_alarm(one)}", one.status.clock
    named = f"{_person(one)} {right}" if who and _person(one) else right
    tried = [(full, named), (full, right)]
    rows = [_clock_right(left, end, _WIDE - 1) for left, end in tried if width(left) + 1 + width(end) < _WIDE]
    return fitting([*rows, full, f"{plain}{mark}{_alarm(one)}"], _WIDE)


def clock(one: Scene, at: int) -> str:
    """Local time of day, as the status row's clock has it."""
    passed = timedelta(milliseconds=max(0, one.status.now - at))
    if len(one.status.clock) != _CLOCK_CELLS:
        return datetime.fromtimestamp(at / 1000, tz=UTC).strftime("%H:%M")
    shown = datetime(2000, 1, 2, int(one.status.clock[:2]), int(one.status.clock[3:]), tzinfo=UTC)
    # The clock leaves out the seconds, which are the same in every zone; without them a time would change as one looks.
    seconds = timedelta(milliseconds=one.status.now % _MINUTE_MS)
    return (shown + seconds - passed).strftime("%H:%M")


def desk(one: Scene) -> str:
    """80 cells: also who works here and with which flow. Where it is tight flow, clock and battery yield, in this
    order (rule 2), then the end of the name."""
    flow, clock, battery = one.flow.label, one.status.clock, _battery(one)
    yielding = ((flow, clock, battery), ("", clock, battery), ("", "", battery))
    whole = _person(one)
    rows = [_desk(one, whole, *kept) for kept in (*yielding, ("", "", ""))]
    room = width(whole) - max(0, width(rows[-1]) - _DESK)
    return fitting([*rows, _desk(one, shorten(whole, max(1, room)), "", "", "")], _DESK)


def _desk(one: Scene, name: str, flow: str, clock: str, battery: str) -> str:
    left = f"{connection(one, wide=True)} {_counts(one)}"
    left += f"  {battery}" if battery else ""
    left += f"    {one.say('status.train_desk')}" if one.status.training else ""
    if one.state.operator:
        left += f"    {_role(one)} {name}" + (f"  {flow}" if flow else "")
    left += f"  {one.say('status.concerns', n=str(one.status.concerns))}" if one.status.concerns else ""
    return f"{left}    {clock}" if clock else left


def _battery(one: Scene) -> str:
    return one.say("status.battery", n=str(one.status.battery)) if one.status.battery >= 0 else ""


def _clock_right(left: str, clock: str, edge: int) -> str:
    return left + " " * (edge - width(left) - width(clock)) + clock
