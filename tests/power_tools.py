"""Goods whose pieces have serial numbers, in the warehouse where an order comes in."""

from __future__ import annotations

from inbound import inbound, receipt_line
from memory_terminal import SITE, line, order

from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Barcode, Item, Lot, Order, Row

DRILL, PACK, METER = "9520000123703", "19520000123700", "9520000123802"
WITH_S1 = "]C1010952000012370321S1"


def pieces(item: str, place: str, *serials: str, lot: str = "") -> list[Row]:
    return [
        Balance(site=SITE, location=place, item=item, lot=lot, serial=serial, quantity=Quantity(1))
        for serial in serials
    ]


def tools() -> list[Row]:
    """SO-9 wants three drills, of which five lie there; PO-9 brings three; a meter has lot and serial number."""
    return [
        *inbound(),
        Item(code="DRILL", name="Drill 18V", name_zh="电钻18V", tracking="s"),
        Barcode(code="0" + DRILL, item="DRILL"),
        Barcode(code=PACK, item="DRILL", unit="box", factor=Quantity(2)),
        Item(code="METER", name="Meter", tracking="ls"),
        Barcode(code="0" + METER, item="METER"),
        Lot(item="METER", lot="M1"),
        order("SO-9"),
        *line(1, "DRILL", "A-03-02", 3, order="SO-9"), *line(2, "SOAP", "A-03-04", 1, order="SO-9"),
        *pieces("DRILL", "A-03-02", "S1", "S2", "S3", "S4", "S5"),
        Order(site=SITE, order="PO-9", kind="inbound"),
        receipt_line("PO-9", 1, "DRILL", 3), receipt_line("PO-9", 2, "METER", 1),
    ]  # fmt: skip
