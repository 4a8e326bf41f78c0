"""Codes that stand for an item although no item is called so: scanned as unknown, and linked by people since.

A barcode of one base unit makes the link. Facts under the code are facts about the item from then on, earlier ones too
as soon as `settle` has moved their goods.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from server_stub.ledger.book import Draft
from sync.wire.effects import subject_of
from sync.wire.quantity import Quantity
from sync.wire.rows import Barcode, Item

ONE = Quantity(1)


def item_behind(draft: Draft, code: str) -> Item | None:
    """The item of this code, or the one that the code was linked to; None where there is neither."""
    item = draft.get(Item, code)
    if item is not None:
        return item
    barcode = draft.get(Barcode, code)
    return draft.get(Item, barcode.item) if barcode and not barcode.factor - ONE else None


def as_linked(draft: Draft, body: Any, unknown: Collection[str] = ()) -> Any:
    """The body as one about the item that its code stands for. `unknown`: subjects because of which goods still stand
    on `@unknown`, under the code that was scanned."""
    code: str = getattr(body, "item", "")
    if not code or subject_of(Item, code) in unknown:
        return body
    item = item_behind(draft, code)
    return body if item is None or item.code == code else msgspec.structs.replace(body, item=item.code)
