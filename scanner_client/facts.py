"""The engine's questions answered from the terminal's store, inside the transaction of one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from scanner_client.core.disputed import Concern, Deed, Dispute, Verdict
from scanner_client.core.matches import BadgeMatch, ItemMatch, LocationMatch, Match, OrderMatch
from scanner_client.core.messages import Message
from scanner_client.core.outage import Around, Tried
from scanner_client.core.requests import HeldRequest
from scanner_client.core.values import (
    COUNT,
    PART,
    PICK,
    PUT_BACK,
    RECEIVE,
    TO_SUPPLIER,
    Claim,
    Holding,
    Item,
    Location,
    Lot,
    Operator,
    Order,
    PinState,
    Task,
    Unit,
    receipt_id,
)
from scanner_client.messages import message, unread
from scanner_client.neighbours import around, tried
from scanner_client.ports import StepTransaction
from scanner_client.records import Records
from scanner_client.requests import waiting
from scanner_client.times import milliseconds
from sync.wire import rows
from sync.wire.quantity import Quantity
from sync.wire.rows import NOTHING, row_key

EVERYWHERE = "*"
INBOUND = "inbound"
_FREE = ""


class StoreFacts:
    """`scanner_client.core.facts.Facts` over one open `StepTransaction`; answers are remembered for its duration."""

    def __init__(self, transaction: StepTransaction) -> None:
        self._rows = transaction
        self.item = lru_cache(maxsize=None)(self._item)
        self.task = lru_cache(maxsize=None)(self._task)
        self.tasks = lru_cache(maxsize=None)(self._tasks)
        self._records = Records(transaction, self.item, _units)
        self.open_orders = lru_cache(maxsize=None)(self._open_orders)
        self.open_receipts = lru_cache(maxsize=None)(self._open_receipts)
        self.claim = lru_cache(maxsize=None)(self._claim)

    @property
    def site(self) -> str:
        return self._rows.site

    @property
    def terminal(self) -> str:
        return self._rows.terminal

    # --- codes --------------------------------------------------------------------------------------------------------

    def look_up(self, code: str) -> tuple[Match, ...]:
        location, operator = self.location(code), self._operator_of(code)
        order = self._rows.row(rows.Order, row_key(self.site, code))
        found: list[Match] = []
        if location:
            found.append(LocationMatch(location))
        found += [match for _, match in self._barcodes(self._rows.rows(rows.Barcode, code=code))]
        item = self.item(code)
        if item and not any(isinstance(one, ItemMatch) for one in found):
            found.append(ItemMatch(item.code, item.unit, item.one))
        if order:
            found.append(OrderMatch(order.order))
        if operator:
            found.append(BadgeMatch(operator))
        return tuple(found)

    def codes(self, item: str) -> Sequence[tuple[str, Match]]:
        return self._barcodes(self._rows.rows(rows.Barcode, item=item))

    def _barcodes(self, found: Sequence[rows.Barcode]) -> list[tuple[str, Match]]:
        known = ((row, self.item(row.item)) for row in found)
        return [(row.code, ItemMatch(row.item, row.unit, _units(row.factor, item))) for row, item in known if item]

    def _operator_of(self, badge: str) -> Operator | None:
        found = [row for row in self._rows.rows(rows.Operator, badge=badge) if row.active]
        return _operator(found[0], self.site) if badge and found else None

    # --- master data --------------------------------------------------------------------------------------------------

    def _item(self, code: str) -> Item | None:
        row = self._rows.row(rows.Item, code)
        if row is None:
            return None
        return Item(row.code, row.name, row.name_zh, row.unit, row.scale, row.tracking, row.blocked)

    def units(self, item: str) -> Sequence[Unit]:
        known = self.item(item)
        if known is None:
            return []
        factors = {known.unit: known.one}
        for row in self._rows.rows(rows.Barcode, item=item):
            factors.setdefault(row.unit, _units(row.factor, known))
        return [Unit(name, factor) for name, factor in factors.items()]

    def location(self, code: str) -> Location | None:
        row = self._rows.row(rows.Location, row_key(self.site, code))
        return Location(row.code, row.kind, row.check, row.blocked) if row else None

    def operator(self, code: str) -> Operator | None:
        row = self._rows.row(rows.Operator, code)
        return _operator(row, self.site) if row else None

    def pin(self, operator: str) -> PinState:
        known = self._rows.pin(operator)
        if known is None:
            return PinState(needed=self._rows.pins_needed())
        return PinState(bool(known.verifier), self._rows.pins_needed(), known.by_code)

    def lot(self, item: str, lot: str) -> Lot | None:
        row = self._rows.row(rows.Lot, row_key(item, lot))
        return Lot(row.lot, row.expiry, row.blocked) if row else None

    def lots(self, item: str) -> Sequence[Lot]:
        return [Lot(row.lot, row.expiry, row.blocked) for row in self._rows.rows(rows.Lot, item=item)]

    # --- work ---------------------------------------------------------------------------------------------------------

    def order(self, order: str) -> Order | None:
        row = self._rows.row(rows.Order, row_key(self.site, order))
        if row is None:
            return None
        tasks = self._receipts(order) if row.kind == INBOUND else self._pick_tasks(order)
        left = sum(task.state == "open" for task in tasks)
        return Order(row.order, row.kind, row.state, len(tasks), left)

    def _open_orders(self) -> Sequence[Order]:
        return self._open("outbound")

    def _open_receipts(self) -> Sequence[Order]:
        return self._open(INBOUND)

    def _open(self, kind: str) -> list[Order]:
        found = [row for row in self._rows.rows(rows.Order, state="open") if row.site == self.site]
        found.sort(key=lambda row: (-row.priority, row.due or "~", row.order))
        known = (self.order(row.order) for row in found if row.kind == kind)
        return [order for order in known if order and order.tasks_left]

    def _task(self, id: str) -> Task | None:
        if id.count(PART) == 2:
            return self._receipt(*id.split(PART))
        row = self._rows.row(rows.Task, row_key(self.site, id))
        return self._as_task(row) if row else None

    def _tasks(self, order: str) -> Sequence[Task]:
        row = self._rows.row(rows.Order, row_key(self.site, order))
        if row and row.kind == INBOUND:
            return self._receipts(order)
        found = self._pick_tasks(order)
        return [self._as_task(row) for row in sorted(found, key=lambda row: (row.sequence, row.id))]

    def _pick_tasks(self, order: str) -> list[rows.Task]:
        return [
            row
            for row in self._rows.rows(rows.Task, order=order)
            if row.site == self.site and row.kind == PICK and row.state != "cancelled"
        ]

    def _as_task(self, row: rows.Task) -> Task:
        item = self.item(row.item)
        line = self._rows.row(rows.OrderLine, row_key(row.site, row.order, row.line))
        units = _units(row.quantity, item)
        left = units if line is None or row.kind != PICK else _units(line.quantity - line.done - line.short, item)
        return Task(
            id=row.id, order=row.order, line=row.line, item=row.item, location=row.location, units=units, left=left,
            lot=row.lot, unit=line.unit if line else "", state=row.state, sequence=row.sequence, rev=row.rev,
            kind=row.kind, to=row.to, serial=row.serial,
        )  # fmt: skip

    def _receipts(self, order: str) -> Sequence[Task]:
        """The lines of an inbound order as work: lines 2 and 10 in this order."""
        lines = [row for row in self._rows.rows(rows.OrderLine, order=order) if row.site == self.site]
        kept = (row for row in lines if row.state != "cancelled" and row.line)
        return [self._as_receipt(row) for row in sorted(kept, key=lambda row: (len(row.line), row.line))]

    def _receipt(self, order: str, line: str, item: str) -> Task | None:
        """A line of an inbound order, be it cancelled meanwhile, or goods that stand on none."""
        if not line:
            id = receipt_id(order, "", item)
            return Task(id=id, order=order, line="", item=item, location="", units=0, left=0, kind=RECEIVE)
        row = self._rows.row(rows.OrderLine, row_key(self.site, order, line))
        return self._as_receipt(row) if row else None

    def _as_receipt(self, row: rows.OrderLine) -> Task:
        item = self.item(row.item)
        left = _units(row.quantity - row.done - row.short, item)
        return Task(
            id=receipt_id(row.order, row.line, row.item), order=row.order, line=row.line, item=row.item, location="",
            units=_units(row.quantity, item), left=left, lot=row.lot, unit=row.unit,
            state="open" if left > 0 else "done", kind=RECEIVE,
        )  # fmt: skip

    def _claim(self, order: str) -> Claim | None:
        row = self._rows.row(rows.Claim, row_key(self.site, order, "")) if order else None
        return Claim(row.order, row.by, row.terminal, milliseconds(row.since)) if row else None

    def held_orders(self) -> Sequence[str]:
        return [one.order for one in self._claims()]

    def given(self, operator: str) -> Sequence[Claim]:
        return [one for one in self._claims() if one.by == operator and not one.terminal]

    def _claims(self) -> list[Claim]:
        """Claims of open orders at this site, oldest first."""
        here = [row for row in self._rows.rows(rows.Claim) if row.site == self.site and row.order]
        known = [(row, self.order(row.order)) for row in sorted(here, key=lambda row: (row.since, row.order))]
        open_ = [row for row, order in known if order and order.state == "open" and order.tasks_left]
        return [Claim(row.order, row.by, row.terminal, milliseconds(row.since)) for row in open_]

    def begun(self, operator: str) -> Sequence[str]:
        had = [row.order for row in self._rows.rows(rows.Claim, by=operator) if row.site == self.site and row.order]
        known = (self.order(order) for order in had)
        return [order.order for order in known if order and order.state == "open" and order.tasks_left]

    # --- stock --------------------------------------------------------------------------------------------------------

    def stock(self, location: str, item: str, lot: str = "") -> int:
        known = self.item(item)
        total = NOTHING
        for row in self._rows.on_hand(location=location, item=item):
            if row.site == self.site and row.status == _FREE and (not lot or row.lot == lot):
                total += row.quantity
        return _units(total, known)

    def items_at(self, location: str) -> Sequence[str]:
        lying = [row.item for row in self._rows.on_hand(location=location) if row.site == self.site]
        return list(dict.fromkeys(lying))

    def holdings(self, *, item: str = "", location: str = "") -> Sequence[Holding]:
        lying = self._rows.on_hand(location=location, item=item)
        found = [row for row in lying if row.site == self.site and not row.location.startswith("@")]
        total: dict[tuple[str, str, str, str], Quantity] = {}
        for row in found:
            key = (row.location, row.item, row.lot, row.status)
            total[key] = total.get(key, NOTHING) + row.quantity
        return [Holding(*key, _units(total[key], self.item(key[1]))) for key in sorted(total) if total[key]]

    def serial_at(self, item: str, serial: str) -> Sequence[tuple[str, str]]:
        return [
            (row.location, row.status)
            for row in self._rows.on_hand(item=item)
            if row.serial == serial
            and row.site == self.site
            and row.quantity.units > 0
            and not row.location.startswith("@")
        ]

    def stock_as_of(self) -> int:
        as_of = self._rows.age(self.site).as_of
        return int(datetime.fromisoformat(as_of).timestamp() * 1000) if as_of else 0

    def feed_number(self) -> int:
        return self._rows.age(self.site).n

    def outcome(self, operation: str) -> str:
        return self._rows.standing_of(operation)

    # --- records ------------------------------------------------------------------------------------------------------

    def mode(self) -> str:
        return self._rows.mode()

    def deeds_count(self) -> int:
        return self._rows.deeds_count()

    def deeds(self, first: int, count: int) -> Sequence[Deed]:
        return self._records.deeds(first, count)

    def disputes(self) -> Sequence[Dispute]:
        return self._records.disputes()

    def own_tasks(self, operator: str) -> Sequence[Task]:
        kinds = (PUT_BACK, TO_SUPPLIER, COUNT)
        found = [row for kind in kinds for row in self._rows.rows(rows.Task, kind=kind, state="open")]
        return [self._as_task(row) for row in found if row.site == self.site and _is_meant_for(row, operator)]

    def verdicts(self) -> Sequence[Verdict]:
        return self._records.verdicts()

    def requests(self) -> Sequence[HeldRequest]:
        return waiting(self._rows, lambda quantity, item: _units(quantity, self.item(item)))

    def messages(self, operator: str, at: int) -> Sequence[Message]:
        return unread(self._rows, self.operator(operator) if operator else None, at)

    def message(self, id: str) -> Message | None:
        return message(self._rows, id)

    def concerns(self) -> Sequence[Concern]:
        return self._records.concerns()

    def around(self) -> Around | None:
        return around(self._rows.picture(), self.terminal)

    def tried(self) -> Tried | None:
        return tried(self._rows.trial())


def _is_meant_for(task: rows.Task, operator: str) -> bool:
    """Nobody is told of counts that the ledger wants by itself: they are no picker's work."""
    return task.assignee == operator or (not task.assignee and task.kind != COUNT)


def _operator(row: rows.Operator, site: str) -> Operator:
    roles = (*row.roles.get(site, ()), *row.roles.get(EVERYWHERE, ()))
    return Operator(row.code, row.name, row.language, roles, bound=bool(row.roles))


def _units(quantity: Quantity, item: Item | None) -> int:
    """The quantity in the item's smallest unit; decimals that the item does not have are left out."""
    scale = item.scale if item else quantity.scale
    beyond: int = 10 ** max(0, quantity.scale - scale)
    return quantity.at(max(scale, quantity.scale)).units // beyond
