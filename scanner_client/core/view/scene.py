"""The scene: everything a frame can show of one moment, in words, before any layout has cut it to size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from scanner_client.core.cells import shorten, width
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import CHOOSING, EXCEPTIONS, Flow, Library, Step, StepKind
from scanner_client.core.keys import legal_exceptions, options
from scanner_client.core.lists import shown_at_once
from scanner_client.core.matches import ItemMatch
from scanner_client.core.rules.goods import counting_unit, item_of, last_group, tote_of, wanted_units
from scanner_client.core.state import Notice, State
from scanner_client.core.texts import Texts
from scanner_client.core.values import PART, Item, Task, Unit
from scanner_client.core.view.approvals import request_row
from scanner_client.core.view.names import short_names
from scanner_client.core.view.value import Status
from scanner_client.core.view.words import Words

NOTE_CELLS = 20
OVER_STOCK = "over_stock"
FRAMES = frozenset({
    "terminals", "terminal", "dry_run",
    "list", "task", "quantity", "serial", "damaged", "finished",
    "log_in", "second_person", "decide", "detail", "return",
    "receipt", "staging", "lines", "stray", "lookup",
    "over_order", OVER_STOCK, "extra", "short", "empty", "damaged_sure", "undo",
    "held", "taken", "log_off", "conflict", "request", "approver", "message",
    "sharing", "whom",
})  # fmt: skip
"""What a step may show; those of the last two rows are questions."""

WANTS = frozenset({
    "badge", "pin", "code",
    "order", "location", "item", "lot", "any_lot", "serial", "quantity", "choice", "confirmation", "last_confirmation",
    "receipt", "order_item", "expiry", "staging", "description", "item_or_place",
    "supervisor", "another_supervisor", "any_item", "target", "acknowledgement",
})  # fmt: skip
"""What a step may ask for, as its refusals name it."""


class Line(Struct, frozen=True):
    """The order line in hand, in words. Quantities as `12箱` and, where the unit is not the base unit, `144条`."""

    task: Task
    item: Item
    unit: Unit
    place: str
    of: str
    check: str
    name: str
    code: str
    lot: str
    take: str
    take_base: str
    known: str


class Refusal(Struct, frozen=True):
    """`got` is what was scanned, `is_a` what that is, `holds` what lies there; `wanted` what is asked for."""

    got: str
    is_a: str
    holds: str
    reason: str
    wanted: str
    wanted_is_code: bool
    offers: tuple[tuple[int, str], ...] = ()


class Scene(Struct, frozen=True):
    words: Words
    status: Status
    flow: Flow
    step: Step
    state: State
    line: Line | None = None
    refusal: Refusal | None = None
    note: str = ""
    question: tuple[str, str, str] = ("", "", "")
    confirm: str = ""
    exceptions: tuple[str, ...] = ()
    options: tuple[tuple[str, str, str], ...] = ()
    more: bool = False
    upcoming: tuple[Task, ...] = ()
    items: tuple[str, ...] = ()

    def say(self, name: str, /, **facts: str) -> str:
        return self.words.say(name, **facts)

    @property
    def facts(self) -> Facts:
        return self.words.facts

    @property
    def prompt(self) -> str:
        return self.say(self.step.prompt)

    def name(self, cells: int) -> str:
        """The item's name of the line in hand, shortened so that no two of the order look alike."""
        return self.names(cells)[self.line.task.item] if self.line else ""

    def names(self, cells: int) -> Mapping[str, str]:
        """The names of the order's items by their codes, shortened so that no two look alike."""
        items = dict.fromkeys([*self.items, *([self.line.task.item] if self.line else [])])
        return short_names({item: self.words.item_name(item) for item in items}, cells, self.words.printed_code)


def scene(state: State, flows: Library, facts: Facts, status: Status, language: str, texts: Texts) -> Scene:
    words, flow = Words(texts, language, facts), flows[state.flow]
    step = flow.steps[state.step]
    tasks = facts.tasks(state.work.order) if state.work.order else ()
    line = _line(words, state, tasks, status)
    chosen = options(flows, state, facts) if step.kind in CHOOSING else ()
    return Scene(
        words, status, flow, step, state, line,
        refusal=_refusal(words, state, step, line) if state.notice and state.notice.refused else None,
        note=_note(words, state, line),
        question=_question(words, state, step, line, status),
        confirm=confirming_location(state, step, line),
        exceptions=tuple(legal_exceptions(flows, state, facts, status.now)),
        options=_options(words, step, state, chosen),
        more=len(chosen) > shown_at_once(step, state),
        upcoming=_upcoming(tasks, state),
        items=tuple(dict.fromkeys(task.item for task in tasks)),
    )  # fmt: skip


# --- the line in hand -------------------------------------------------------------------------------------------------


def _line(words: Words, state: State, tasks: Sequence[Task], status: Status) -> Line | None:
    facts, work = words.facts, state.work
    task = facts.task(work.task) if work.task else None
    if task is None:
        return None
    item = item_of(facts, task.item)
    wanted = wanted_units(task, work)
    unit = counting_unit(facts, task, wanted)
    location = facts.location(task.location)
    lot = work.lot or task.lot
    ids = [one.id for one in tasks]
    place = ids.index(task.id) + 1 if task.id in ids else 1
    return Line(
        task, item, unit, work.to if task.is_receipt else task.location,
        f"{place if task.id in ids else '-'}/{len(ids) or 1}",
        check=location.check if location else "",
        name=words.item_name(task.item),
        code=words.printed_code(task.item),
        lot=_lot_text(words, task.item, lot, work.expiry),
        take=words.amount(wanted, unit, item),
        take_base="" if unit.factor == item.one else words.base(wanted, item),
        known=words.amount(_known(facts, task, lot), unit, item) + _age(words, status),
    )  # fmt: skip


def _known(facts: Facts, task: Task, lot: str) -> int:
    return facts.stock(task.location, task.item, lot)


def _age(words: Words, status: Status) -> str:
    age = words.age(words.facts.stock_as_of(), status.now)
    return f" {age}" if age else ""


def _lot_text(words: Words, item: str, lot: str, scanned_expiry: str) -> str:
    if not lot:
        return ""
    known = words.facts.lot(item, lot)
    expiry = (known.expiry if known else "") or scanned_expiry
    text = words.say("frame.lot", lot=lot)
    return f"{text} {words.say('frame.expiry', month=expiry[2:7])}" if expiry else text


def _upcoming(tasks: Sequence[Task], state: State) -> tuple[Task, ...]:
    """Open lines after the one in hand, skipped ones last."""
    ahead = [task for task in tasks if task.state == "open" and task.id != state.work.task]
    return tuple(sorted(ahead, key=lambda task: task.id in state.work.skipped))


def _note(words: Words, state: State, line: Line | None) -> str:
    """The remark over the prompt; else what of the goods in hand is broken."""
    if state.notice and not state.notice.refused:
        return told_in(words, state.notice)
    if line and line.task.is_receipt and state.work.damaged:
        return words.say("frame.broken", amount=words.amount(state.work.damaged, line.unit, line.item))
    return ""


def told_in(words: Words, notice: Notice) -> str:
    """A remark in words; of a long name in it as much as fits where it is tightest."""
    name = words.item_name(notice.code) if notice.kind == "item" else words.person(notice.code)
    answer = f"answer_narrow.{notice.kind}"
    facts = {"answer": words.say(answer) if answer in words.texts else ""}
    room = NOTE_CELLS - width(words.say(notice.reason, name="", **facts))
    return words.say(notice.reason, name=shorten(name, max(1, room)), **facts)


# --- refusals and questions -------------------------------------------------------------------------------------------


def _refusal(words: Words, state: State, step: Step, line: Line | None) -> Refusal:
    notice = state.notice or Notice()
    wanted, is_code = _wanted(words, state, step, line)
    shown = notice.code or words.say("kind.entry")
    return Refusal(
        got=shown,
        is_a=words.say(f"kind.{notice.kind}") if notice.kind else "",
        holds=_holds(words, notice),
        reason=words.say(notice.reason, name=_named(words, notice)) if notice.reason else "",
        wanted=wanted,
        wanted_is_code=is_code,
        offers=tuple((EXCEPTIONS[name], words.say(f"exception_long.{name}")) for name in step.offers),
    )


def _named(words: Words, notice: Notice) -> str:
    if notice.kind == "item":
        return words.item_name(notice.code)
    return words.person(notice.code) if notice.kind == "badge" else notice.code


def _holds(words: Words, notice: Notice) -> str:
    """What lies at a scanned location, or the name of a scanned item; ready to follow the word for its kind."""
    if notice.kind == "item":
        return words.say("frame.named", name=words.item_name(notice.code))
    items = words.facts.items_at(notice.code) if notice.kind == "location" else ()
    return words.say("frame.holds", name=words.item_name(items[0])) if items else ""


def _wanted(words: Words, state: State, step: Step, line: Line | None) -> tuple[str, bool]:
    """What the step asks for: a code where one stands for it, else words."""
    if step.wants in ("confirmation", "last_confirmation"):
        return confirming_location(state, step, line), True
    if step.wants == "staging" and state.work.to:
        return state.work.to, True
    if line and step.wants == "location":
        return line.place, True
    if line and step.wants == "target":
        return line.task.to, True
    if line and step.wants == "item":
        return _code_of_unit(words, line), True
    if line and step.wants == "lot" and line.task.lot:
        return line.task.lot, True
    return words.say(f"want.{step.wants}"), False


def _code_of_unit(words: Words, line: Line) -> str:
    """The code to scan: that of the pack where the line is counted in packs."""
    codes = [(code, match.unit) for code, match in words.facts.codes(line.task.item) if isinstance(match, ItemMatch)]
    return next((code for code, unit in codes if unit == line.unit.name), line.code)


def confirming_location(state: State, step: Step, line: Line | None) -> str:
    """The location whose label answers the question on the screen, empty where no question is put."""
    if step.wants == "last_confirmation":
        last = last_group(state)
        return last[-1].location if last else ""
    if step.wants == "staging" and step.kind is StepKind.CONFIRM:
        return state.work.to
    return line.place if line and step.wants == "confirmation" else ""


def _question(words: Words, state: State, step: Step, line: Line | None, status: Status) -> tuple[str, str, str]:
    """Title and facts of a deviation's question; how old the known stock is where it is about stock (R15)."""
    if step.kind is StepKind.QUESTION and f"question.{step.shows}" in words.texts:
        n = str(len(words.facts.begun(state.operator)))
        return words.say(f"question.{step.shows}", n=n), "", words.say(f"question_more.{step.shows}")
    if step.kind is not StepKind.CONFIRM:
        return "", "", ""
    facts = {"last": _last(words, state), "offered": _offered(words, state)}
    if line:
        facts |= _amounts(words, state, line)
    age = _age(words, status).strip() if step.shows == OVER_STOCK else ""
    return words.say(f"question.{step.shows}"), words.say(f"question_facts.{step.shows}", **facts), age


def _amounts(words: Words, state: State, line: Line) -> dict[str, str]:
    work, wanted = state.work, wanted_units(line.task, state.work)
    units = {
        "wanted": wanted, "count": work.count, "missing": max(0, wanted - work.count), "damaged": work.damaged,
        "stock": _known(words.facts, line.task, work.lot),
    }  # fmt: skip
    if state.step != "extra":
        units["offered"] = max(0, work.offered)
    return {name: words.amount(amount, line.unit, line.item) for name, amount in units.items()}


def _last(words: Words, state: State) -> str:
    group = last_group(state)
    if not group:
        return ""
    item = item_of(words.facts, group[-1].item)
    return words.base(sum(one.units for one in group if one.kind in ("picked", "received")), item)


def _offered(words: Words, state: State) -> str:
    group = last_group(state)
    if not group or state.work.offered < 0:
        return ""
    return words.base(state.work.offered, item_of(words.facts, group[-1].item))


# --- lists ------------------------------------------------------------------------------------------------------------


def _options(words: Words, step: Step, state: State, every: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """(digit, value, text) of the choices on this page."""
    names = {option.value: words.say(option.text) for option in step.options}
    shown = every[state.first : state.first + shown_at_once(step, state)]
    return tuple(
        (str(number), value, names.get(value) or _order(words, value)) for number, value in enumerate(shown, 1)
    )


def _order(words: Words, code: str) -> str:
    if f"answer.{code}" in words.texts:
        return words.say(f"answer_narrow.{code}")
    task = words.facts.task(code)
    if task and f"task.{task.kind}" in words.texts:
        return _task_row(words, task)
    if request := request_row(words, code, NOTE_CELLS - 2):
        return request
    order = words.facts.order(code)
    if PART in code:
        return " ".join(filter(None, code.split(PART)))
    return f"{code} {words.say('frame.open_lines', n=str(order.tasks_left))}" if order else code


def _task_row(words: Words, task: Task) -> str:
    """`放回8箱 A-03-02`."""
    item = item_of(words.facts, task.item)
    amount = words.amount(task.units, counting_unit(words.facts, task, task.units), item) if task.units else ""
    place = task.location if not task.to or task.to.startswith("@") else task.to
    return f"{words.say(f'task.{task.kind}')} {amount} {place}".replace("  ", " ")


def tote_text(one: Scene) -> str:
    return one.say("frame.to_tote", tote=tote_of(one.facts, one.state.work))
