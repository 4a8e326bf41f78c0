"""Codes the ledger does not know (yet): an item, a location, an order scanned before its import reached this ledger.

The fact is posted all the same. Goods of an unknown item, or at an unknown location, stand on `@unknown` until the code
is known; then `settle` moves them to where they were scanned and the conflict closes by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from server_stub.ledger.book import Draft, StoredOperation
from server_stub.ledger.conflicts import ACTIVE, REFERENCE_UNKNOWN, Disagreement, in_short
from sync.wire.bodies import TERMINAL_TOTE, UNKNOWN, Goods, Posting
from sync.wire.effects import Effect
from sync.wire.operation import Operation
from sync.wire.rows import BY_TABLE, Conflict, Item, Location, Order, Row, row_key


def unknown_references(draft: Draft, operation: Operation, body: Any) -> list[Disagreement]:
    """One disagreement for each code of a fact about goods or orders that has no row."""
    return [
        Disagreement(
            REFERENCE_UNKNOWN, operation.site, _subject(kind, key), {"did": in_short(operation, body)}, provisional=True
        )
        for kind, key in _references(operation, body)
        if draft.get(kind, key) is None
    ]


def _references(operation: Operation, body: Any) -> list[tuple[type[Row], str]]:
    site = operation.site
    found: list[tuple[type[Row], str]] = []
    if isinstance(body, Goods):
        found.append((Item, body.item))
        places = (getattr(body, "location", ""), getattr(body, "to", ""))
        found += [(Location, row_key(site, place)) for place in places if _needs_a_row(place)]
    order = getattr(body, "order", "")
    if order:
        found.append((Order, row_key(site, order)))
    return found


def _needs_a_row(place: str) -> bool:
    return bool(place) and place[0] != "@" and not place.startswith(TERMINAL_TOTE)


def _subject(kind: type[Row], key: str) -> str:
    return row_key(kind.table, key)


def is_known(draft: Draft, subject: str) -> bool:
    """Whether the row that a conflict's subject names exists by now."""
    table, key = subject.split("\x1f", 1)
    return draft.get(BY_TABLE[table], key) is not None


def set_aside(found: list[Effect], unknown: Collection[str]) -> list[Effect]:
    """The effects with goods of unknown subjects on `@unknown` instead of where they were scanned."""
    return [aside(one, unknown) if isinstance(one, Posting) else one for one in found] if unknown else found


def aside(posting: Posting, unknown: Collection[str]) -> Posting:
    if posting.location[:1] == "@":
        return posting
    item, place = _subject(Item, posting.item), _subject(Location, row_key(posting.site, posting.location))
    return msgspec.structs.replace(posting, location=UNKNOWN) if item in unknown or place in unknown else posting


def still_unknown(draft: Draft, stored: StoredOperation) -> set[str]:
    """Subjects because of which goods of an earlier operation still stand on `@unknown`."""
    site = stored.operation.site if stored.operation else ""
    conflicts = (draft.get(Conflict, row_key(site, id)) for id in stored.outcome.conflicts)
    return {one.subject for one in conflicts if one and one.kind == REFERENCE_UNKNOWN and one.state in ACTIVE}
