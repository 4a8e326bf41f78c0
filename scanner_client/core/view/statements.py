"""What each side of a conflict says, in words: who, how much, when it was scanned, when it reached the ledger.

All quantities of one conflict stand in one unit. People's names yield where it is tight, quantities never do.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner_client.core.cells import right, shorten, width
from scanner_client.core.disputed import Dispute, Statement
from scanner_client.core.rules.goods import item_of
from scanner_client.core.values import Unit, in_unit
from scanner_client.core.view import status_row
from scanner_client.core.view.scene import Scene
from scanner_client.core.view.words import CHINESE

_LABEL, _NUMBER = 6, 4
_NARROW, _TALL_ROWS = 20, 4
_SHORTEST_NAME = 3
DATES = ("expiry", "expiry_ledger")
_YIELDING = ("received", "saw", "ordered", "they")
"""Sides that give way first where there are more than fit."""


def shown(statements: Sequence[Statement], most: int = _TALL_ROWS) -> Sequence[Statement]:
    """As many statements as fit."""
    said = list(statements)
    for who in _YIELDING:
        if len(said) > most:
            said = [one for one in said if one.who != who]
    return said[:most]


def number(one: Scene, dispute: Dispute, units: int) -> tuple[str, str]:
    """A quantity as text, and its unit: that of the work where every side comes out even in it, else the base unit."""
    item, unit = item_of(one.facts, dispute.item), _common_unit(one, dispute)
    return ("-" if units < 0 else "") + in_unit(abs(units), unit, item), one.words.unit(unit.name)


def amount(one: Scene, dispute: Dispute, units: int) -> str:
    return "".join(number(one, dispute, units))


def _common_unit(one: Scene, dispute: Dispute) -> Unit:
    item = item_of(one.facts, dispute.item)
    known = {unit.name: unit for unit in one.facts.units(dispute.item)}
    unit = known.get(dispute.unit) or Unit(item.unit, item.one)
    told = [said.units for said in dispute.statements if said.units is not None]
    return unit if all(in_unit(abs(units), unit, item) for units in told) else Unit(item.unit, item.one)


def person(one: Scene, code: str) -> str:
    operator = one.facts.operator(code)
    return (operator.name if operator else "") or code or one.say("statement.somebody")


def label(one: Scene, said: Statement, cells: int) -> str:
    """`李拿了`; where it does not fit who alone, and a name in part."""
    texts = one.words.texts
    names = (f"statement.{said.who}_{said.kind}", f"statement.{said.who}_by" if said.name else "")
    text = next((name for name in names if name in texts), f"statement.{said.who}")
    told = one.say(text, name=_named(one, said))
    return told if width(told) <= cells else _short_label(one, said, cells)


def _short_label(one: Scene, said: Statement, cells: int) -> str:
    narrow = f"statement_narrow.{said.who}"
    room = cells - width(one.say(narrow, name=""))
    return one.say(narrow, name=_named(one, said, max(_SHORTEST_NAME, room)))


def _named(one: Scene, said: Statement, cells: int = 0) -> str:
    """Who it was, and how many others: `李+1`. Of a long name as much as fits in `cells`, where they are given."""
    name, others = person(one, said.name), f"+{said.more}" if said.more else ""
    return f"{shorten(name, max(_SHORTEST_NAME, cells - width(others))) if cells else name}{others}"


def clock(one: Scene, at: int) -> str:
    return status_row.clock(one, at) if at else ""


def tall_row(one: Scene, dispute: Dispute, said: Statement) -> str:
    """`你看到  12箱 09:40`."""
    return f"{_counted(one, dispute, said, _NARROW - 6 if said.at else _NARROW)} {clock(one, said.at)}".rstrip()


def _counted(one: Scene, dispute: Dispute, said: Statement, cells: int) -> str:
    """Label and quantity, the numbers under each other."""
    if said.units is None:
        return label(one, said, cells)
    count, unit = number(one, dispute, said.units)
    told = label(one, said, cells - width(count + unit) - 1)
    return f"{told}{right(count, max(width(count) + 1, _LABEL + _NUMBER - width(told)))}{unit}"


def wide_row(one: Scene, dispute: Dispute, said: Statement, align: int, cells: int) -> str:
    """`你看到 12箱 09:40`."""
    if said.units is None:
        return f"{label(one, said, cells - 6 if said.at else cells)} {clock(one, said.at)}".rstrip()
    count, unit = number(one, dispute, said.units)
    counted = f"{right(count, align)}{unit}"
    timed = f"{counted} {clock(one, said.at)}".rstrip()
    return status_row.fitting(
        [f"{label(one, said, cells - width(told) - 1)} {told}" for told in (timed, counted)], cells
    )


def desk_row(one: Scene, dispute: Dispute, said: Statement, cells: int) -> str:
    """`你拿了   8箱  09:42  10:38到账`."""
    if said.who == "ledger" and not said.kind:
        return _counted(one, dispute, said, cells)
    after = ""
    if said.who == "saw":
        after = f" {one.say('statement.as_known')}"
    elif said.arrived and said.units is not None:
        after = f"  {one.say('statement.arrived', at=clock(one, said.arrived))}"
    told = f"  {clock(one, said.at)}{after}".rstrip()
    return _counted(one, dispute, said, cells - width(told)) + told


def all_in_one(one: Scene, dispute: Dispute) -> str:
    """`见12 你8 李7 账-3箱`; names yield first, then what gives way."""
    said = [statement for statement in dispute.statements if statement.units is not None]
    dates = [_date(one, statement) for statement in dispute.statements if statement.who in DATES]
    if dates:
        return " ".join(dates)
    for most in range(len(said), 1, -1):
        kept = shown(said, most)
        longest = max((width(person(one, statement.name)) for statement in kept), default=0)
        for room in range(max(longest, _SHORTEST_NAME), _SHORTEST_NAME - 1, -1):
            told = _joined(one, dispute, kept, room)
            if width(told) <= _NARROW:
                return told
    return shorten(_joined(one, dispute, said[-1:], _SHORTEST_NAME), _NARROW)


def _date(one: Scene, said: Statement) -> str:
    """`货270331`."""
    return one.say(f"statement_narrow.{said.who}") + said.name[2:].replace("-", "")


def _joined(one: Scene, dispute: Dispute, kept: Sequence[Statement], room: int) -> str:
    parts, unit = [], ""
    for said in kept:
        count, unit = number(one, dispute, said.units or 0)
        parts.append(one.say(f"statement_narrow.{said.who}", name=shorten(person(one, said.name), room)) + count)
    told = " ".join(parts)
    return told + unit if one.words.language == CHINESE and width(told + unit) <= _NARROW else told


def doer(dispute: Dispute) -> Statement | None:
    """The side of whoever raised the conflict: what an undo takes back."""
    acting = [said for said in dispute.statements if said.who in ("you", "they")]
    return next((said for said in acting if said.name == dispute.by), acting[0] if acting else None)


def with_mine(dispute: Dispute) -> bool:
    """Whether somebody did something of it on this terminal."""
    return any(said.who == "you" for said in dispute.statements)
