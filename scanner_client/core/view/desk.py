"""80x24: the left pane is the work, the right pane what was done and what comes."""

from __future__ import annotations

from scanner_client.core.cells import keep_end, pad, shorten, width
from scanner_client.core.flow.model import SCANS, StepKind
from scanner_client.core.rules.goods import item_of
from scanner_client.core.state import Kept
from scanner_client.core.values import Task, Unit
from scanner_client.core.view import panels, status_row, wide
from scanner_client.core.view.order_list import listed
from scanner_client.core.view.scene import Line, Scene
from scanner_client.core.view.tall import exception_hints, hints

WIDTH, HEIGHT = 80, 24
_LEFT = 44
_RIGHT_NAME = 14
_AMOUNT_EDGE = 27
_RECENT, _UPCOMING = 4, 3
_LIST = 7
_CODE_COLUMN = 24
CONFLICT = "conflict"


def rows(one: Scene) -> list[str]:
    return _beside(one, _left(one))


def framed(one: Scene, body: list[str]) -> list[str]:
    """A frame's own rows in the left pane, the step's instruction under them (R10)."""
    return _beside(one, [*body, "", one.say("frame.instruction", text=one.say(one.step.help))])


def _beside(one: Scene, left: list[str]) -> list[str]:
    pane = _pane(one)
    height = HEIGHT - 2
    left = [*left, *[""] * height][:height]
    pane = [*pane, *[""] * height][:height]
    kept = [keep_end(f" {row}", one.state.entry, _LEFT) for row in left]
    body = [f"{pad(a, _LEFT)}| {b}".rstrip() for a, b in zip(kept, pane, strict=True)]
    offers = f" {' '.join(exception_hints(one, 5))}   " if one.exceptions and not one.state.menu else " "
    return [status_row.desk(one), *body, offers + hints(one, " ")]


def _left(one: Scene) -> list[str]:
    if one.state.panel is not None and not one.state.help:
        return panels.wide_body(one, one.state.panel, _LEFT)
    if one.refusal or one.state.menu or one.state.help:
        return wide.body(one, wide.WIDTH)
    if one.line and one.step.kind in (StepKind.SCAN, StepKind.TEXT):
        return _task(one, one.line)
    return _choices(one) if one.step.kind is StepKind.CHOICE else wide.body(one, wide.WIDTH)


def _choices(one: Scene) -> list[str]:
    """All that digits can choose, the remark and the prompt below, always at the same place."""
    rows = listed(one, wide.WIDTH)
    return [
        wide.titled(one, wide.WIDTH),
        "",
        *[*rows, *[""] * _LIST][:_LIST],
        one.note,
        f"{one.prompt} >{one.state.entry}",
        one.say("frame.instruction", text=one.say(one.step.help)),
    ]


def _task(one: Scene, line: Line) -> list[str]:
    check = one.say("frame.check_narrow", n=str(len(line.check))) if line.check else ""
    base = f" (={line.take_base})" if line.take_base else ""
    words = [one.say(f"frame.{name}") for name in ("go", "goods", "take", "know")]
    edge = max(map(width, words)) + 4
    go, goods, take, know = (pad(word, edge) for word in words)
    owner = f" {one.say('frame.owner', name=one.flow.owner)}" if one.flow.owner else ""
    return [
        f"{wide.title_without_line(one)}   {one.say('frame.line', n=line.of)}",
        "",
        pad(f"{go}{line.place}", _CODE_COLUMN - 1) + check,
        f"{goods}{one.name(_LEFT - edge - 2)}",
        f"{' ' * edge}{line.code} {line.lot}",
        f"{take}{line.take}{base}",
        f"{know}{line.known}",
        one.note,
        f"{one.prompt} {line.place if one.step.wants == 'location' else ''}",
        f">{one.state.entry}",
        f"{one.say('frame.instruction', text=_instruction(one, _LEFT - 2 - width(owner)))}{owner}",
    ]


def _instruction(one: Scene, cells: int) -> str:
    """What to do at this step and, where there is room, at the one that follows (R10)."""
    now = one.say(one.step.help)
    leading = (way.to for way in one.step.transitions if way.input in SCANS and way.to != one.step.id)
    steps = (one.flow.steps[id] for id in leading if id in one.flow.steps)
    following = next((step.help for step in steps if step.kind is not StepKind.QUESTION), "")
    both = f"{now},{one.say(following)}" if following else now
    return both if width(one.say("frame.instruction", text=both)) <= cells else now


def _pane(one: Scene) -> list[str]:
    recent = [_deed(one, kept) for kept in reversed(one.state.kept[-_RECENT:])]
    names = one.names(_RIGHT_NAME)
    upcoming = [_next(one, task, names[task.item]) for task in one.upcoming[:_UPCOMING]]
    return [
        one.say("frame.recent"), *recent, *[""] * (_RECENT - len(recent)),
        *[*panels.counts(one, WIDTH - _LEFT - 2, 2, "  "), ""][:2], one.say("frame.next_lines"),
        *upcoming,
    ]  # fmt: skip


def _deed(one: Scene, kept: Kept) -> str:
    item = item_of(one.facts, kept.item)
    units = {unit.name: unit for unit in one.facts.units(kept.item)}
    unit = units.get(kept.unit) or Unit(item.unit, item.one)
    outcome = one.facts.outcome(kept.id)
    mark = f"{one.say(f'mark.{outcome}')} " if outcome else ""
    deed = f"{one.say(f'deed.{kept.kind}')} {one.words.amount(kept.units, unit, item)}"
    if outcome == CONFLICT:
        named = one.say("frame.for_supervisor")
    else:
        named = shorten(one.words.item_name(kept.item), _RIGHT_NAME)
    return f"{status_row.clock(one, kept.at)} {mark}{deed} {kept.location} {named}"


def _next(one: Scene, task: Task, name: str) -> str:
    item = item_of(one.facts, task.item)
    amount = one.words.base(task.units, item)
    left = f"{pad(task.location, max(9, width(task.location) + 1))}{name}"
    return left + " " * max(1, _AMOUNT_EDGE - width(left) - width(amount)) + amount
