"""What the ledger shows of itself, page by page, to programs over HTTP and to people on the command line.

Each list is one row type, filtered by equality and read in pages; quantities are decimal strings. What may be asked for
stands in `LISTS`, from which the routes, their description and the commands are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from server_stub.ledger.book import StoredOperation
from server_stub.ledger.conflicts import is_undecided
from sync.wire import rows
from sync.wire.decisions import ANSWERS
from sync.wire.limits import VERSION
from sync.wire.messages import Outcome
from sync.wire.quantity import Quantity

R = TypeVar("R", bound=rows.Row)
MAX_PAGE = 1000


class Reader(Protocol):
    """Reads of the ledger for people and programs; each sees one committed state."""

    def rows(self, kind: type[R], equal: Mapping[str, str], after: str, count: int) -> Sequence[R]:
        """Rows in key order behind the key `after`, whose columns equal these texts."""

    def operations(self, equal: Mapping[str, str], after: str, count: int) -> Sequence[StoredOperation]:
        """Operations in order of their ids behind `after`. Columns: terminal, kind, outcome, site."""

    def units(self, items: Sequence[str]) -> Mapping[str, str]:
        """Base unit by item code; unknown items are left out."""


class ListReply(msgspec.Struct, frozen=True, kw_only=True):
    """One page. `next` is the `after` of the following page, empty on the last one."""

    v: int = VERSION
    rows: Sequence[Any]
    next: str = ""


class StockLine(msgspec.Struct, frozen=True, kw_only=True):
    """A balance as people read it: every part of the account, the quantity and its unit."""

    site: str
    location: str
    item: str
    lot: str
    serial: str
    lpn: str
    status: str
    quantity: Quantity
    unit: str


class ConflictLine(rows.Conflict, frozen=True, kw_only=True, omit_defaults=True):
    """A conflict with the answers that can be given to it as it stands."""

    answers: Sequence[str] = ()


class OperationLine(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as stored. `operation` is absent where its bytes could not be read (quarantine)."""

    id: str
    op_hash: str
    terminal: str
    kind: str
    at: str
    by: str
    outcome: Outcome
    operation: msgspec.Raw | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: the rows it is made of, what they can be filtered by, and how a page of them is shown."""

    kind: type[rows.Row]
    filters: tuple[str, ...]
    shown: type[msgspec.Struct]


def _listing(kind: type[rows.Row], *filters: str) -> Listing:
    return Listing(kind, filters, kind)


LISTS: dict[str, Listing] = {
    "sites": _listing(rows.Site, "code"),
    "items": _listing(rows.Item, "code", "item_class"),
    "barcodes": _listing(rows.Barcode, "code", "item"),
    "lots": _listing(rows.Lot, "item", "lot"),
    "partners": _listing(rows.Partner, "code", "role"),
    "operators": _listing(rows.Operator, "code", "badge"),
    "locations": _listing(rows.Location, "site", "code", "kind", "zone"),
    "orders": _listing(rows.Order, "site", "order", "kind", "state", "partner"),
    "order-lines": _listing(rows.OrderLine, "site", "order", "line", "item", "state"),
    "tasks": _listing(rows.Task, "site", "order", "kind", "item", "location", "state"),
    "claims": _listing(rows.Claim, "site", "order", "task", "by", "terminal"),
    "stock": Listing(rows.Balance, ("site", "location", "item", "lot", "serial", "lpn", "status"), StockLine),
    "requests": _listing(rows.Request, "site", "state", "by", "terminal"),
    "messages": _listing(rows.Message, "site", "terminal", "role"),
    "acknowledgements": _listing(rows.Acknowledgement, "site", "message", "by", "terminal"),
    "conflicts": Listing(rows.Conflict, ("site", "kind", "state", "subject"), ConflictLine),
}
OTHER_FILTERS: dict[str, tuple[str, ...]] = {
    "operations": ("terminal", "kind", "outcome", "site"),
    "terminals": ("terminal", "site", "state"),
    "flows": ("name",),
}
"""What lists that are no rows of a feed can be filtered by."""


def filters_of(name: str) -> tuple[str, ...]:
    return OTHER_FILTERS[name] if name in OTHER_FILTERS else LISTS[name].filters


def page(reader: Reader, name: str, equal: Mapping[str, str], after: str, count: int) -> ListReply:
    """One page of a list, behind the key `after`. `next` of the reply is the last key of a full page."""
    if name == "operations":
        stored = reader.operations(equal, after, count)
        return ListReply(rows=[operation_line(one) for one in stored], next=_next([one.id for one in stored], count))
    found = reader.rows(LISTS[name].kind, equal, after, count)
    return ListReply(rows=_shown(reader, name, found), next=_next([row.key for row in found], count))


def _shown(reader: Reader, name: str, found: Sequence[rows.Row]) -> Sequence[Any]:
    match name:
        case "stock":
            return stock_lines(reader, found)
        case "conflicts":
            return conflict_lines(found)
        case _:
            return found


def page_of(found: Sequence[msgspec.Struct], key: str, equal: Mapping[str, str], after: str, count: int) -> ListReply:
    """One page of a list that is short enough to be at hand whole, sorted by its field `key`."""
    rows = [one for one in found if all(getattr(one, name) == text for name, text in equal.items())]
    shown = [one for one in rows if getattr(one, key) > after][:count]
    return ListReply(rows=shown, next=_next([getattr(one, key) for one in shown], count))


def _next(keys: Sequence[str], count: int) -> str:
    return keys[-1] if len(keys) == count else ""


def stock_lines(reader: Reader, balances: Sequence[rows.Row]) -> list[StockLine]:
    found = [balance for balance in balances if isinstance(balance, rows.Balance)]
    units = reader.units(sorted({balance.item for balance in found}))
    fields = [(balance, msgspec.structs.asdict(balance)) for balance in found]
    return [StockLine(**values, unit=units.get(balance.item, "")) for balance, values in fields]


def conflict_lines(found: Sequence[rows.Row]) -> list[ConflictLine]:
    conflicts = [one for one in found if isinstance(one, rows.Conflict)]
    return [
        ConflictLine(**msgspec.structs.asdict(one), answers=ANSWERS.get(one.kind, ()) if is_undecided(one) else ())
        for one in conflicts
    ]


def operation_line(stored: StoredOperation) -> OperationLine:
    operation = stored.operation
    return OperationLine(
        id=stored.id,
        op_hash=stored.op_hash,
        terminal=stored.terminal,
        kind=operation.kind if operation else "",
        at=operation.at if operation else "",
        by=operation.by if operation else "",
        outcome=stored.outcome,
        operation=msgspec.Raw(stored.raw) if operation else None,
    )


def every(reader: Reader, name: str, equal: Mapping[str, str]) -> list[Any]:
    """The whole list, read page by page."""
    found: list[Any] = []
    after = ""
    while True:
        part = page(reader, name, equal, after, MAX_PAGE)
        found.extend(part.rows)
        if not part.next:
            return found
        after = part.next
