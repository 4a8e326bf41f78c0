"""Receipts beyond what was ordered, or for an order that is closed. The goods are posted all the same; people decide.

Nothing is tolerated beyond the ordered quantity. Goods of unknown codes are not judged here: `references` says so.
"""

from __future__ import annotations

from server_stub.ledger.applying import CANCELLED, NOT_YET_KNOWN
from server_stub.ledger.book import Draft
from server_stub.ledger.conflicts import Disagreement
from server_stub.ledger.sides import did
from sync.wire.bodies import Picked, Received
from sync.wire.operation import Operation
from sync.wire.quantity import Quantity
from sync.wire.rows import NOTHING, Item, Order, OrderLine, row_key

OVER_RECEIVED, ORDER_CLOSED = "over_received", "order_closed"


def found_beyond(draft: Draft, operation: Operation, body: Received) -> Disagreement | None:
    """What a receipt that is not yet posted would exceed: the line's quantity, or what is left of a closed line."""
    order, line = _order(draft, operation, body), _line(draft, operation, body)
    if order is None or draft.get(Item, body.item) is None:
        return None
    before = line.done if line else NOTHING
    kind = _kind(line, body, before + body.quantity)
    if not kind:
        return None
    facts = did(draft, operation, body) | {
        "ordered": str(_wanted(line, body)), "received": str(before), "ledger_now": str(before + body.quantity),
    }  # fmt: skip
    return Disagreement(kind, operation.site, _subject(order, body, kind), facts)


def still_beyond(draft: Draft, operation: Operation, body: Received) -> bool:
    """Whether a receipt that is posted still exceeds what is wanted."""
    order, line = _order(draft, operation, body), _line(draft, operation, body)
    if order is None:
        return False
    return order.state == CANCELLED or bool(_kind(line, body, line.done if line else body.quantity))


def beyond(draft: Draft, site: str, body: Picked | Received) -> Quantity:
    """So much of a fact that is posted is more than its line wants: all of it where there is no such line. Of a receipt
    that came after the rest of its line was reported missing, also that rest."""
    line = draft.get(OrderLine, row_key(site, body.order, body.line))
    if line is None:
        return body.quantity
    short = line.short if isinstance(body, Received) else NOTHING
    more = line.done + short - _wanted(line, body)
    return more if (body.quantity - more).units > 0 else body.quantity


def _kind(line: OrderLine | None, body: Received, received: Quantity) -> str:
    wanted = _wanted(line, body)
    if (received - wanted).units > 0:
        return OVER_RECEIVED
    closed = line is not None and (received + line.short - wanted).units > 0
    return ORDER_CLOSED if closed else ""


def _wanted(line: OrderLine | None, body: Picked | Received) -> Quantity:
    """What the line wants of these goods: nothing where it is gone or asks for other ones."""
    if line is None or line.state in (CANCELLED, NOT_YET_KNOWN):
        return NOTHING
    fits = line.item == body.item and line.lot in ("", body.lot)
    return line.quantity if fits else NOTHING


def _order(draft: Draft, operation: Operation, body: Received) -> Order | None:
    return draft.get(Order, row_key(operation.site, body.order)) if body.order else None


def _line(draft: Draft, operation: Operation, body: Received) -> OrderLine | None:
    return draft.get(OrderLine, row_key(operation.site, body.order, body.line)) if body.line else None


def _subject(order: Order, body: Received, kind: str) -> str:
    """The order where it is closed; else its line, or the goods that stand on none."""
    if kind == ORDER_CLOSED:
        return order.key
    return row_key(order.site, order.order, body.line) if body.line else row_key(order.key, "", body.item)
