"""The frames of receiving: what the order still lacks, the goods in hand, where they are put down."""

from __future__ import annotations

from collections.abc import Sequence

from scanner_client.core.cells import pad, right, shorten, width
from scanner_client.core.flow.model import StepKind
from scanner_client.core.rules.goods import item_of, wanted_units
from scanner_client.core.values import Task, Unit
from scanner_client.core.view import small, tall, wide
from scanner_client.core.view.scene import Line, Scene

STAGING = "staging"
_TALL_LINES, _WIDE_LINES = 8, 3


def small_rows(one: Scene) -> list[str]:
    return [*(_in_hand(one, one.line, small.WIDTH) if one.line else _order(one, small.WIDTH, 1)), _small_prompt(one)]


def _small_prompt(one: Scene) -> str:
    place = one.state.work.to
    named = f"{one.prompt} {place}>" if one.step.shows == STAGING and place else ""
    return small.prompt_row(one, named if width(named) <= small.WIDTH else "")


def tall_rows(one: Scene) -> list[str]:
    if one.line:
        body = [one.name(tall.WIDTH), _tail(one.line, tall.WIDTH), one.line.lot, *_amount_rows(one, one.line)]
        goes = [f"{one.say('frame.to_place')} {one.line.place}" if one.line.place else ""]
        return [tall.title(one), tall.RULE, *body, *goes, tall.RULE, *_tall_prompt(one)]
    first, *lines = _order(one, tall.WIDTH, _TALL_LINES)
    blank = [""] * (_TALL_LINES - len(lines))
    return [tall.title(one), tall.RULE, first, *lines, *blank, *_tall_prompt(one)]


def _tail(line: Line, cells: int) -> str:
    """The code, or its end where it does not fit, for there codes differ; not where it stands for the name already."""
    if line.code == line.name:
        return ""
    return line.code if width(line.code) <= cells else "~" + line.code[1 - cells :]


def _tall_prompt(one: Scene) -> list[str]:
    note = [one.note] if one.line else []
    return [one.prompt, f">{one.state.entry}", *note]


def wide_rows(one: Scene) -> list[str]:
    prompt = f"{one.prompt} >{one.state.entry}"
    if one.line is None:
        order, *lines = _order(one, wide.WIDTH, _WIDE_LINES)
        return [wide.titled(one, wide.WIDTH), order, *[*lines, *[""] * _WIDE_LINES][:_WIDE_LINES], prompt]
    lot = f"  {one.line.lot}" if one.line.lot else ""
    amounts = "  ".join(filter(None, _amount_rows(one, one.line)))
    place = f"  {one.say('frame.to_place')} {one.line.place}" if one.line.place else ""
    return [
        wide.titled(one, wide.WIDTH),
        one.name(wide.WIDTH - width(lot)) + lot,
        _tail(one.line, wide.WIDTH),
        amounts + place,
        one.note,
        prompt,
    ]


# --- the order, no line in hand ---------------------------------------------------------------------------------------


def _order(one: Scene, cells: int, lines: int) -> list[str]:
    """What the order lacks: how many lines, then the lines themselves; a remark takes the place of the last."""
    lacking = [task for task in one.facts.tasks(one.state.work.order) if task.state == "open"]
    told = one.say("frame.open_lines", n=str(len(lacking))) if lacking else one.say("frame.received_all")
    first = f"{one.state.work.order} {told}" if cells == small.WIDTH and lines == 1 else told
    listed = lacking_rows(one, lacking[:lines], cells)
    if one.note:
        listed = [*listed[: lines - 1], *[""] * (lines - 1 - len(listed)), one.note]
    return [first, *(listed or [""])]


def lacking_rows(one: Scene, tasks: Sequence[Task], cells: int) -> list[str]:
    """`毛巾30x70蓝~    12箱`: what each line lacks, the names such that no two of the order look alike."""
    amounts = [_lacking(one, task) for task in tasks]
    names = one.names(min((cells - width(amount) - 1 for amount in amounts), default=cells))
    return [two_columns(names[task.item], amount, cells) for task, amount in zip(tasks, amounts, strict=True)]


def _lacking(one: Scene, task: Task) -> str:
    item, units = item_of(one.facts, task.item), wanted_units(task, one.state.work)
    named = {unit.name: unit for unit in one.facts.units(task.item)}
    return one.words.amount(units, named.get(task.unit) or Unit(item.unit, item.one), item)


def two_columns(left: str, amount: str, cells: int) -> str:
    """A name and an amount at the right edge; what yields is the name."""
    room = cells - width(amount) - 1
    return pad(shorten(left, room), room) + right(amount, cells - room)


# --- the goods in hand ------------------------------------------------------------------------------------------------


def _in_hand(one: Scene, line: Line, cells: int) -> list[str]:
    first, *_ = _amount_rows(one, line)
    room = cells - width(first) - 1
    name = pad(one.name(room), room) + right(first, cells - room)
    return [name, one.note or line.lot or _tail(line, cells)]


def _amount_rows(one: Scene, line: Line) -> list[str]:
    """What is wanted; at the staging prompt what was counted. Goods on no line have nothing to be wanted."""
    gap = "" if one.words.language == "zh_CN" else " "
    if one.step.shows == STAGING:
        counted = one.words.amount(one.state.work.count, line.unit, line.item)
        return [f"{one.say('frame.receive')}{gap}{counted}"]
    if not line.task.line:
        described = one.state.work.description
        return [one.say("frame.unlisted"), *([described] if described and one.step.kind is not StepKind.TEXT else [])]
    base = [f"(={line.take_base})"] if line.take_base else []
    return [f"{one.say('frame.want')}{gap}{line.take}", *base]


# --- a code that nobody knows -----------------------------------------------------------------------------------------


def _stray(one: Scene, cells: int) -> tuple[str, str, str]:
    """What was scanned, what is wanted, what can be done."""
    gap = "" if one.words.language == "zh_CN" else " "
    told = one.say("refuse.unknown_item", name=one.state.work.stray)
    wanted = f"{one.say('frame.want')}{gap}{one.say('want.order_item')}"
    offers = " ".join(f"{digit} {text}" for digit, _, text in one.options)
    return shorten(told, cells), wanted, offers


def small_stray(one: Scene) -> list[str]:
    word = one.say("frame.error_narrow")
    told, wanted, offers = _stray(one, small.WIDTH - width(word))
    not_kept = f"  {one.say('frame.not_kept')}"
    return [word + told, wanted + (not_kept if width(wanted + not_kept) <= small.WIDTH else ""), f"{offers}>"]


def tall_stray(one: Scene) -> list[str]:
    told, wanted, offers = _stray(one, tall.WIDTH)
    told_rows = [tall.error_title(one, tall.WIDTH), "", told, tall.RULE, wanted, tall.RULE, one.say("frame.not_kept")]
    return [*told_rows, one.say("frame.go_on_any"), "", offers, "", "", "", f">{one.state.entry}"]


def wide_stray(one: Scene) -> list[str]:
    told, wanted, offers = _stray(one, wide.WIDTH)
    kept = f"{one.say('frame.not_kept')}{one.say('frame.stop')}{one.say('frame.go_on_any')}"
    return [tall.error_title(one, wide.WIDTH), told, wanted, kept, offers, f">{one.state.entry}"]
