"""Taking records in: through the office's drafts into the hashed log, in groups, and harmless to repeat.

Reference data goes in up to 100 rows a change; an order is one change with its lines, and its pick tasks follow from
it; opening stock is posted from `@adjust` once: which accounts were opened is said in `openings`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from server_stub.importing.accounting import Record
from server_stub.importing.building import Builder, NotTaken
from server_stub.importing.openings import mark, opened, remember
from server_stub.ledger.allocation import PICKED_KINDS
from server_stub.ledger.book import Book, Draft
from server_stub.ledger.log import Cause, record
from server_stub.ledger.office import CannotOpen, opening_stock, put_order, put_rows
from server_stub.ledger.settling import settle_feeds
from server_stub.office import office_work
from sync.wire.messages import GLOBAL_FEED
from sync.wire.rows import Balance, Item, Order, OrderLine, Row, Task

ROWS_A_CHANGE = 100
T = TypeVar("T")


class WritableLedger(Protocol):
    """What importing needs of `server_stub.db`: one transaction that holds the locks of these feeds."""

    def run(self, feeds: Collection[str], work: Callable[[Book], T]) -> T: ...


class Taken(msgspec.Struct, kw_only=True):
    """What became of the records: `changed` and `unchanged` count them, `refused` holds (row, reason).

    `tasks`: open pick tasks of the orders named; `unstocked`: their open lines to pick for which there is no stock.
    """

    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = []
    items_made: int = 0
    tasks: int = 0
    unstocked: int = 0


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Records of one kind (row number, values as text) on their way into the ledger. `trial`: only say what would be
    refused."""

    kind: str
    rows: list[tuple[int, dict[str, str | int | bool]]]
    by: str
    create_items: bool = False
    trial: bool = False

    @property
    def feeds(self) -> set[str]:
        """The feeds it changes. Items that orders bring along are in the global one."""
        sites = {one.text("site") for one in self.records} - {""}
        if self.kind in ("locations", "stock"):
            return sites
        return sites | {GLOBAL_FEED} if self.kind == "orders" and self.create_items else sites or {GLOBAL_FEED}

    @property
    def records(self) -> list[Record]:
        return [Record(row, dict(values)) for row, values in self.rows]


@office_work
def take_in(ledger: WritableLedger, batch: dict[str, Any]) -> Taken:
    """Take a batch into the ledger, all of it in one transaction."""
    wanted = msgspec.convert(batch, Batch)
    return ledger.run(set() if wanted.trial else wanted.feeds, lambda book: take(book, wanted))


def take(book: Book, batch: Batch) -> Taken:
    """Take a batch in inside a transaction."""
    taken = Taken()
    builder = Builder(Draft(book), create_items=batch.create_items)
    rows: list[tuple[Record, Row]] = []
    for one in batch.records:
        try:
            rows.append((one, builder.row(batch.kind, one)))
        except NotTaken as reason:
            taken.refused.append((one.row, str(reason)))
    if not batch.trial:
        _Taking(book, batch, taken).take(rows, list(builder.made.values()))
        settle_feeds(book, book.feeds(), by=batch.by)
    return taken


@dataclass(slots=True)
class _Taking:
    book: Book
    batch: Batch
    taken: Taken

    def take(self, rows: Sequence[tuple[Record, Row]], made: Sequence[Item]) -> None:
        self.taken.items_made = sum(self._put("items_made", group) for group in _groups(made, ROWS_A_CHANGE))
        match self.batch.kind:
            case "stock":
                self._take_stock(rows)
            case "orders":
                self._take_orders(rows)
            case _:
                for group in _by_feed([row for _, row in rows]):
                    self._count(self._put(f"{self.batch.kind}_put", group), len(group))

    def _count(self, changed: int, of: int) -> None:
        self.taken.changed += changed
        self.taken.unchanged += of - changed

    def _put(self, kind: str, rows: Sequence[Row]) -> int:
        """Log these rows as one change; gives how many of them were new or different."""
        _, draft = put_rows(self.book, rows, kind)
        if draft.rows:
            record(self.book, draft, Cause(kind, by=self.batch.by), rows[0].feed)
        return len(draft.rows)

    # --- stock

    def _take_stock(self, rows: Sequence[tuple[Record, Row]]) -> None:
        before = opened(self.book, self.batch.feeds)
        wanted: list[Row] = []
        numbers: dict[str, int] = {}
        for one, row in rows:
            assert isinstance(row, Balance)
            numbers[row.key] = one.row
            self._open(one, row, before.get(mark(row)), wanted)
        for group in _by_feed(wanted):
            self._open_stock([row for row in group if isinstance(row, Balance)], numbers)

    def _open(self, one: Record, row: Balance, before: str | None, wanted: list[Row]) -> None:
        """Whether an account is to be opened (it goes to `wanted`), stands as it should, or is no matter of opening."""
        held = self.book.get(Balance, row.key)
        if str(row.quantity) == before or (held is not None and held.quantity == row.quantity):
            self.taken.unchanged += 1
        elif held is not None:
            reason = f"the ledger has {held.quantity} here; opening stock is for an empty account, count it instead"
            self.taken.refused.append((one.row, reason))
        elif before is not None:
            reason = f"opening stock of {before} was posted here before, and is gone by now; count it instead"
            self.taken.refused.append((one.row, reason))
        else:
            wanted.append(row)

    def _open_stock(self, balances: list[Balance], numbers: Mapping[str, int]) -> None:
        """Post these, but for those that the ledger cannot count. `numbers`: the row of each account."""
        while balances:
            try:
                kind, draft = opening_stock(self.book, balances)
            except CannotOpen as error:
                balances.remove(error.balance)
                self.taken.refused.append((numbers[error.balance.key], f"{error}; check the quantity"))
                continue
            remember(draft, balances)
            record(self.book, draft, Cause(kind, by=self.batch.by), balances[0].feed)
            self.taken.changed += len(balances)
            break

    # --- orders

    def _take_orders(self, rows: Sequence[tuple[Record, Row]]) -> None:
        orders: dict[str, list[tuple[Record, OrderLine]]] = {}
        for one, row in rows:
            assert isinstance(row, OrderLine)
            orders.setdefault(f"{row.site}\x1f{row.order}", []).append((one, row))
        for lines in orders.values():
            wanted = {line.line: one.text("location") for one, line in lines}
            self._take_order(_order_of([one for one, _ in lines]), [line for _, line in lines], wanted)

    def _take_order(self, order: Order, lines: Sequence[OrderLine], wanted: Mapping[str, str]) -> None:
        kind, draft = put_order(self.book, order, lines, wanted)
        named = {line.line for line in lines}
        touched = {row.line for _, row in draft.rows.values() if isinstance(row, OrderLine)} & named
        if draft.rows:
            record(self.book, draft, Cause(kind, by=self.batch.by), order.site)
            # Where only the head of the order is another, all its rows say so.
            touched = touched or named
        self._count(len(touched), len(lines))
        tasks = self.book.select(Task, site=order.site, order=order.order)
        stands = self.book.select(OrderLine, site=order.site, order=order.order)
        served = {one.line for one in tasks if one.state == "open"}
        self.taken.tasks += sum(one.state == "open" for one in tasks)
        if order.kind in PICKED_KINDS:
            self.taken.unstocked += sum(one.state == "open" and one.line not in served for one in stands)


def _order_of(records: Sequence[Record]) -> Order:
    """The head of an order: of each field the first value its lines have."""

    def first(name: str) -> str:
        return next((text for text in (one.text(name) for one in records) if text), "")

    return Order(
        site=first("site"),
        order=first("order"),
        kind=first("kind") or "outbound",
        partner=first("partner"),
        due=first("due"),
        priority=int(first("priority") or 0),
    )


def _by_feed(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    feeds: dict[str, list[Row]] = {}
    for row in rows:
        feeds.setdefault(row.feed, []).append(row)
    for found in feeds.values():
        yield from _groups(found, ROWS_A_CHANGE)


def _groups(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))
