"""The work both sides do: picks of one terminal at one site, and the master data that a fresh terminal pulls."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sync.wire.bodies import Picked
from sync.wire.canonical import ZERO_HASH
from sync.wire.codec import encode
from sync.wire.operation import Link, link_hash, new_operation, op_hash
from sync.wire.quantity import Quantity
from sync.wire.rows import Item

LEDGER = "01900000-0000-7000-8000-000000000001"
EPOCH = "01900000-0000-4000-8000-000000000002"
SITE, TERMINAL, TOTE = "WH1", "T-1", "TOTE-1"
LINES_PER_ORDER = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """One operation as a terminal sends it."""

    id: str
    raw: bytes
    link: Link
    hash: str


def body(number: int) -> Picked:
    return Picked(
        item=f"{10000 + number % 600}A",
        quantity=Quantity(6),
        unit="pcs",
        units="6",
        order=f"{536365 + number // LINES_PER_ORDER}",
        line=str(number % LINES_PER_ORDER + 1),
        location=f"A-{number % 600:04d}",
        to=TOTE,
    )


def scans(number: int) -> tuple[str, ...]:
    picked = body(number)
    return (f"]C1{picked.location}", f"]E0952{number % 600:09d}8", f"]C1{picked.to}")


def task_id(number: int) -> str:
    return str(uuid.uuid5(uuid.UUID(LEDGER), f"task {number}"))


def operation(number: int) -> tuple[str, bytes]:
    """Id and canonical bytes of the pick with this number; ids ascend, as a terminal's do."""
    op = f"01900000-0000-7000-8000-{number:012x}"
    raw = new_operation(
        id=op,
        ledger_id=LEDGER,
        site=SITE,
        terminal=TERMINAL,
        kind="picked",
        at="2026-11-02T08:26:00.000Z",
        offset="+08:00",
        by="anna",
        body=body(number),
        flow="pick@1",
        task=task_id(number),
        task_rev=1,
        scans=scans(number),
    )
    return op, raw


def stream(count: int) -> list[Offer]:
    """A chained stream of picks, seq 1 to `count`."""
    offers: list[Offer] = []
    prev = ZERO_HASH
    for number in range(count):
        op, raw = operation(number)
        link = Link(epoch=EPOCH, seq=number + 1, prev=prev, op_hash=op_hash(raw))
        prev = link_hash(link, ledger_id=LEDGER, terminal=TERMINAL)
        offers.append(Offer(op, raw, link, prev))
    return offers


def items(count: int) -> list[Item]:
    return [
        Item(code=f"{10000 + n}A", name=f"WHITE HANGING HEART {n}", name_zh=f"白色心形挂件 {n}") for n in range(count)
    ]


def item_rows(count: int) -> list[tuple[str, str, bytes]]:
    return [(item.table, item.key, encode(item)) for item in items(count)]
