"""`Book` over SQL: one transaction, its reads remembered, its writes gathered and stored together at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from server_stub.db.book_log import LogPart
from server_stub.db.book_operations import OperationPart
from server_stub.db.book_rows import RowPart
from server_stub.db.book_streams import StreamPart
from server_stub.db.session import Session
from server_stub.ledger.incoming import Incoming
from sync.wire.bodies import Goods
from sync.wire.rows import Balance, Item, Location, Order, OrderLine, Row, Task, row_key

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which ledger a database holds."""

    ledger_id: str
    ledger_epoch: str
    environment: str


class SqlBook(RowPart, LogPart, OperationPart, StreamPart):
    """`locks`: feeds held for writing; None reads only. `flush` stores what was gathered; the caller commits."""

    def __init__(self, session: Session, identity: Identity, locks: frozenset[str] | None, now: str) -> None:
        RowPart.__init__(self, session)
        LogPart.__init__(self, session, identity.ledger_id, locks)
        OperationPart.__init__(self, session)
        StreamPart.__init__(self, session)
        self._identity = identity
        self._now = now

    @property
    def ledger_id(self) -> str:
        return self._identity.ledger_id

    @property
    def ledger_epoch(self) -> str:
        return self._identity.ledger_epoch

    @property
    def now(self) -> str:
        return self._now

    def flush(self) -> None:
        self._flush_log()
        self._flush_operations()
        self._flush_streams()
        self._flush_rows()

    # --- reading ahead ------------------------------------------------------------------------------------------------

    def read_ahead(self, terminal: str, epoch: str, incoming: Sequence[Incoming]) -> None:
        """Read in a few statements what judging this batch is going to ask for one by one."""
        if not incoming:
            return
        stream = self.stream(terminal, epoch)
        first, last = incoming[0].link.seq, incoming[-1].link.seq
        known = self.read_links_ahead(terminal, epoch, first, last) if stream and stream.have_seq >= first else []
        self.read_operations_ahead({one.id for one in incoming} | set(known))
        fresh = [one for one in incoming if self._operations[one.id] is None]
        self.select_ahead(OrderLine, _orders(fresh))
        for kind, keys in _asked_for(fresh).items():
            self.read_rows_ahead(kind, keys)


def _orders(incoming: Iterable[Incoming]) -> set[tuple[str, str]]:
    """Orders of which all lines are looked at, for one is done when its last line is."""
    named = ((one.operation, getattr(one.body, "order", "")) for one in incoming)
    return {(operation.site, order) for operation, order in named if operation and order}


def _asked_for(incoming: Iterable[Incoming]) -> dict[type[Row], set[str]]:
    """Keys of the rows that the rules look at for these operations, by kind."""
    tasks, orders, items, places, balances = (set[str]() for _ in range(5))
    for one in incoming:
        operation, body = one.operation, one.body
        if operation is None or body is None:
            continue
        site, order = operation.site, getattr(body, "order", "")
        if operation.task:
            tasks.add(row_key(site, operation.task))
        if order:
            orders.add(row_key(site, order))
        if isinstance(body, Goods):
            items.add(body.item)
            for place in (getattr(body, "location", ""), getattr(body, "to", "")):
                if place:
                    places.add(row_key(site, place))
                    balances.add(row_key(site, place, body.item, body.lot, body.serial, body.lpn, ""))
    return {Task: tasks, Order: orders, Item: items, Location: places, Balance: balances}
