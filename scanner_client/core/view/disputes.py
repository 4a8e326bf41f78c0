"""One conflict to read, and the list of them: what I saw and did, what others did, what the ledger has, the answers.

Deciding is done at the office for now; the legal answers are shown so that people on the floor can say what they want.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner_client.core.cells import pad, right, shorten, width
from scanner_client.core.rules.goods import item_of
from scanner_client.core.state import Panel
from scanner_client.core.values import Dispute, Statement, Unit, in_unit
from scanner_client.core.view import status_row
from scanner_client.core.view.scene import Scene

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "stock_short": ("count_now", "adjust", "undo"),
    "task_done_twice": ("return_to_stock", "take_on_line", "accept_over", "undo_one"),
    "order_changed": ("return_to_stock", "keep_for_line", "accept"),
    "order_cancelled": ("return_to_stock", "keep_for_line", "accept"),
    "over_received": ("accept_over", "return_to_supplier", "quarantine"),
    "order_closed": ("accept_over", "return_to_supplier", "quarantine"),
    "reference_unknown": ("link_to_item", "create", "undo"),
    "stream_gap": ("acknowledge", "recount"),
    "stream_forked": ("acknowledge", "recount"),
}
"""The legal answers to each kind of conflict, in the order in which they are numbered."""

LATER = "later"
RULE = "-" * 20
_NARROW, _EDGE, _TALL_NAME = 20, 19, 18
_LABEL, _NUMBER = 6, 4
_WIDE_COLUMN, _WIDE_ANSWER, _WIDE_NUMBER = 20, 16, 2
_DESK_ANSWER = 14
_DESK = 44
_TALL_ANSWERS = 4
Rows = list[str]


def chosen(one: Scene, panel: Panel) -> tuple[Dispute | None, int, int]:
    """The conflict that is read, its number and how many there are."""
    found = one.facts.disputes()
    place = min(panel.first, len(found) - 1)
    return (found[place] if found else None), place + 1, len(found)


def listed(one: Scene, first: int, count: int, cells: int, *, one_row: bool) -> Rows:
    """`1 缺货 A-03-02`: the list from which one is read."""
    rows: Rows = []
    for number, dispute in enumerate(one.facts.disputes()[first : first + count], 1):
        what = one.say(f"dispute.{dispute.kind}")
        about = dispute.location or dispute.order
        if one_row:
            rows.append(shorten(f"{number} {what} {about} {one.words.item_name(dispute.item)}".rstrip(), cells))
        else:
            rows += [f"{number} {what}", shorten(f"  {about} {one.words.item_name(dispute.item)}".rstrip(), _NARROW)]
    return rows


def small(one: Scene, panel: Panel) -> Rows:
    dispute, place, total = chosen(one, panel)
    if dispute is None:
        return [status_row.narrow(one), one.say("panel.no_conflicts")]
    return [
        _small_title(one, dispute, f"{place}/{total}"),
        f"{dispute.location} {shorten(one.words.item_name(dispute.item), _EDGE - width(dispute.location) - 1)}",
        _all_in_one(one, dispute),
        f"{''.join(_small_answers(one, dispute))} >",
    ]


def tall(one: Scene, panel: Panel) -> Rows:
    dispute, place, total = chosen(one, panel)
    if dispute is None:
        return [status_row.narrow(one), one.say("panel.no_conflicts")]
    said = [_tall_row(one, dispute, statement) for statement in dispute.statements]
    answers = [f"{number} {text}" for number, text in _answers(one, dispute, "answer")]
    return [
        status_row.narrow(one, f"{place}/{total}"),
        f"{one.say(f'dispute.{dispute.kind}')}  {dispute.location or dispute.order}",
        shorten(one.words.item_name(dispute.item), _TALL_NAME),
        RULE, *[*said, *[""] * 4][:4],
        RULE, *[*answers, *[""] * _TALL_ANSWERS][:_TALL_ANSWERS],
        RULE, one.say("panel.decided_at_office"), ">",
    ]  # fmt: skip


def wide_title(one: Scene, panel: Panel) -> str:
    """The status row at 40x8, which has the conflict's kind in it."""
    dispute, place, total = chosen(one, panel)
    kind = one.say(f"dispute.{dispute.kind}") if dispute else ""
    return status_row.wide(one, f"{place}/{total} {kind}", who=True)


def wide_body(one: Scene, panel: Panel, cells: int) -> Rows:
    dispute, place, total = chosen(one, panel)
    if dispute is None:
        return [one.say("panel.no_conflicts")]
    return _desk(one, dispute, f"{place}/{total}") if cells >= _DESK else _wide(one, dispute)


def hints(one: Scene, gap: str) -> str:
    return gap.join(one.say(name) for name in ("frame.list_help", "frame.list_back"))


def _wide(one: Scene, dispute: Dispute) -> Rows:
    said = dispute.statements[:4]
    half = -(-len(said) // 2)
    left = [_wide_row(one, dispute, statement, _WIDE_NUMBER) for statement in said[:half]]
    other = [_wide_row(one, dispute, statement, 0) for statement in said[half:]]
    answers = [f"{number}{text}" for number, text in _answers(one, dispute, "answer_wide")]
    column = max(_WIDE_COLUMN, *(width(row) + 1 for row in left)) if left else _WIDE_COLUMN
    answer_column = max(_WIDE_ANSWER, *(width(row) + 2 for row in answers[::2]))
    facing = [pad(a, column) + b for a, b in zip(left, [*other, *[""] * half], strict=False)]
    numbered = [pad(a, answer_column) + b for a, b in zip(answers[::2], [*answers[1::2], ""], strict=False)]
    return [
        f"{dispute.location}  {one.words.item_name(dispute.item)}".strip(),
        *[*facing, *[""] * 2][:2],
        *[*numbered, *[""] * 2][:2],
        f"{one.say('panel.decided_at_office')} >",
    ]


def _desk(one: Scene, dispute: Dispute, number: str) -> Rows:
    answers = [f"{digit} {text}" for digit, text in _answers(one, dispute, "answer_desk")]
    more = [_more(one, dispute, name) for name in (*ANSWERS.get(dispute.kind, ()), LATER)]
    name = shorten(one.words.item_name(dispute.item), 12)
    return [
        f"{one.say('panel.conflict')} {number}  {one.say(f'dispute.{dispute.kind}')}  {dispute.location}  {name}",
        *(_desk_row(one, dispute, statement) for statement in dispute.statements),
        *(f"{pad(text, _DESK_ANSWER + 1)}{told}".rstrip() for text, told in zip(answers, more, strict=True)),
        f"{one.say('panel.decided_at_office')} >",
    ]


# --- what each side says ----------------------------------------------------------------------------------------------


def _number(one: Scene, dispute: Dispute, units: int) -> tuple[str, str]:
    """A quantity in the unit of the work where it comes out even, and that unit."""
    item = item_of(one.facts, dispute.item)
    known = {unit.name: unit for unit in one.facts.units(dispute.item)}
    unit = known.get(dispute.unit) or Unit(item.unit, item.one)
    counted = in_unit(abs(units), unit, item)
    if not counted:
        unit, counted = Unit(item.unit, item.one), in_unit(abs(units), Unit(item.unit, item.one), item)
    return ("-" if units < 0 else "") + counted, one.words.unit(unit.name)


def _label(one: Scene, statement: Statement) -> str:
    deed = f"statement.{statement.who}_{statement.kind}"
    name = deed if deed in one.words.texts else f"statement.{statement.who}"
    return one.say(name, name=_who(one, statement))


def _who(one: Scene, statement: Statement) -> str:
    operator = one.facts.operator(statement.name)
    return (operator.name if operator else "") or statement.name or one.say("statement.somebody")


def _time(one: Scene, at: int) -> str:
    return status_row.clock(one, at) if at else ""


def _tall_row(one: Scene, dispute: Dispute, statement: Statement) -> str:
    number, unit = _number(one, dispute, statement.units)
    label = shorten(_label(one, statement), _LABEL + 2)
    return f"{label}{right(number, max(1, _LABEL + _NUMBER - width(label)))}{unit} {_time(one, statement.at)}".rstrip()


def _wide_row(one: Scene, dispute: Dispute, statement: Statement, align: int) -> str:
    number, unit = _number(one, dispute, statement.units)
    return f"{_label(one, statement)} {right(number, align)}{unit} {_time(one, statement.at)}".rstrip()


def _desk_row(one: Scene, dispute: Dispute, statement: Statement) -> str:
    number, unit = _number(one, dispute, statement.units)
    label = _label(one, statement)
    told = f"{label}{right(number, max(1, _LABEL + _NUMBER - width(label)))}{unit}"
    if statement.who == "ledger":
        return told
    arrived = one.say("statement.arrived", at=_time(one, statement.arrived)) if statement.arrived else ""
    after = f" {one.say('statement.as_known')}" if statement.who == "saw" else f"  {arrived}"
    return f"{told}  {_time(one, statement.at)}{after}".rstrip()


def _all_in_one(one: Scene, dispute: Dispute) -> str:
    """`见12 你8 李7 账-3箱`."""
    parts, unit = [], ""
    for statement in dispute.statements:
        number, unit = _number(one, dispute, statement.units)
        parts.append(one.say(f"statement_narrow.{statement.who}", name=_who(one, statement)) + number)
    joined = " ".join(parts)
    return (
        joined + unit if width(joined + unit) <= _NARROW and one.words.language == "zh_CN" else shorten(joined, _NARROW)
    )


def _small_title(one: Scene, dispute: Dispute, number: str) -> str:
    they = next((one_of for one_of in dispute.statements if one_of.who == "they"), None)
    who = f"{_who(one, they)}" if they else ""
    time = _time(one, they.at) if they else ""
    return status_row.disputed(one, number, one.say(f"dispute.{dispute.kind}"), who, time)


# --- answers ----------------------------------------------------------------------------------------------------------


def _answers(one: Scene, dispute: Dispute, table: str) -> list[tuple[int, str]]:
    names = (*ANSWERS.get(dispute.kind, ()), LATER)
    return [(number, _answer(one, dispute, table, name)) for number, name in enumerate(names, 1)]


def _answer(one: Scene, dispute: Dispute, table: str, name: str) -> str:
    text = f"{table}.{name}" if f"{table}.{name}" in one.words.texts else f"answer.{name}"
    return one.say(text, **_amounts(one, dispute))


def _amounts(one: Scene, dispute: Dispute) -> dict[str, str]:
    """What the answers would do: `missing` brings the account to nothing, `mine` is what was done here."""
    by_side = {statement.who: statement.units for statement in dispute.statements}
    missing = "".join(_number(one, dispute, abs(by_side.get("ledger", 0))))
    return {"missing": missing, "mine": "".join(_number(one, dispute, by_side.get("you", 0)))}


def _more(one: Scene, dispute: Dispute, name: str) -> str:
    text = f"answer_more.{name}"
    if text not in one.words.texts:
        return ""
    operator = one.facts.operator(one.state.operator)
    doer = (operator.name if operator else "") or one.state.operator
    return one.say(text, name=doer, **_amounts(one, dispute))


def _small_answers(one: Scene, dispute: Dispute) -> Rows:
    names = ANSWERS.get(dispute.kind, ())[:3]
    return [f"{number}{_answer(one, dispute, 'answer_narrow', name)}" for number, name in enumerate(names, 1)]
