"""The frames of the screen contract, cell by cell, at each size (X10, SCREENS.md)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from memory_terminal import MORNING, MemoryStore, MemoryTransaction, line, stock
from msgspec.structs import replace

from scanner_client.core.cells import cells_known, cut, pad, shorten, width
from scanner_client.core.state import Kept, Notice, State, Work
from scanner_client.core.view import SIZES, Size, Status, View, layout_for, view
from scanner_client.facts import StoreFacts
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.ports import FeedAge
from sync.wire.quantity import Quantity
from sync.wire.rows import Barcode, Item, Location, Lot, Operator, Order, Row, Task

FRAMES = Path(__file__).parent / "frames"
MINUTE = 60_000
STATUS = Status(
    now=MORNING, clock="11:24", online=False, since=MORNING - 42 * MINUTE, waiting=37, conflicts=1, kept=37, sent=0,
    accepted=112, training=True, battery=62,
)  # fmt: skip


class Then(MemoryTransaction):
    """The ledger was last heard 42 minutes ago; what was kept has the marks of the contract's frames."""

    def age(self, feed: str) -> FeedAge:
        return FeedAge(feed, 7, "2026-09-21T13:31:20Z")

    def standing_of(self, id: str) -> str:
        return id.split("-", maxsplit=1)[0]


def hall(name: str, base: str, box: str) -> list[Row]:
    """SO-1042 with 17 lines; the second is 12 boxes of towels at A-03-02."""
    rows: list[Row] = [
        Operator(code="wang", name="王芳"),
        Order(site="S1", order="SO-1042"),
        Item(code="TOWEL", name=name, name_zh=name, unit=base, tracking="le"),
        Barcode(code="9520000123451", item="TOWEL", unit=base),
        Barcode(code="19520000123458", item="TOWEL", unit=box, factor=Quantity(12)),
        Lot(item="TOWEL", lot="L2411", expiry="2027-03-31"),
        Location(site="S1", code="A-03-02", check="47"),
        Location(site="S1", code="A-03-04"),
        Item(code="BRUSH", name="牙刷软毛", unit=base),
        Barcode(code="B1", item="BRUSH", unit=box),
        Item(code="SOAP", name="Soap 125g", name_zh="香皂125g", unit=base),
        stock("A-03-04", "SOAP", 10),
        stock("A-03-02", "TOWEL", 720, "L2411"),
        *line(2, "TOWEL", "A-03-02", 144, order="SO-1042", unit=box, lot="L2411"),
    ]
    following = {
        3: ("A-03-05", "洗发水400ml", 6, "瓶"),
        4: ("A-04-01", "纸巾三层", 24, "包"),
        5: ("A-04-08", "牙膏120g", 10, "支"),
    }
    for number in (1, *range(3, 18)):
        place, called, count, unit = following.get(number, ("Z-01-01", f"货{number}", 1, "件"))
        rows.append(Item(code=f"I{number}", name=called, unit=unit))
        rows += line(number, f"I{number}", place, count, order="SO-1042")
    done = next(row for row in rows if isinstance(row, Task) and row.sequence == 1)
    rows[rows.index(done)] = msgspec.structs.replace(done, state="done")
    return rows


def standing(step: str, **more: object) -> State:
    work = Work(order="SO-1042", task="SO-1042/2", **more)  # type: ignore[arg-type]
    return State(flow="pick", step=step, operator="wang", work=work)


PICK = standing("location")
ERROR = msgspec.structs.replace(PICK, notice=Notice(kind="location", code="A-03-04"))
QUANTITY = standing("quantity", lot="L2411", count=36)
STATES = {"pick": PICK, "error": ERROR, "quantity": QUANTITY}
KEPT = tuple(
    Kept(
        id=f"{mark}-{at}",
        kind="picked",
        group=at,
        at=MORNING - at * MINUTE,
        item=item,
        location=place,
        units=units,
        unit=unit,
        order="SO-1042",
    )
    for mark, at, units, unit, item, place in [
        ("accepted", 53, 1, "箱", "BRUSH", "A-01-02"),
        ("conflict", 45, 96, "箱", "TOWEL", "A-01-07"),
        ("kept", 43, 2, "条", "SOAP", "A-02-11"),
        ("kept", 42, 96, "箱", "TOWEL", "A-03-02"),
    ]
)


def drawn(state: State, size: Size, language: str = "zh_CN", name: str = "毛巾30x70蓝 柔软加厚") -> View:
    base, box = ("条", "箱") if language == "zh_CN" else ("pcs", "BOX")
    facts = StoreFacts(Then(MemoryStore(hall(name, base, box))))
    flows = {**shipped_flows(), "pick": replace(shipped_flows()["pick"], version=3, owner="李")}
    return view(state, flows, facts, STATUS, size, language, shipped_texts())


NARROW_NAME = "毛巾30x70蓝软加厚"


@pytest.mark.parametrize("size", [Size(20, 4), Size(20, 16), Size(40, 8)], ids=str)
@pytest.mark.parametrize("what", STATES)
def test_a_frame_is_that_of_the_screen_contract(size: Size, what: str) -> None:
    name = NARROW_NAME if (size.height, what) == (4, "pick") else "毛巾30x70蓝 柔软加厚"
    wanted = (FRAMES / f"{size}-{what}.txt").read_text(encoding="utf-8").splitlines()
    wanted += [""] * (size.height - len(wanted))
    assert [row.rstrip() for row in drawn(STATES[what], size, name=name).rows] == wanted


AGREED = [("zh_CN", Size(80, 24)), *(("en", size) for size in SIZES)]


@pytest.mark.parametrize(("language", "size"), AGREED, ids=[f"{size}-{language}" for language, size in AGREED])
@pytest.mark.parametrize("what", STATES)
def test_a_frame_is_as_it_was_agreed_on(what: str, language: str, size: Size) -> None:
    """Plain-text snapshots for what the contract leaves to us: English, and the left pane of 80x24."""
    name = "毛巾30x70蓝 柔软加厚" if language == "zh_CN" else "Towel30x70 blue soft thick"
    wanted = (FRAMES / "agreed" / f"{size}-{what}-{language}.txt").read_text(encoding="utf-8")
    assert drawn(STATES[what], size, language, name).text + "\n" == wanted


def test_the_english_rows_have_the_same_layout() -> None:
    rows = drawn(PICK, Size(20, 4), "en", "Towel30x70 blue soft").rows
    wanted = (FRAMES / "20x4-pick-en.txt").read_text(encoding="utf-8").splitlines()
    assert [row.rstrip() for row in rows] == wanted


def test_the_desk_shows_work_on_the_left_and_what_was_done_and_comes_on_the_right() -> None:
    state = msgspec.structs.replace(PICK, kept=KEPT)
    rows = [row.rstrip() for row in drawn(state, Size(80, 24)).rows]
    wanted = (FRAMES / "80x24-pick.txt").read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if row.strip(" |")] == wanted


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("what", STATES)
def test_every_frame_fills_its_size_with_cells_that_all_terminals_agree_on(size: Size, what: str) -> None:
    """Rule 3."""
    for language in ("en", "zh_CN"):
        rows = drawn(STATES[what], size, language).rows
        assert [width(row) for row in rows] == [size.width] * size.height
        assert all(map(cells_known, rows))


@pytest.mark.parametrize(
    ("screen", "layout"),
    [((80, 24), (80, 24)), ((120, 50), (80, 24)), ((79, 24), (40, 8)), ((30, 16), (20, 16)), ((20, 5), (20, 4))],
)
def test_any_screen_uses_the_largest_layout_that_fits(screen: tuple[int, int], layout: tuple[int, int]) -> None:
    """Rule 1."""
    assert layout_for(Size(*screen)) == Size(*layout)


def test_never_yields_offline_unsent_conflicts_training_place_quantity_and_prompt() -> None:
    """Rule 2, at the narrowest."""
    text = drawn(PICK, Size(20, 4)).text
    assert all(part in text for part in ("离42分", "待37", "冲1", "练", "A-03-02", "12箱", "扫货位"))


def test_the_hint_yields_to_the_entry() -> None:
    typed = msgspec.structs.replace(QUANTITY, entry="12")
    assert drawn(typed, Size(20, 4)).rows[3].rstrip() == "数量>12"


# --- cells --------------------------------------------------------------------------------------------------


def test_text_is_measured_in_cells() -> None:
    assert (width("毛巾30x70"), width("e\u0301"), cut("毛巾", 3), pad("毛", 3)) == (9, 1, "毛", "毛 ")
    assert (shorten("毛巾蓝", 5), shorten("毛巾", 4)) == ("毛巾~", "毛巾")
    assert not cells_known("─")
