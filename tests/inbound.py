"""A small warehouse where an order comes in, and a receiver at its dock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from memory_terminal import SITE, Picker, warehouse

from sync.wire.bodies import Damaged, Received, ShortReported
from sync.wire.quantity import Quantity
from sync.wire.rows import Item, Location, Order, OrderLine, Row

TOWEL, BOX, TEA = "9520000123451", "19520000123458", "9521234543213"
TEA_L9 = "]C101095212345432131728013110L9"
"""Tea of lot L9, good until 2028-01-31, in one GS1 barcode."""


def inbound() -> list[Row]:
    """The warehouse of the pickers, and PO-1: 24 towels by the box, 1 soap, 6 tea by lot and expiry; PO-2, PO-3."""
    return [
        *warehouse(),
        Item(code="HONEY", name="Honey", name_zh="蜂蜜", blocked=True),
        Location(site=SITE, code="IN-1", kind="staging"),
        Location(site=SITE, code="IN-2", kind="staging", blocked=True),
        Location(site=SITE, code="DOCK-1", kind="dock"),
        Order(site=SITE, order="PO-1", kind="inbound"),
        receipt_line("PO-1", 1, "TOWEL", 24, unit="box"),
        receipt_line("PO-1", 2, "SOAP", 1),
        receipt_line("PO-1", 3, "TEA", 6),
        Order(site=SITE, order="PO-2", kind="inbound"),
        receipt_line("PO-2", 1, "SOAP", 20),
        receipt_line("PO-2", 2, "HONEY", 2),
        receipt_line("PO-2", 3, "TEA", 4, lot="L2"),
        Order(site=SITE, order="PO-3", kind="inbound", state="cancelled"),
        receipt_line("PO-3", 1, "SOAP", 5),
        Order(site=SITE, order="PO-4", kind="inbound", state="done"),
        receipt_line("PO-4", 1, "SOAP", 5, done=Quantity(5)),
    ]  # fmt: skip


def receipt_line(order: str, line: int, item: str, quantity: int, **more: Any) -> OrderLine:
    return OrderLine(site=SITE, order=order, line=str(line), item=item, quantity=Quantity(quantity), **more)


def receiver(order: str = "PO-1", rows: Sequence[Row] | None = None, **more: Any) -> Picker:
    """Wang, logged in, with an inbound order in hand."""
    terminal = Picker(inbound() if rows is None else rows, **more).scan("B-WANG")
    choice = next(digit for digit, value, _ in terminal.view.options if value == "receive")
    return terminal.press(choice).scan(order) if order else terminal.press(choice)


def receipts(terminal: Picker) -> list[tuple[str, str, str, str, str]]:
    """(item, lot, expiry, quantity, location) of everything that was kept as received."""
    bodies = [body for _, body in terminal.kept if isinstance(body, Received)]
    return [(b.item, b.lot, b.expiry, str(b.quantity), b.location) for b in bodies]


def kinds(terminal: Picker) -> list[str]:
    return [kind for kind, _ in terminal.kept]


def shortages(terminal: Picker) -> list[tuple[str, str, str]]:
    bodies = [body for _, body in terminal.kept if isinstance(body, ShortReported)]
    return [(b.item, str(b.quantity), b.reason) for b in bodies]


def breakages(terminal: Picker) -> list[tuple[str, str, str]]:
    bodies = [body for _, body in terminal.kept if isinstance(body, Damaged)]
    return [(b.item, str(b.quantity), b.location) for b in bodies]
