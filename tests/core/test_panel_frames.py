"""The frames of queue, conflict, alerts and log in, cell by cell, at each size (X1, X2, X8, X10, SCREENS.md).

A conflict is read here and decided at the office for now, so its prompt says that instead of asking for a badge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from memory_terminal import MORNING, MemoryStore, stock

from scanner_client.core.cells import cells_known, width
from scanner_client.core.state import Panel, Secrets, State, Tries
from scanner_client.core.values import Concern, Deed, Dispute, Statement
from scanner_client.core.view import SIZES, Size, Status, View, view
from scanner_client.facts import StoreFacts
from scanner_client.flows import shipped_flows, shipped_texts
from sync.wire.quantity import Quantity
from sync.wire.rows import Barcode, Item, Operator, Row

from memory_terminal import MemoryTransaction  # isort: skip

FRAMES = Path(__file__).parent / "frames"
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
    "c1", "stock_short", "open", item="TOWEL", location="A-03-02", unit="box",
    statements=(
        Statement("saw", 144, at("09:40")),
        Statement("you", 96, at("09:42"), at("10:38"), kind="picked"),
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


def facts(blue: str = BLUE) -> Told:
    rows: list[Row] = [
        Operator(code="wang", name="王芳"), Operator(code="li", name="李"), Operator(code="boss", name="李主管"),
        Item(code="TOWEL", name="Towel30x70 blue", name_zh=blue, unit="strip"),
        Barcode(code="T12", item="TOWEL", unit="box", factor=Quantity(12)),
        Item(code="SOAP", name="Soap 125g", name_zh="香皂125g", unit="strip"),
        Item(code="BRUSH", name="Brush soft", name_zh="牙刷软毛", unit="pcs"),
        Barcode(code="B1", item="BRUSH", unit="box", factor=Quantity(1)),
        stock("A-03-02", "TOWEL", 1),
    ]  # fmt: skip
    return Told(MemoryTransaction(MemoryStore(rows)))


def drawn(
    state: State, size: Size, language: str = "zh_CN", status: Status = STATUS, known: Told | None = None
) -> View:
    options = {SMALL: 2, TALL: 7, WIDE: 4, DESK: 7}[size]
    state = msgspec.structs.replace(state, options=options)
    return view(state, shipped_flows(), known or facts(), status, size, language, shipped_texts())


def opened(shows: str, first: int = 0, operator: str = "wang") -> State:
    return State(flow="main", step="menu", operator=operator, panel=Panel(shows=shows, first=first))


QUEUE, CONFLICT = opened("queue"), opened("conflict", operator="boss")
PIN = State(flow="main", step="pin", candidate="wang", secrets=Secrets(entry="2468"))
TRAINING = replace(STATUS, training=True)
BOUND = [
    ("queue", SMALL, QUEUE, STATUS, BLUE),
    ("queue", TALL, QUEUE, STATUS, BLUE),
    ("queue", WIDE, QUEUE, TRAINING, "毛巾30x70蓝"),
    ("conflict", SMALL, CONFLICT, STATUS, BLUE),
    ("conflict", TALL, CONFLICT, STATUS, BLUE),
    ("conflict", WIDE, CONFLICT, STATUS, BLUE),
]


def shown(drawn: View) -> list[str]:
    return [row.rstrip() for row in drawn.rows]


@pytest.mark.parametrize(
    ("what", "size", "state", "status", "blue"), BOUND, ids=[f"{one[1]}-{one[0]}" for one in BOUND]
)
def test_a_frame_is_that_of_the_screen_contract(what: str, size: Size, state: State, status: Status, blue: str) -> None:
    wanted = (FRAMES / f"{size}-{what}.txt").read_text(encoding="utf-8").splitlines()
    wanted += [""] * (size.height - len(wanted))
    assert shown(drawn(state, size, status=status, known=facts(blue))) == wanted


SNAPSHOTS = {
    "queue": QUEUE,
    "conflict": CONFLICT,
    "conflicts": opened("conflicts"),
    "alerts": opened("alerts"),
    "pin": PIN,
}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("what", SNAPSHOTS)
def test_a_frame_is_as_it_was_agreed_on(what: str, size: Size, language: str) -> None:
    """Plain-text snapshots for what the contract draws not at all or at another size."""
    known = facts()
    known.warned = CONCERNS
    seen = drawn(SNAPSHOTS[what], size, language, known=known)
    assert [width(row) for row in seen.rows] == [size.width] * size.height
    assert all(map(cells_known, seen.rows))
    wanted = (FRAMES / "panels" / f"{size}-{what}-{language}.txt").read_text(encoding="utf-8")
    assert seen.text + "\n" == wanted


def test_the_training_mark_never_yields_over_a_conflict() -> None:
    """Rule 2: at 20x4 unsent may yield there, the mark may not."""
    assert shown(drawn(CONFLICT, SMALL, status=TRAINING))[0] == "练离冲1/2缺货 09:41"
    assert "练" in drawn(QUEUE, SMALL, status=TRAINING).rows[0]
    assert "TRAIN" in drawn(CONFLICT, SMALL, "en", TRAINING).rows[0]


def test_alerts_are_in_sight_at_any_prompt_until_their_cause_ends() -> None:
    warned = replace(STATUS, concerns=2)
    state = State(flow="main", step="menu", operator="wang")
    assert all("!" in drawn(state, size, status=warned).rows[0] for size in SIZES)
    assert all("!" not in drawn(state, size).rows[0] for size in SIZES)


def test_the_mode_in_use_is_named() -> None:
    """X8."""
    known = facts()
    known.how = "offline"
    assert "2保持离线(现用)" in drawn(QUEUE, TALL, known=known).text
    assert "模式:离线" in drawn(QUEUE, WIDE, known=known).text


def test_what_was_held_back_refused_or_unreadable_is_counted_once_there_is_any() -> None:
    """X3."""
    found = replace(STATUS, held=2, refused=1, quarantined=3)
    assert "审2 拒1 隔3" in drawn(QUEUE, WIDE, status=found).text


def test_no_frame_has_the_pin_that_is_typed() -> None:
    """Rule 10."""
    for size in SIZES:
        seen = drawn(PIN, size)
        assert "2468" not in repr(seen)
        assert "****" in seen.text


def test_a_locked_prompt_says_for_how_long() -> None:
    from scanner_client.core.state import Notice

    locked = msgspec.structs.replace(
        PIN, notice=Notice(reason="refuse.pin_wrong"), tries={"wang": Tries(5, MORNING + 29_500)}
    )
    assert "锁住30秒" in drawn(locked, SMALL).text
    locked = msgspec.structs.replace(locked, tries={"wang": Tries(9, MORNING + 8 * MINUTE)})
    assert "locked 8 min" in drawn(locked, TALL, "en").text


@pytest.mark.parametrize(
    ("shows", "said"),
    [("queue", "还没有扫描"), ("conflict", "没有冲突"), ("conflicts", "没有冲突"), ("alerts", "没有警报")],
)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_empty_panel_says_so(shows: str, said: str, size: Size) -> None:
    known = Told(MemoryTransaction(MemoryStore([])))
    known.found, known.total = [], 0
    known.deeds = lambda _first, _count: []  # type: ignore[method-assign,assignment]
    assert said in drawn(opened(shows), size, known=known).text
