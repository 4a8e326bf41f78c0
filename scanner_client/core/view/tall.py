"""20x16: narrow and tall, one thing a row."""

from __future__ import annotations

from scanner_client.core.cells import right, shorten, width
from scanner_client.core.flow.model import CHOOSING, EXCEPTIONS, StepKind
from scanner_client.core.rules.goods import wanted_units
from scanner_client.core.values import decimal_text, in_unit
from scanner_client.core.view import panels, people
from scanner_client.core.view.order_list import listed
from scanner_client.core.view.scene import Line, Refusal, Scene, tote_text
from scanner_client.core.view.status_row import fitting, narrow

WIDTH, HEIGHT = 20, 16
RULE = "-" * WIDTH
_NAME = 18
_UNIT_COLUMN, _BASE_COLUMN = 6, 3
_LEAST_OF_A_CODE = 8


def rows(one: Scene) -> list[str]:
    if one.state.panel is not None and not one.state.help:
        return panels.tall(one, one.state.panel)
    if one.step.kind is StepKind.PIN and not one.state.help:
        return people.tall(one)
    return _filled(one, _body(one))


def framed(one: Scene, body: list[str]) -> list[str]:
    """A frame's own rows between the status row and the hints."""
    return _filled(one, [narrow(one), *body])


def _filled(one: Scene, body: list[str]) -> list[str]:
    return [*body, *[""] * (HEIGHT - 1 - len(body)), hints(one, " ")][:HEIGHT]


def hints(one: Scene, gap: str) -> str:
    if one.state.panel is not None:
        return panels.hints(one, one.state.panel, gap)
    if one.step.kind is StepKind.PIN:
        return one.say("frame.cancel")
    if one.step.kind in CHOOSING or one.state.menu:
        first = one.say("frame.page") if one.more else ""
        return gap.join(filter(None, (first, one.say("frame.list_help"), one.say("frame.list_back"))))
    return gap.join(one.say(name) for name in ("frame.menu", "frame.help", "frame.back"))


def title(one: Scene, cells: int = WIDTH) -> str:
    """Flow, order and line; of a long order its code alone."""
    parts = [one.say(one.flow.title), one.state.work.order]
    if one.line:
        parts.append(one.say("frame.line", n=one.line.of))
    shorter = parts[1:] if one.state.work.order else parts
    return fitting([" ".join(filter(None, tried)) for tried in (parts, shorter, shorter[:1])], cells)


def _body(one: Scene) -> list[str]:
    status = narrow(one)
    if one.state.menu:
        return [status, title(one), RULE, *menu(one)]
    if one.state.help:
        return [status, title(one), RULE, *(panels.help_rows(one) if one.state.panel else [one.say(one.step.help)])]
    if one.refusal:
        return [status, *_error(one, one.refusal)]
    head = [status, title(one)]
    if one.step.kind is StepKind.CHOICE:
        rows = listed(one, WIDTH)
        return [*head, RULE, *rows, *_until_prompt(one, 3 + len(rows))]
    if one.step.kind is StepKind.CONFIRM:
        return [*head, *_question(one)]
    if one.line is None:
        return [*head, RULE, one.say("frame.finished"), tote_text(one), one.note, "", one.prompt, ">"]
    return [*head, *(_quantity(one, one.line) if one.step.kind is StepKind.QUANTITY else _task(one, one.line))]


def _until_prompt(one: Scene, used: int) -> list[str]:
    return [*[""] * (HEIGHT - 4 - used), one.note, one.prompt, f">{one.state.entry}"]


def menu(one: Scene) -> list[str]:
    legal = sorted(one.exceptions, key=lambda name: EXCEPTIONS[name])
    return [f"{EXCEPTIONS[name]} {one.say(f'exception_long.{name}')}" for name in legal] + [
        one.say("frame.queue"),
        one.say("frame.language"),
    ]


def _task(one: Scene, line: Line) -> list[str]:
    go, know = one.say("frame.go"), one.say("frame.know")
    check = one.say("frame.check", n=str(len(line.check))) if line.check else ""
    base = f" (={line.take_base})" if line.take_base else ""
    return [
        RULE,
        f"{go}  {line.place}",
        f"    {check}",
        RULE,
        one.name(_NAME),
        line.code,
        line.lot,
        _taking(one, f"{line.take}{base}"),
        f"{know}{'' if width(know) == 2 else ' '}{line.known}",
        RULE,
        asking(one, line.place if one.step.wants == "location" else ""),
        f">{one.state.entry}",
        one.note,
    ]


def asking(one: Scene, place: str) -> str:
    """The prompt with the place that is wanted, which never yields."""
    return fitting([f"{one.prompt} {place}", place], WIDTH)


def _taking(one: Scene, amount: str) -> str:
    """`拿  12箱 (=144条)`, with less room between where it is tight."""
    word, alone = one.say("frame.take"), amount.partition(" (")[0]
    return fitting([f"{word}  {amount}", f"{word} {amount}", f"{word} {alone}", alone], WIDTH)


def _quantity(one: Scene, line: Line) -> list[str]:
    prompt, work = one.prompt, one.state.work
    wanted = wanted_units(line.task, work)
    amounts = (("want", wanted), ("have", work.count), ("left", max(0, wanted - work.count)))
    counting = [_amount_row(one, line, name, units) for name, units in amounts]
    if one.step.shows == "damaged":
        counting = [one.say("exception_long.damaged"), "", ""]
    return [
        line.place,
        one.name(_NAME),
        line.lot,
        RULE,
        *counting,
        RULE,
        *one_scan(one, line),
        f"{prompt}>{one.state.entry}",
        one.note,
        " ".join(exception_hints(one, 2)),
    ]


def one_scan(one: Scene, line: Line) -> list[str]:
    unit = one.words.unit(line.unit.name)
    return [one.say("frame.one_scan", n="1", unit=unit), one.say("frame.or_type")]


def exception_hints(one: Scene, most: int) -> list[str]:
    return [f"*{EXCEPTIONS[name]}{one.say(f'exception.{name}')}" for name in one.exceptions[:most]]


def _amount_row(one: Scene, line: Line, name: str, units: int) -> str:
    """`要    12箱 (144条)`, the numbers aligned."""
    word = one.say(f"frame.{name}")
    counted, unit = in_unit(units, line.unit, line.item), line.unit.name
    if not counted:
        counted, unit = decimal_text(units, line.item.scale), line.item.unit
    text = f"{word}{right(counted, _UNIT_COLUMN + 2 - width(word))}{one.words.unit(unit)}"
    if not line.take_base:
        return text
    base = right(decimal_text(units, line.item.scale), _BASE_COLUMN)
    return fitting([f"{text} ({base}{one.words.unit(line.item.unit)})", text], WIDTH)


def _question(one: Scene) -> list[str]:
    where = [one.line.place, one.name(_NAME)] if one.line else [one.confirm]
    title, told, age = one.question
    return [
        RULE, title, "", told, age, *where, RULE,
        asking(one, one.confirm), one.say("frame.scan_confirm"), f">{one.state.entry}",
    ]  # fmt: skip


def error_title(one: Scene, cells: int) -> str:
    word = f" {one.say('frame.error')} "
    left = (cells - width(word)) // 2
    return "#" * left + word + "#" * (cells - left - width(word))


def going_on(one: Scene, refusal: Refusal, cells: int) -> str:
    """What clears the refusal: the wanted code, by name where it fits."""
    if not refusal.wanted_is_code:
        return ""
    named = one.say("frame.go_on", code=refusal.wanted)
    return named if width(named) <= cells else one.say("frame.go_on_any")


def got_row(word: str, code: str, told: str, cells: int) -> str:
    """What was scanned and what it is; of a long code its end yields, and only then what it is."""
    room = max(_LEAST_OF_A_CODE, cells - width(word) - width(told))
    return shorten(f"{word}{shorten(code, room)}{told}", cells)


def _error(one: Scene, refusal: Refusal) -> list[str]:
    want, got = one.say("frame.want"), one.say("frame.scanned")
    edge = max(width(want), width(got)) + 1
    told = refusal.reason or refusal.is_a + refusal.holds
    named = one.name(_NAME) if one.line and refusal.wanted_is_code else ""
    go_on = going_on(one, refusal, WIDTH)
    offers = [f"*{number} {text}" for number, text in refusal.offers][:2]
    return [
        error_title(one, WIDTH),
        "",
        got_row(f"{got}{' ' * (edge - width(got))}", refusal.got, "", WIDTH),
        shorten(told, WIDTH),
        RULE,
        f"{want}{' ' * (edge - width(want))}{refusal.wanted}",
        named,
        RULE,
        one.say("frame.not_kept"),
        go_on,
        "",
        *offers,
        *[""] * (2 - len(offers)),
        f">{one.state.entry}",
    ]
