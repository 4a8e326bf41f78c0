"""The real program shows the frames that were agreed on, at each size, in both languages (X10).

Beside the status row, whose figures are those of another day in the frames, three things are the fixture's own there:
the flow's version, its owner, and how old the stock is.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from furnished_home import SITE, furnish, opened, view_of
from pty_window import Window, window
from tmux_window import Tmux, in_tmux

from scanner_client.core.cells import cut, pad, width
from scanner_client.core.state import State, read_state
from scanner_client.core.view import SIZES, Size
from scanner_client.home import Home
from sync.wire.messages import GLOBAL_FEED
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Barcode, Item, Location, Lot, Operator, Order, OrderLine, Row, Site, Task

FRAMES = Path(__file__).parents[1] / "core" / "frames"
SMALL, DESK = Size(20, 4), Size(80, 24)
BADGE, ORDER, PLACE, DELIVERY = "BADGE-WANG", "SO-1042", "A-03-02", "PO-1"
BOX_OF_LOT = "]C1011952000012345810L2411"
NAMES = {"en": "Towel30x70 blue soft thick", "zh_CN": "毛巾30x70蓝 柔软加厚"}
NARROW_NAMES = {**NAMES, "zh_CN": "毛巾30x70蓝软加厚"}
UNITS = {"en": ("pcs", "BOX"), "zh_CN": ("条", "箱")}
FOLLOWING = {
    3: ("A-03-05", "洗发水400ml", 6, "瓶"),
    4: ("A-04-01", "纸巾三层", 24, "包"),
    5: ("A-04-08", "牙膏120g", 10, "支"),
}
PANE = 44
SAME_EVERY_DAY = (
    (re.compile(r"(?<=\D)\d+(?=分前|m ago)"), "42"),
    (re.compile(r"(存|K)\d+ +(发|S)\d+ +(收|A)\d+ +(冲|C)\d+"), ""),
    (re.compile(r"pick@\d+"), "pick@N"),
)


def line(number: int, item: str, place: str, pieces: int, unit: str, lot: str = "", state: str = "open") -> list[Row]:
    count = Quantity(pieces)
    return [
        OrderLine(site=SITE, order=ORDER, line=str(number), item=item, quantity=count, lot=lot, unit=unit),
        Task(
            site=SITE, id=f"{ORDER}/{number}", kind="pick", item=item, location=place, quantity=count, order=ORDER,
            line=str(number), sequence=number, lot=lot, state=state,
        ),
    ]  # fmt: skip


def hall(name: str, base: str, box: str, language: str) -> list[Row]:
    """SO-1042 with 17 lines, the first done; the second is 12 boxes of towels at A-03-02."""
    rows: list[Row] = [
        Site(code=SITE, name="Demo"),
        Operator(code="wang", name="王芳", badge=BADGE, roles={"*": ["picker", "receiver"]}, language=language),
        Order(site=SITE, order=ORDER),
        Item(code="TOWEL", name=name, name_zh=name, unit=base, tracking="le"),
        Barcode(code="09520000123451", item="TOWEL", unit=base),
        Barcode(code="19520000123458", item="TOWEL", unit=box, factor=Quantity(12)),
        Lot(item="TOWEL", lot="L2411", expiry="2027-03-31"),
        Location(site=SITE, code=PLACE, check="47"),
        Balance(site=SITE, location=PLACE, item="TOWEL", lot="L2411", quantity=Quantity(720)),
        *line(2, "TOWEL", PLACE, 144, box, "L2411"),
        Item(code="SOAP", name="Soap 125g", name_zh="香皂125g"),
        Location(site=SITE, code="A-03-04"),
        Balance(site=SITE, location="A-03-04", item="SOAP", quantity=Quantity(10)),
        Item(code="TEA", name="Green tea", name_zh="绿茶", tracking="le"),
        Barcode(code="09521234543213", item="TEA"),
        Order(site=SITE, order=DELIVERY, kind="inbound"),
        OrderLine(site=SITE, order=DELIVERY, line="1", item="TEA", quantity=Quantity(6)),
    ]
    for number in (1, *range(3, 18)):
        place, called, pieces, unit = FOLLOWING.get(number, ("Z-01-01", f"货{number}", 1, "件"))
        rows.append(Item(code=f"I{number}", name=called, name_zh=called, unit=unit))
        rows += line(number, f"I{number}", place, pieces, unit, state="done" if number == 1 else "open")
    return rows


def furnished(folder: Path, size: Size, language: str) -> Home:
    """A terminal that heard of the order 42 minutes ago and speaks the language."""
    names = NARROW_NAMES if size == SMALL else NAMES
    home = furnish(folder / "home", hall(names[language], *UNITS[language], language))
    then = (datetime.now(UTC) - timedelta(minutes=42)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with opened(home, read_only=False) as tx:
        tx.note_answer(then, [Cursor(feed=feed, n=1, hash="h") for feed in (GLOBAL_FEED, SITE)])
    return home


def agreed(what: str, size: Size, language: str) -> list[str]:
    name = f"{size}-{what}.txt" if language == "zh_CN" and size != DESK else f"agreed/{size}-{what}-{language}.txt"
    rows = (FRAMES / name).read_text(encoding="utf-8").splitlines()
    return [*rows, *[""] * (size.height - len(rows))]


def comparable(rows: list[str], size: Size) -> list[str]:
    """The rows below the status row without what is the fixture's own: figures of the day, version, owner."""
    told = []
    for shown in rows[1:]:
        row = shown
        for own, same in SAME_EVERY_DAY:
            row = own.sub(same, row)
        left, beside = (cut(row, PANE), row[len(cut(row, PANE)) :]) if size == DESK else (row, "")
        if re.match(" (How|做法): ", left):
            left = pad(re.split(r",| \(", left)[0].rstrip(), PANE)
        told.append((left + beside).rstrip())
    return told


def at_the_first_location(screen: Window, language: str) -> None:
    screen.wait_for_text("Scan badge" if language == "en" else "扫工牌")
    screen.send(BADGE.encode() + b"\r")
    screen.wait_for_text("1 Pick" if language == "en" else "1 拣货")
    screen.send(b"1")
    screen.wait_for_text(ORDER)
    screen.send(ORDER.encode() + b"\r")
    screen.wait_for_text("Scan loc" if language == "en" else "扫货位")


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_real_program_shows_the_agreed_frame_at_the_first_location(
    tmp_path: Path, size: Size, language: str
) -> None:
    home = furnished(tmp_path, size, language)
    wanted = comparable(agreed("pick", size, language), size)
    with window(home.path, "--lang", language, width=size.width, height=size.height) as screen:
        at_the_first_location(screen, language)
        screen.wait_for(lambda: comparable(screen.rows(), size) == wanted, "\n".join(["the agreed frame:", *wanted]))
        status = screen.rows()[0]
        assert status.startswith("OFF" if language == "en" else "离"), "offline and training never yield"
        assert ("TRAIN" if language == "en" else "练") in status
        assert width(status) <= size.width


# --- through tmux, where it is installed ------------------------------------------------------------------------------


def standing(home: Home) -> State:
    """Where the operator stands; nowhere while the program has not begun."""
    with opened(home) as tx:
        kept = tx.load_state()
        return read_state(kept) if kept else State(flow="", step="")


Reached = Callable[[State], bool]
WALK: list[tuple[str, Reached, str]] = [
    # what is sent, where it leads, what is looked at there
    ("", lambda s: s.step == "badge", "log in"),
    (f"{BADGE}\r", lambda s: s.step == "menu", ""),
    ("1", lambda s: (s.flow, s.step) == ("pick", "order"), ""),
    (f"{ORDER}\r", lambda s: s.step == "location", "pick"),
    ("A-03-04\r", lambda s: s.notice is not None, "error"),
    (f"{PLACE}\r", lambda s: s.step == "item", ""),
    (3 * f"{BOX_OF_LOT}\r", lambda s: s.work.count == 36, "quantity"),
    (9 * f"{BOX_OF_LOT}\r", lambda s: s.step == "location", ""),
    ("*", lambda s: s.menu, ""),
    ("7", lambda s: s.panel is not None, "queue"),
    ("0", lambda s: s.panel is None, ""),
    ("*", lambda s: s.menu, ""),
    ("0", lambda s: s.step == "order", ""),
    ("0", lambda s: s.step == "menu", ""),
    ("2", lambda s: (s.flow, s.step) == ("receive", "order"), ""),
    (f"{DELIVERY}\r", lambda s: s.step == "item", "receive"),
    ("9521234543213\r", lambda s: s.step == "lot", "lot"),
]


def wanted_at(what: str, home: Home, size: Size, language: str) -> list[str]:
    """The agreed frame where there is one of this story, else the view of where the terminal stands."""
    drawn = what in ("pick", "error", "quantity") and (what, size, language) != ("pick", SMALL, "zh_CN")
    rows = agreed(what, size, language) if drawn else list(view_of(home, size, language).rows)
    return comparable(rows, size)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_tmux_shows_every_frame_of_the_way_too_while_it_is_resized(tmp_path: Path, language: str) -> None:
    home = furnished(tmp_path, DESK, language)
    with in_tmux(home, language, DESK) as screen:
        for sent, reached, what in WALK:
            if sent:
                screen.send(sent)
            screen.wait_for(lambda reached=reached: reached(standing(home)), f"{sent!r} leads to {what}")  # type: ignore[misc]
            for size in (DESK, Size(40, 8), SMALL, Size(20, 16), DESK) if what else ():
                screen.resize(size)
                stands_in(screen, wanted_at(what, home, size, language), size, f"{what} at {size}:")


def stands_in(screen: Tmux, wanted: list[str], size: Size, what: str) -> None:
    """Below a status row that fits, and says that one is offline and in training."""

    def seen() -> bool:
        status, *rows = screen.rows()
        told = any(mark in status for mark in ("OFF", "离")) and any(mark in status for mark in ("TRAIN", "练"))
        return told and width(status) <= size.width and comparable([status, *rows], size) == wanted

    screen.wait_for(seen, "\n".join([what, *wanted]))
