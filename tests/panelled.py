"""A terminal with panels to look at: a queue, conflicts, alerts, somebody at a PIN prompt; its facts and states."""

from __future__ import annotations

from collections.abc import Sequence

from memory_terminal import MORNING, MemoryStore, MemoryTransaction, stock
from msgspec.structs import replace

from scanner_client.core.disputed import Concern, Deed, Dispute, Statement
from scanner_client.core.state import Approval, Decision, Panel, Secrets, State
from scanner_client.core.view import Size, Status
from scanner_client.facts import StoreFacts
from sync.wire.quantity import Quantity
from sync.wire.rows import Barcode, Item, Operator, Row

MINUTE = 60_000
STATUS = Status(
    now=MORNING, clock="11:24", online=False, since=MORNING - 42 * MINUTE, waiting=37, conflicts=1, kept=37, sent=0,
    accepted=112, battery=62,
)  # fmt: skip
SMALL, TALL, WIDE, DESK = Size(20, 4), Size(20, 16), Size(40, 8), Size(80, 24)
BLUE = "毛巾30x70蓝 柔软加厚"


def at(clock: str) -> int:
    hours, minutes = map(int, clock.split(":"))
    return MORNING - (11 * 60 + 24 - 60 * hours - minutes) * MINUTE


DEEDS = [
    Deed("4", "picked", at("10:42"), "kept", "TOWEL", "A-03-02", 96, "box"),
    Deed("3", "picked", at("10:41"), "kept", "SOAP", "A-02-11", 2, "strip"),
    Deed("2", "picked", at("10:39"), "conflict", "TOWEL", "A-01-07", 96, "box", dispute="stock_short"),
    Deed("1", "picked", at("10:31"), "accepted", "BRUSH", "A-01-02", 1, "box"),
]
SHORT = Dispute(
    "c1", "stock_short", "open", item="TOWEL", location="A-03-02", unit="box", by="wang", answerable=True,
    statements=(
        Statement("saw", 144, at("09:40")),
        Statement("you", 96, at("09:42"), at("10:38"), name="wang", kind="picked"),
        Statement("they", 84, at("09:41"), at("09:41"), name="li", kind="picked"),
        Statement("ledger", -36, at("10:38")),
    ),
)  # fmt: skip
TWICE = replace(SHORT, id="c2", kind="task_done_twice")
CONCERNS = [Concern("two_ledgers"), Concern("revoked"), Concern("quarantined", {"count": "3"})]


class Told(StoreFacts):
    """Facts of a terminal that recorded 150 operations, four of which are on the page."""

    total, found, warned, how = 150, [SHORT, TWICE], list[Concern](), "automatic"

    def deeds_count(self) -> int:
        return self.total

    def deeds(self, first: int, count: int) -> Sequence[Deed]:
        return DEEDS[first : first + count]

    def disputes(self) -> Sequence[Dispute]:
        return self.found

    def concerns(self) -> Sequence[Concern]:
        return self.warned

    def mode(self) -> str:
        return self.how


def facts(blue: str = BLUE, li: str = "李", towel: str = "Towel30x70 blue") -> Told:
    rows: list[Row] = [
        Operator(code="wang", name="王芳"), Operator(code="li", name=li), Operator(code="boss", name="李主管"),
        Item(code="TOWEL", name=towel, name_zh=blue, unit="strip"),
        Barcode(code="T12", item="TOWEL", unit="box", factor=Quantity(12)),
        Item(code="SOAP", name="Soap 125g", name_zh="香皂125g", unit="strip"),
        Item(code="BRUSH", name="Brush soft", name_zh="牙刷软毛", unit="pcs"),
        Barcode(code="B1", item="BRUSH", unit="box", factor=Quantity(1)),
        stock("A-03-02", "TOWEL", 1),
    ]  # fmt: skip
    return Told(MemoryTransaction(MemoryStore(rows)))


def opened(shows: str, first: int = 0, operator: str = "wang") -> State:
    return State(flow="main", step="menu", operator=operator, panel=Panel(shows=shows, first=first))


QUEUE, CONFLICT = opened("queue"), opened("conflict", operator="boss")
PIN = State(flow="main", step="pin", candidate="wang", secrets=Secrets(entry="2468"))
SECOND = State(
    flow="decide", step="second_pin", operator="wang", candidate="boss", secrets=Secrets(entry="2468"),
    approval=Approval(kind="adjust", item="TOWEL", location="A-03-02", units=36, unit="box"),
)  # fmt: skip
DECIDING = State(flow="decide", step="badge", operator="wang", decision=Decision(conflict="c1", answer="undo"))
SECOND_BADGE = State(
    flow="decide", step="second", operator="wang", approval=SECOND.approval,
    decision=Decision(conflict="c1", answer="adjust", by="li"),
)  # fmt: skip
