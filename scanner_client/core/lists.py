"""Lists that a choice may be made from: what stands in each, by the name flows use. How a row reads is the view's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scanner_client.core.decisions import answers_of, lines_wanting
from scanner_client.core.disputed import Dispute
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import Step
from scanner_client.core.state import State
from scanner_client.core.values import PART, Holding, Order

MOST_AT_ONCE = 7
"""Choices that have a digit of their own; 8, 9 and 0 lead on."""

Values = Callable[[State, Facts], Sequence[str]]


def _open_orders(state: State, facts: Facts) -> Sequence[str]:
    return _own_first(state, facts, facts.open_orders())


def _open_receipts(state: State, facts: Facts) -> Sequence[str]:
    return _own_first(state, facts, facts.open_receipts())


def _own_first(state: State, facts: Facts, orders: Sequence[Order]) -> list[str]:
    """What the operator has begun, what others began on this terminal (its goods may be at hand), then the rest."""

    def place(order: str) -> int:
        claim = facts.claim(order)
        if claim is None:
            return 2
        return 0 if claim.by == state.operator else 1 if claim.terminal == facts.terminal else 2

    return sorted((one.order for one in orders), key=place)


def _open_lines(state: State, facts: Facts) -> Sequence[str]:
    """Lines of the order in hand that lack something, as tasks."""
    return [task.id for task in facts.tasks(state.work.order) if task.state == "open"]


def _places_of_item(state: State, facts: Facts) -> Sequence[str]:
    return [holding_value(one) for one in facts.holdings(item=state.work.looking)] if state.work.looking else []


def _goods_of_place(state: State, facts: Facts) -> Sequence[str]:
    return [holding_value(one) for one in facts.holdings(location=state.work.looking)] if state.work.looking else []


def _answers(state: State, facts: Facts) -> Sequence[str]:
    """The answers to the conflict in hand, as they are numbered."""
    dispute = _in_hand(state, facts)
    return answers_of(dispute.kind) if dispute else answers_of("")


def _lines_wanting(state: State, facts: Facts) -> Sequence[str]:
    """Open lines of open orders that still want the goods of the conflict in hand, each as its order and its line."""
    dispute = _in_hand(state, facts)
    if dispute is None or not dispute.item:
        return []
    found = [task for order in facts.open_orders() for task in lines_wanting(dispute.item, facts.tasks(order.order))]
    return list(dict.fromkeys(PART.join((task.order, task.line)) for task in found))


def _in_hand(state: State, facts: Facts) -> Dispute | None:
    conflict = state.decision.conflict if state.decision else ""
    return next((one for one in facts.disputes() if one.id == conflict), None)


def _own_tasks(state: State, facts: Facts) -> Sequence[str]:
    return [task.id for task in facts.own_tasks(state.operator)]


def _requests(_state: State, facts: Facts) -> Sequence[str]:
    return [one.id for one in facts.requests()]


def _terminals(_state: State, facts: Facts) -> Sequence[str]:
    around = facts.around()
    return [one.terminal for one in around.terminals] if around else []


def _held_orders(_state: State, facts: Facts) -> Sequence[str]:
    return facts.held_orders()


LISTS: Mapping[str, Values] = {
    "open_orders": _open_orders,
    "open_receipts": _open_receipts,
    "open_lines": _open_lines,
    "places_of_item": _places_of_item,
    "goods_of_place": _goods_of_place,
    "answers": _answers,
    "own_tasks": _own_tasks,
    "requests": _requests,
    "held_orders": _held_orders,
    "lines_wanting": _lines_wanting,
    "terminals": _terminals,
}
_WHOLE = frozenset({"answers"})
"""Lists that have no pages: their frame shows all of them at each size."""


def shown_at_once(step: Step, state: State) -> int:
    """How many choices of this step a digit can name without turning a page."""
    return MOST_AT_ONCE if step.options_from in _WHOLE else state.options


def holding_value(one: Holding) -> str:
    """A row of a list of goods as the value that is chosen."""
    return PART.join((one.location, one.item, one.lot, one.status))
