"""40x8: wide and low. Its bodies are also the left pane of 80x24."""

from __future__ import annotations

from scanner_client.core.cells import pad, right, width
from scanner_client.core.decisions import CONFLICT
from scanner_client.core.flow.model import EXCEPTIONS, StepKind
from scanner_client.core.rules.goods import wanted_units
from scanner_client.core.view import disputes, panels, people, status_row
from scanner_client.core.view.order_list import listed
from scanner_client.core.view.scene import Line, Refusal, Scene, tote_text
from scanner_client.core.view.tall import error_title, exception_hints, going_on, got_row, hints, one_scan, title

WIDTH, HEIGHT = 40, 8
_SECOND_COLUMN = 22
_OFFERS = 2


def rows(one: Scene) -> list[str]:
    panel = one.state.panel
    status = disputes.wide_title(one, panel) if panel and panel.shows == CONFLICT else status_row.wide(one)
    return _filled(one, status, body(one, WIDTH))


def framed(one: Scene, body_rows: list[str]) -> list[str]:
    """A frame's own six rows between the status row and the hints."""
    return _filled(one, status_row.wide(one), body_rows)


def _filled(one: Scene, status: str, body_rows: list[str]) -> list[str]:
    return [status, *[*body_rows, *[""] * 6][:6], hints(one, "  ")]


def body(one: Scene, cells: int) -> list[str]:
    """Up to six rows between the status row and the hints."""
    if one.state.help:
        return [titled(one, cells), *(panels.help_rows(one) if one.state.panel else [one.say(one.step.help)])]
    if one.state.panel is not None:
        return panels.wide_body(one, one.state.panel, cells)
    if one.state.menu:
        return [titled(one, cells), *_menu(one)]
    if one.step.kind is StepKind.PIN:
        return people.body(one)
    return _error(one, one.refusal, cells) if one.refusal else _step(one, cells)


def _step(one: Scene, cells: int) -> list[str]:
    if one.step.kind is StepKind.CHOICE:
        return [titled(one, cells), *_list(one), f"{one.prompt} >{one.state.entry}"]
    if one.step.kind is StepKind.CONFIRM:
        return [titled(one, cells), one.question[0], f"{one.question[1]}  {one.question[2]}", *_confirm(one)]
    if one.line is None:
        return [titled(one, cells), one.say("frame.finished"), tote_text(one), one.note, f"{one.prompt} >"]
    return _quantity(one, one.line) if one.step.kind is StepKind.QUANTITY else _task(one, one.line, cells)


def _list(one: Scene) -> list[str]:
    """Four rows; a remark takes the last one."""
    rows = [*listed(one, WIDTH), *[""] * 4][:4]
    return [*rows[:3], one.note or rows[3]]


def titled(one: Scene, cells: int) -> str:
    """What is worked on, and the flow's name and version at the right edge."""
    left = _spaced_title(one)
    return left + right(one.flow.label, cells - width(left))


def _spaced_title(one: Scene) -> str:
    if one.line is None:
        return title(one, WIDTH)
    line = f"  {one.say('frame.line', n=one.line.of)}"
    return status_row.fitting([f"{title_without_line(one)}{line}", f"{one.state.work.order}{line}"], WIDTH)


def title_without_line(one: Scene) -> str:
    return f"{one.say(one.flow.title)} {one.state.work.order}"


def _menu(one: Scene) -> list[str]:
    legal = sorted(one.exceptions, key=lambda name: EXCEPTIONS[name])
    words = [f"{EXCEPTIONS[name]} {one.say(f'exception_long.{name}')}" for name in legal]
    words += [one.say("frame.queue"), one.say("frame.language")]
    return [pad(a, _SECOND_COLUMN) + b for a, b in zip(words[::2], [*words[1::2], ""], strict=False)]


def _confirm(one: Scene) -> list[str]:
    room = WIDTH - width(one.line.place) - 2 if one.line else 0
    where = f"{one.line.place}  {one.name(room)}".strip() if one.line else one.confirm
    asked = " ".join(filter(None, (one.prompt, one.confirm, one.say("frame.scan_confirm"))))
    return [where, "", f"{asked} >{one.state.entry}"]


def _task(one: Scene, line: Line, cells: int) -> list[str]:
    check = f"  {one.say('frame.check_narrow', n=str(len(line.check)))}" if line.check else ""
    base = f" (={line.take_base})" if line.take_base else ""
    name = one.name(cells - 2 - width(line.lot) if line.lot else cells)
    know = one.say("frame.know")
    known = f"{know}{'' if width(know) == 2 else ' '}{line.known}"
    wanted = f"{line.place} " if one.step.wants == "location" else ""
    return [
        titled(one, cells),
        f"{one.say('frame.go')} {line.place}{check}",
        f"{name}  {line.lot}",
        pad(f"{one.say('frame.take')} {line.take}{base}", min(_SECOND_COLUMN, cells - width(known))) + known,
        one.note,
        f"{one.prompt} {wanted}>{one.state.entry}",
    ]


def _quantity(one: Scene, line: Line) -> list[str]:
    work, wanted = one.state.work, wanted_units(line.task, one.state.work)
    counted = _counted(one, line, wanted, work.count)
    return [
        f"{_spaced_title(one)}   {line.place}",
        f"{one.name(WIDTH - 2 - width(line.lot) if line.lot else WIDTH)}  {line.lot}",
        one.say("exception_long.damaged") if one.step.shows == "damaged" else counted,
        one.note or ",".join(one_scan(one, line)),
        f"{one.prompt}>{one.state.entry}",
        "  ".join(exception_hints(one, 3)),
    ]


def _counted(one: Scene, line: Line, wanted: int, count: int) -> str:
    """`要 12箱(144条)  已 3箱(36条)  还 9箱`; base units yield where it is tight, quantities never do."""
    left = one.words.amount(max(0, wanted - count), line.unit, line.item)
    plain = one.words.amount(count, line.unit, line.item)
    both = (_both(one, line, wanted), _both(one, line, count))
    tried = [_amounts(one, *amounts, left) for amounts in (both, (both[0], plain), (line.take, plain))]
    return next((row for row in tried if width(row) <= WIDTH), tried[-1])


def _amounts(one: Scene, want: str, have: str, left: str) -> str:
    amounts = (("want", want), ("have", have), ("left", left))
    return "  ".join(f"{one.say(f'frame.{name}')} {amount}" for name, amount in amounts)


def _both(one: Scene, line: Line, units: int) -> str:
    base = f"({one.words.base(units, line.item)})" if line.take_base else ""
    return one.words.amount(units, line.unit, line.item) + base


def _error(one: Scene, refusal: Refusal, cells: int) -> list[str]:
    want, got = one.say("frame.want"), one.say("frame.scanned")
    edge = max(width(want), width(got)) + 1
    told = refusal.reason or refusal.is_a + refusal.holds
    scanned = got_row(f"{got}{' ' * (edge - width(got))}", refusal.got, f"  {told}", WIDTH)
    wanted = f"{want}{' ' * (edge - width(want))}{refusal.wanted}"
    named = f"  {one.name(WIDTH - width(wanted) - 2)}" if one.line and refusal.wanted_is_code else ""
    not_kept = f"{one.say('frame.not_kept')}{one.say('frame.stop')}"
    go_on = going_on(one, refusal, cells - width(not_kept))
    offers = "  ".join(f"*{number}{text}" for number, text in refusal.offers[:_OFFERS])
    return [
        error_title(one, cells),
        scanned,
        wanted + named,
        f"{not_kept}{go_on}",
        offers,
        f">{one.state.entry}",
    ]
