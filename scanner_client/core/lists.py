"""Lists that a choice may be made from: what stands in each, by the name flows use. How a row reads is the view's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scanner_client.core.facts import Facts
from scanner_client.core.state import State
from scanner_client.core.values import PART, Holding, Order

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


LISTS: Mapping[str, Values] = {
    "open_orders": _open_orders,
    "open_receipts": _open_receipts,
    "open_lines": _open_lines,
    "places_of_item": _places_of_item,
    "goods_of_place": _goods_of_place,
}


def holding_value(one: Holding) -> str:
    """A row of a list of goods as the value that is chosen."""
    return PART.join((one.location, one.item, one.lot, one.status))
