"""20x4: a status row, two rows of what counts, the prompt."""

from __future__ import annotations

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.flow.model import EXCEPTIONS, StepKind
from scanner_client.core.view import panels, people
from scanner_client.core.view.order_list import listed
from scanner_client.core.view.scene import Line, Refusal, Scene, tote_text
from scanner_client.core.view.status_row import fitting, narrow

WIDTH, HEIGHT = 20, 4
_HINT_COLUMN, _TAKE_COLUMN, _NAME = 14, 12, 14
_EDGE = 19
_LEAST_OF_A_CODE = 4


def rows(one: Scene) -> list[str]:
    if one.state.panel is not None:
        return panels.small(one, one.state.panel) if not one.state.help else [narrow(one), *panels.help_rows(one)]
    if one.step.kind is StepKind.PIN and not one.state.help:
        return people.small(one)
    if one.state.menu:
        return [narrow(one), *menu(one)]
    if one.state.help:
        return [narrow(one), one.say(one.step.help), "", prompt_row(one)]
    if one.refusal:
        return [narrow(one), *_error(one, one.refusal)]
    return [narrow(one), *_two_rows(one), prompt_row(one)]


def menu(one: Scene) -> list[str]:
    legal = sorted(one.exceptions, key=lambda name: EXCEPTIONS[name])
    words = [f"{EXCEPTIONS[name]}{one.say(f'exception.{name}')}" for name in legal]
    first, second = " ".join(words[:3]), " ".join(words[3:])
    last = ("frame.queue_narrow", "frame.language_narrow", "frame.list_help", "frame.list_back")
    return [first, second, " ".join(map(one.say, last))]


def _two_rows(one: Scene) -> list[str]:
    if one.step.kind is StepKind.CHOICE:
        return _list(one)
    if one.step.kind is StepKind.CONFIRM:
        asked, told, age = one.question
        about = f"{asked} {age or _which(one)}".rstrip()
        return [about if width(about) <= WIDTH else asked, told]
    if one.line is None:
        done = one.say("frame.finished")
        return [fitting([f"{done} {one.state.work.order}", done], WIDTH), one.note or tote_text(one)]
    if one.step.kind is StepKind.QUANTITY:
        where = f"{one.line.place} " if one.line.place else ""
        return [where + one.name(_EDGE - width(where)), quantity_row(one, one.line)]
    return _task(one, one.line)


def _which(one: Scene) -> str:
    """Of a receipt, where any line may be in hand, the item that the question is about."""
    room = WIDTH - width(one.question[0]) - 1
    return one.name(room) if one.line and one.line.task.is_receipt else ""


def _list(one: Scene) -> list[str]:
    first, second, *_ = [*listed(one, WIDTH), ""]
    return [first, one.note or second]


def _task(one: Scene, line: Line) -> list[str]:
    take = f"{one.say('frame.take')}{'' if one.words.language == 'zh_CN' else ' '}{line.take}"
    start = min(_TAKE_COLUMN, WIDTH - width(take))
    second = one.note or f"{pad(_subject(one, line), _NAME)} {line.of}"
    tried = [pad(line.place, max(start, width(line.place) + 1)) + take, f"{line.place} {line.take}"]
    if width(tried[-1]) <= WIDTH:
        return [fitting(tried, WIDTH), second]
    return [line.place, f"{line.take} {one.note or one.name(WIDTH - width(line.take) - 1)}"]


def _subject(one: Scene, line: Line) -> str:
    """The lot where it is asked for, else the item."""
    return shorten(line.lot, _NAME) if one.step.wants in ("lot", "any_lot") and line.lot else one.name(_NAME)


def quantity_row(one: Scene, line: Line) -> str:
    """`要12箱 已3箱=36条`."""
    if one.step.shows == "damaged":
        return one.say("exception_long.damaged")
    count = one.state.work.count
    base = f"={one.words.base(count, line.item)}" if line.take_base else ""
    have = one.words.amount(count, line.unit, line.item)
    tried = [one.say("frame.count_narrow", want=line.take, have=have, base=more) for more in (base, "")]
    return fitting(tried, WIDTH)


def _error(one: Scene, refusal: Refusal) -> list[str]:
    word = one.say("frame.error_narrow")
    first = (
        shorten(f"{word}{refusal.reason}", WIDTH) if refusal.reason else _what_it_is(one, refusal, WIDTH - width(word))
    )
    named = one.name(WIDTH - 1 - width(one.say("frame.want"))) if one.step.wants == "item" else refusal.wanted
    second = f"{one.say('frame.want')}{'' if one.words.language == 'zh_CN' else ' '}{named}"
    not_kept = one.say("frame.not_kept")
    if width(second) + 2 + width(not_kept) <= WIDTH:
        second = f"{second}  {not_kept}"
    return [first, second, prompt_row(one, one.say("frame.go_on_narrow"))]


def _what_it_is(one: Scene, refusal: Refusal, cells: int) -> str:
    """`错!A-03-04是货位`; of a long code what it is matters more than its end."""
    word, what = one.say("frame.error_narrow"), one.say("frame.is_narrow", kind=refusal.is_a)
    return f"{word}{shorten(refusal.got, max(_LEAST_OF_A_CODE, cells - width(what)))}{what}"


def prompt_row(one: Scene, prompt: str = "") -> str:
    """The prompt with what was entered; the hint yields to the entry."""
    entry = one.state.entry
    if not prompt:
        tried = [f"{one.prompt} {one.confirm}>", f"{one.confirm}>"]
        prompt = fitting(tried, WIDTH) if one.confirm else f"{one.prompt}>"
    if entry:
        return f"{one.prompt}>{entry}"
    hint = one.say("frame.page") if one.more else one.say("frame.menu")
    return (
        pad(prompt, max(_HINT_COLUMN, width(prompt) + 1)) + hint if width(prompt) + 1 + width(hint) <= WIDTH else prompt
    )
