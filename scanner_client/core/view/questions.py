"""Questions that a digit answers: who has an order, what becomes of the work of somebody who goes."""

from __future__ import annotations

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.view import small, tall, wide
from scanner_client.core.view.order_list import holder, since
from scanner_client.core.view.scene import Scene

_HINT_COLUMN = 14
_TALL_ORDERS = 4


def small_rows(one: Scene) -> list[str]:
    """One answer stands in the last row with the hint; several take the row of the facts."""
    options, back = _options(one), one.say("frame.list_back")
    if len(one.options) > 1:
        return [_head(one, small.WIDTH), options, pad(f"{one.prompt}>", _HINT_COLUMN) + back]
    answer = f"{options}>"
    return [_head(one, small.WIDTH), _facts(one, small.WIDTH), pad(answer, max(_HINT_COLUMN, width(answer) + 1)) + back]


def tall_rows(one: Scene) -> list[str]:
    told = _orders(one) or [_facts(one, tall.WIDTH)]
    head = [tall.title(one), tall.RULE, one.question[0], "", *told, one.question[2], tall.RULE]
    return [*head, *(f"{digit} {text}" for digit, _, text in one.options), "", one.note, one.prompt, ">"]


def wide_rows(one: Scene) -> list[str]:
    told = f"{one.question[0]}  {_facts(one, wide.WIDTH - width(one.question[0]) - 2)}"
    return [wide.titled(one, wide.WIDTH), told, one.question[2], _options(one), one.note, f"{one.prompt} >"]


def small_whom(one: Scene) -> list[str]:
    """Whom the order is given to is asked for."""
    return [one.state.work.order, _held_by(one, small.WIDTH), small.prompt_row(one)]


def tall_whom(one: Scene) -> list[str]:
    told = [one.state.work.order, _held_by(one, tall.WIDTH), tall.RULE, one.say(one.step.help), one.note]
    return [one.say(one.flow.title), tall.RULE, *told, one.prompt, f">{one.state.entry}"]


def wide_whom(one: Scene) -> list[str]:
    told = [one.state.work.order, _held_by(one, wide.WIDTH), one.say(one.step.help), one.note]
    return [one.say(one.flow.title), *told, f"{one.prompt} >{one.state.entry}"]


def _held_by(one: Scene, cells: int) -> str:
    claim = one.facts.claim(one.state.work.order)
    if claim is None:
        return ""
    at = since(one, claim)
    room = cells - width(one.say("question_facts.held", who="", at=at))
    return one.say("question_facts.held", who=shorten(holder(one, claim), room), at=at)


def _head(one: Scene, cells: int) -> str:
    """The question, and the order it is about; where both do not fit, the order, for the facts tell the rest."""
    both = f"{one.question[0]} {one.state.work.order}".rstrip()
    return both if width(both) <= cells else one.state.work.order


def _options(one: Scene) -> str:
    return " ".join(f"{digit} {text}" for digit, _, text in one.options)


def _facts(one: Scene, cells: int) -> str:
    """Who has the order, and since when, the name shortened where it does not fit; or the orders that were begun."""
    claim = one.facts.claim(one.state.work.order)
    orders = " ".join(one.facts.begun(one.state.operator))
    at = since(one, claim) if claim else ""

    def told(who: str) -> str:
        return one.say(f"question_facts.{one.step.shows}", who=who, at=at, orders=orders)

    named = told(shorten(holder(one, claim), cells - width(told("")))) if claim else told("")
    return shorten(named.strip(), cells)


def _orders(one: Scene) -> list[str]:
    """The orders that were begun, with what is left of them, where the question is about more than one."""
    begun = [] if one.state.work.order else one.facts.begun(one.state.operator)
    known = [order for order in map(one.facts.order, begun[:_TALL_ORDERS]) if order]
    return [f"{order.order} {one.say('frame.open_lines', n=str(order.tasks_left))}" for order in known]
