"""Lots that goods bring with them: a receipt makes its lot known everywhere, with the expiry date on the goods.

The first date told stays while goods of the lot do. Goods with another one are posted all the same, and people decide
which date is right: what the office puts in the lot's row, or an undo, settles it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from server_stub.ledger.book import Draft
from server_stub.ledger.conflicts import Disagreement
from server_stub.ledger.sides import did
from sync.wire.bodies import SUPPLIER, Received
from sync.wire.effects import subject_of
from sync.wire.messages import GLOBAL_FEED
from sync.wire.operation import Operation
from sync.wire.rows import Balance, Item, Lot, row_key

EXPIRY_DIFFERS = "expiry_differs"


def learn_lot(draft: Draft, operation: Operation, body: Any) -> Disagreement | None:
    """Put the lot of a receipt into the draft, where the ledger lacks it or its date. Returns a date that differs.

    A lot is its item's: of an item that has no row (yet) nothing is learned.
    """
    if not isinstance(body, Received) or not body.lot or draft.get(Item, body.item) is None:
        return None
    told = expiry_of(body)
    known = draft.get(Lot, row_key(body.item, body.lot))
    if known is None:
        draft.put(Lot(item=body.item, lot=body.lot, expiry=told, told_by=operation.id if told else ""))
    elif told and not known.expiry:
        draft.put(msgspec.structs.replace(known, expiry=told, told_by=operation.id))
    elif told and told != known.expiry:
        return _differs(draft, operation, body, known)
    return None


def forget_date(draft: Draft, body: Any) -> None:
    """After a receipt was undone: a date that receipts told is forgotten once nothing of the lot stands received, so
    that who mistyped it and took it back can tell the right one."""
    if not isinstance(body, Received) or not body.lot:
        return
    known = draft.get(Lot, row_key(body.item, body.lot))
    if known is not None and known.told_by and not _is_received(draft, known):
        draft.put(msgspec.structs.replace(known, expiry="", told_by=""))


def _is_received(draft: Draft, lot: Lot) -> bool:
    """Whether any site got goods of the lot: what came is what the supplier's account lacks."""
    sites = (feed for feed in draft.book.feeds() if feed != GLOBAL_FEED)
    held = (one for site in sites for one in draft.select(Balance, site=site, item=lot.item))
    return any((one.lot, one.location) == (lot.lot, SUPPLIER) for one in held)


def expiry_of(body: Received) -> str:
    """The date on the goods, empty where it is none (YYYY-MM-DD): a row's date is compared and sorted as text."""
    try:
        return date.fromisoformat(body.expiry).isoformat()
    except ValueError:
        return ""


def still_differs(draft: Draft, body: Received) -> bool:
    """Whether a receipt that is posted names another date than the lot's row does by now."""
    known, told = draft.get(Lot, row_key(body.item, body.lot)), expiry_of(body)
    return known is not None and bool(told) and told != known.expiry


def _differs(draft: Draft, operation: Operation, body: Received, known: Lot) -> Disagreement:
    facts = did(draft, operation, body) | {"expiry": expiry_of(body), "ledger_now": known.expiry}
    return Disagreement(EXPIRY_DIFFERS, operation.site, subject_of(Lot, known.key), facts)
