"""A conflict from the ledger to the screen: each terminal tells it from where it stands, at every size (X2).

The ledger's rules make the conflict; its row comes to a terminal in memory, and the real view draws it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ledger.hall import LEDGER, SITE, Hall, Picker
from memory_terminal import MemoryStore, MemoryTransaction, picker
from simulator.memory_book import MemoryLedger

from scanner_client.core.cells import cells_known, width
from scanner_client.core.disputed import Dispute
from scanner_client.core.rules.keeping import wire_quantity
from scanner_client.core.state import Panel, State
from scanner_client.core.view import SIZES, Size, Status, options_shown, view
from scanner_client.facts import StoreFacts
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.ports import FeedAge
from server_stub.ledger.office import cancel_order, opening_stock, put_order, put_rows
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Barcode, Conflict, Item, Location, Lot, Operator, Order, OrderLine, Row

FRAMES = Path(__file__).parent / "disputes"
TOWEL, PLACE, BOX = "TOWEL", "A-03-02", 12
NOW = int(datetime(2026, 9, 21, 3, 24, tzinfo=UTC).timestamp() * 1000)
STATUS = Status(now=NOW, clock="11:24", online=False, since=NOW - 42 * 60_000, waiting=37, conflicts=1)
PEOPLE: list[Row] = [
    Operator(code="wang", name="王芳"), Operator(code="li", name="李"), Operator(code="zhou", name="周小明"),
]  # fmt: skip
GOODS: list[Row] = [
    Item(code=TOWEL, name="Towel30x70 blue", name_zh="毛巾30x70蓝 柔软加厚", unit="strip"),
    Barcode(code="T12", item=TOWEL, unit="box", factor=Quantity(BOX)),
]


def utc(clock: str) -> str:
    """A time of day in Shanghai, which the screens show."""
    hours, minutes = map(int, clock.split(":"))
    return f"2026-09-21T{hours - 8:02d}:{minutes:02d}:00Z"


class Floor:
    """A hall with towels, three people with terminals, and the ledger's clock."""

    def __init__(self) -> None:
        self.now = utc("09:00")
        ledger = MemoryLedger(LEDGER, "ledger-epoch-1", lambda: self.now)
        self.hall = Hall(ledger, ledger.register)
        self.hall.office(lambda book: put_rows(book, [*PEOPLE, *GOODS, Location(site=SITE, code=PLACE)]))
        self.wang, self.li, self.zhou = (self.hall.picker(name) for name in ("WANG", "LI", "ZHOU"))

    def stock(self, boxes: int) -> None:
        rows = [Balance(site=SITE, location=PLACE, item=TOWEL, quantity=Quantity(BOX * boxes))]
        self.hall.office(lambda book: opening_stock(book, rows))

    def order(self, boxes: int, kind: str = "outbound") -> None:
        line = OrderLine(site=SITE, order="SO-1", line="1", item=TOWEL, quantity=Quantity(BOX * boxes), unit="box")
        self.hall.office(lambda book: put_order(book, Order(site=SITE, order="SO-1", kind=kind), [line]))

    def everyone_reads(self, clock: str) -> None:
        self.now = utc(clock)
        for one in (self.wang, self.li, self.zhou):
            one.sync()

    def sync(self, who: Picker, clock: str) -> None:
        self.now = utc(clock)
        who.sync()

    def does(self, who: Picker, kind: str, units: int, clock: str, **body: Any) -> None:
        """Work as a terminal records it: counted in boxes, with what its screen knew."""
        told = {"item": TOWEL, "quantity": str(units), "location": PLACE, "unit": "box", **body}
        task = next(iter(self.hall.tasks("SO-1")), None) if body.get("order") else None
        who.record(kind, told, by=who.terminal.lower(), at=utc(clock), task=task)

    def takes(self, who: Picker, units: int, clock: str, **body: Any) -> None:
        self.does(who, "picked" if "order" in body else "moved", units, clock, to="T-1", **body)


SEEN = {"known": str(12 * BOX), "as_of": utc("09:40")}
ON_ORDER = {"order": "SO-1", "line": "1", "done": True}


def short() -> Floor:
    """The story of the screen contract, to the minute."""
    floor = Floor()
    floor.stock(12)
    floor.everyone_reads("09:40")
    floor.takes(floor.wang, 8 * BOX, "09:42", **SEEN)
    floor.takes(floor.li, 7 * BOX, "09:41", **SEEN)
    floor.sync(floor.li, "09:41")
    floor.sync(floor.wang, "10:38")
    return floor


def short_of_pieces() -> Floor:
    """Two others, and a quantity that is no whole box: then everything is told in pieces."""
    floor = Floor()
    floor.stock(12)
    floor.everyone_reads("09:40")
    floor.takes(floor.wang, 8 * BOX, "09:42", **SEEN)
    floor.takes(floor.li, 30, "09:41", **SEEN)
    floor.takes(floor.zhou, 5 * BOX, "09:50", **SEEN)
    floor.sync(floor.li, "09:41")
    floor.sync(floor.zhou, "09:51")
    floor.sync(floor.wang, "10:38")
    return floor


def twice() -> Floor:
    floor = Floor()
    floor.stock(20)
    floor.order(5)
    floor.everyone_reads("09:40")
    floor.takes(floor.li, 5 * BOX, "09:41", **ON_ORDER)
    floor.takes(floor.wang, 5 * BOX, "09:42", **ON_ORDER)
    floor.sync(floor.li, "09:41")
    floor.sync(floor.wang, "10:38")
    return floor


def over_received() -> Floor:
    floor = Floor()
    floor.order(10, "inbound")
    floor.everyone_reads("09:40")
    floor.does(floor.li, "received", 8 * BOX, "09:41", **ON_ORDER)
    floor.does(floor.wang, "received", 5 * BOX, "09:42", **ON_ORDER)
    floor.sync(floor.li, "09:41")
    floor.sync(floor.wang, "10:38")
    return floor


def cancelled() -> Floor:
    floor = Floor()
    floor.stock(20)
    floor.order(5)
    floor.everyone_reads("09:40")
    floor.takes(floor.wang, 5 * BOX, "09:42", **ON_ORDER)
    floor.now = utc("10:00")
    floor.hall.office(lambda book: cancel_order(book, Order(site=SITE, order="SO-1")))
    floor.sync(floor.wang, "10:38")
    return floor


def expiry_differs() -> Floor:
    floor = Floor()
    floor.hall.office(lambda book: put_rows(book, [Lot(item=TOWEL, lot="L1", expiry="2026-12-31")]))
    floor.does(floor.wang, "received", 2 * BOX, "09:42", lot="L1", expiry="2027-03-31")
    floor.sync(floor.wang, "10:38")
    return floor


def unknown_item() -> Floor:
    floor = Floor()
    floor.takes(floor.wang, 3, "09:42", item="4006381333931", unit="")
    floor.sync(floor.wang, "10:38")
    return floor


STORIES: dict[str, Callable[[], Floor]] = {
    "stock_short": short,
    "stock_short_of_pieces": short_of_pieces,
    "task_done_twice": twice,
    "over_received": over_received,
    "order_cancelled": cancelled,
    "expiry_differs": expiry_differs,
    "reference_unknown": unknown_item,
}


class Reading(MemoryTransaction):
    """A terminal of the hall; the ledger was heard last at 10:42."""

    site = SITE

    def age(self, feed: str) -> FeedAge:
        return FeedAge(feed, 7, utc("10:42"))


def facts(floor: Floor, terminal: str, more: list[Row] | None = None) -> StoreFacts:
    kinds: tuple[type[Row], ...] = (Conflict, Balance)
    rows = [row for kind in kinds for row in floor.hall.rows(kind, site=SITE)]
    reading = Reading(MemoryStore([*PEOPLE, *GOODS, *rows, *(more or [])]))
    reading.terminal = terminal
    return StoreFacts(reading)


def told(floor: Floor, terminal: str) -> Dispute:
    (dispute,) = facts(floor, terminal).disputes()
    return dispute


def drawn(floor: Floor, terminal: str, size: Size, language: str, *, help: bool = False) -> list[str]:
    state = State(
        flow="main", step="menu", operator=terminal.lower(), options=options_shown(size), help=help,
        panel=Panel(shows="conflict"),
    )  # fmt: skip
    seen = view(state, shipped_flows(), facts(floor, terminal), STATUS, size, language, shipped_texts())
    assert [width(row) for row in seen.rows] == [size.width] * size.height
    assert all(map(cells_known, seen.rows))
    return [row.rstrip() for row in seen.rows]


def sheet(floor: Floor, language: str) -> str:
    """The conflict at all sizes as its own picker reads it, at 80x24 the left pane alone."""
    sizes = sorted(SIZES, key=lambda size: (size.width, size.height))
    frames = {size: drawn(floor, "WANG", size, language) for size in sizes}
    frames[sizes[-1]] = [row.split("|")[0].rstrip() for row in frames[sizes[-1]] if row.split("|")[0].strip()]
    return "\n".join(line for size in sizes for line in (f"[{size}]", *frames[size], ""))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("story", STORIES)
def test_a_conflict_of_the_ledger_is_drawn_as_it_was_agreed_on(story: str, language: str) -> None:
    wanted = (FRAMES / f"{story}-{language}.txt").read_text(encoding="utf-8")
    assert sheet(STORIES[story](), language) == wanted


def test_saw_twelve_you_eight_li_seven_and_the_ledger_has_three_too_few() -> None:
    """The frame of the screen contract, from real operations."""
    assert drawn(short(), "WANG", Size(20, 4), "zh_CN")[:3] == [
        "离冲1/1缺货 李09:41", "A-03-02 毛巾30x70~", "见12 你8 李7 账-3箱",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("terminal", "sides"),
    [
        ("WANG", [("saw", ""), ("you", "wang"), ("they", "li")]),
        ("LI", [("saw", "wang"), ("they", "wang"), ("you", "li")]),
        ("BOSS", [("saw", "wang"), ("they", "wang"), ("they", "li")]),
    ],
)
def test_each_terminal_tells_it_from_where_it_stands(terminal: str, sides: list[tuple[str, str]]) -> None:
    assert [(one.who, one.name) for one in told(short(), terminal).statements[:-1]] == sides


def test_on_another_terminal_everybody_is_named() -> None:
    rows = drawn(short(), "BOSS", Size(20, 16), "zh_CN")
    assert rows[4:8] == ["王芳看到 12箱 09:40", "王芳移了 8箱 09:42", "李移了   7箱 09:41", "账上现  -3箱 10:38"]


def test_what_the_ledger_has_is_told_as_newly_as_the_terminal_knows_it() -> None:
    floor = short()
    floor.does(floor.li, "received", 1 * BOX, "10:40")
    floor.sync(floor.li, "10:41")
    ledger = told(floor, "WANG").statements[-1]
    assert (ledger.units, drawn(floor, "WANG", Size(20, 16), "zh_CN")[7]) == (-2 * BOX, "账上现  -2箱 10:42")


def test_facts_of_another_form_are_left_out() -> None:
    """A row is the ledger's word; what this program cannot read of it must not stop it."""
    odd = Conflict(
        site=SITE, id="c", kind="stock_short", state="open", subject="HALL",
        facts={"did_kind": "picked", "did_quantity": "many", "saw": "x", "ledger_now": "?", "did_at": "noon"},
    )  # fmt: skip
    floor = Floor()
    (dispute,) = facts(floor, "WANG", [odd]).disputes()
    assert [(one.who, one.units, one.at) for one in dispute.statements] == [("they", None, 0)]


def test_help_tells_what_the_smallest_screen_left_out() -> None:
    assert drawn(twice(), "WANG", Size(20, 4), "zh_CN", help=True)[1:] == [
        "你拿了   5箱 09:42", "李拿了   5箱 09:41", "4撤一 5以后",
    ]  # fmt: skip


def test_a_pick_tells_what_its_screen_knew() -> None:
    """Own work is in it, and it is of when the ledger was last heard."""
    terminal = picker().scan("A-03-02", "9520000123451", "9520000123451").press("*", "2").type("1").scan("CONFIRM")
    terminal.scan("9520000123451")
    told = {kind: (str(body.known), body.as_of) for kind, body in terminal.kept if kind in ("damaged", "picked")}
    assert told == {"damaged": ("40", "2026-09-21T12:00:00.000Z"), "picked": ("39", "2026-09-21T12:00:00.000Z")}


def test_what_the_screen_knew_may_be_less_than_nothing() -> None:
    assert (wire_quantity(-1250, 3), wire_quantity(-3, 0), wire_quantity(50, 3)) == ("-1.250", "-3", "0.050")
