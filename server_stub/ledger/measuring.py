"""Quantities in the decimals of their item, whatever decimals a terminal wrote: `1.000` pieces are 1.

Else one fact with six decimals would leave its account counting millionths for ever.
"""

from __future__ import annotations

from typing import Any

import msgspec

from server_stub.ledger.book import Draft
from sync.wire.quantity import BadQuantity, Quantity
from sync.wire.rows import Item


def measured(draft: Draft, body: Any) -> Any:
    """The body with its quantity in its item's decimals; of an item that has no row, in as few as it needs.

    Raises BadQuantity where it has more decimals than the item allows.
    """
    quantity: Quantity | None = getattr(body, "quantity", None)
    if quantity is None:
        return body
    item = draft.get(Item, body.item)
    scale = _fewest_decimals(quantity) if item is None else item.scale
    return body if scale == quantity.scale else msgspec.structs.replace(body, quantity=quantity.at(scale))


def as_measured(draft: Draft, body: Any) -> Any:
    """As `measured`, of a fact posted before its item was known: what does not fit is kept as it was scanned."""
    try:
        return measured(draft, body)
    except BadQuantity:
        return body


def _fewest_decimals(quantity: Quantity) -> int:
    units, scale = quantity.units, quantity.scale
    while scale and units % 10 == 0:
        units, scale = units // 10, scale - 1
    return scale
