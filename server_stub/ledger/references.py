"""Codes the ledger does not know (yet): an item, a place, an order, a site used before its import reached this ledger.

The fact is posted all the same. Goods of an unknown item, at an unknown location or on their way to an unknown site
stand on `@unknown` until the code is known; then `settle` moves them to where they were scanned, and the conflict
closes by itself.
"""

from __future__ import annotations

from typing import Any

from server_stub.ledger.book import Draft, StoredOperation
from server_stub.ledger.conflicts import Disagreement
from server_stub.ledger.linking import item_behind
from server_stub.ledger.sides import did
from sync.wire.bodies import SUPPLIER, TERMINAL_TOTE, Goods, Returned
from sync.wire.effects import subject_of
from sync.wire.messages import GLOBAL_FEED
from sync.wire.operation import Operation
from sync.wire.rows import BY_TABLE, REFERENCE_UNKNOWN, SEPARATOR, Conflict, Item, Location, Order, Row, Site, row_key
from sync.wire.undoing import unknown_subjects


def unknown_references(draft: Draft, operation: Operation, body: Any) -> list[Disagreement]:
    """One disagreement for each code of a fact about goods or orders that has no row."""
    return [
        Disagreement(
            REFERENCE_UNKNOWN,
            operation.site,
            subject_of(kind, key),
            did(draft, operation, body),
            provisional=True,
        )
        for kind, key in _references(operation, body)
        if not _is_there(draft, kind, key)
    ]


def _references(operation: Operation, body: Any) -> list[tuple[type[Row], str]]:
    site = operation.site
    found: list[tuple[type[Row], str]] = []
    if isinstance(body, Goods):
        found.append((Item, body.item))
        sites = (getattr(body, "to_site", ""), getattr(body, "from_site", ""))
        found += [(Site, other) for other in sites if other]
        places = (getattr(body, "location", ""), getattr(body, "to", ""))
        found += [(Location, row_key(site, place)) for place in places if _needs_a_row(place)]
    order = getattr(body, "order", "")
    if order:
        found.append((Order, row_key(site, order)))
    return found


def _needs_a_row(place: str) -> bool:
    return bool(place) and place[0] != "@" and not place.startswith(TERMINAL_TOTE)


def is_gone(body: Any) -> bool:
    """Whether goods left the house, so that nobody has to find out any more what they were."""
    return isinstance(body, Returned) and body.to == SUPPLIER


def is_known(draft: Draft, subject: str) -> bool:
    """Whether the row that a conflict's subject names exists by now."""
    table, key = subject.split(SEPARATOR, 1)
    return _is_there(draft, BY_TABLE[table], key)


def _is_there(draft: Draft, kind: type[Row], key: str) -> bool:
    """A code that was linked to an item needs no row. No site has the name of the feed that belongs to none."""
    if kind is Item:
        return item_behind(draft, key) is not None
    return draft.get(kind, key) is not None and not (kind is Site and key == GLOBAL_FEED)


def still_unknown(draft: Draft, stored: StoredOperation) -> set[str]:
    """Subjects because of which goods of an earlier operation still stand on `@unknown`."""
    site = stored.operation.site if stored.operation else ""
    conflicts = (draft.get(Conflict, row_key(site, id)) for id in stored.outcome.conflicts)
    return unknown_subjects(one for one in conflicts if one)
