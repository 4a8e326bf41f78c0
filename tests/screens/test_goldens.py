"""The real program at the picker's prompt shows the frames that were agreed on, at each size, in both languages (X10).

Beside the status row, whose figures are those of another day in the frames, three things are the fixture's own there:
the flow's version, its owner, and how old the stock is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from furnished_home import SITE, furnish, opened
from pty_window import BEAT_S, PATIENCE_S, ROOT, RUN, Window, window

from scanner_client.core.cells import cut, pad, width
from scanner_client.core.view import SIZES, Size
from scanner_client.home import Home
from sync.wire.messages import GLOBAL_FEED
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Barcode, Item, Location, Lot, Operator, Order, OrderLine, Row, Site, Task

FRAMES = Path(__file__).parents[1] / "core" / "frames"
SMALL, DESK = Size(20, 4), Size(80, 24)
BADGE, ORDER, PLACE = "BADGE-WANG", "SO-1042", "A-03-02"
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
    (re.compile(r"(存|K)\d+  (发|S)\d+  (收|A)\d+  (冲|C)\d+"), ""),
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
        Operator(code="wang", name="王芳", badge=BADGE, roles={"*": ["picker"]}, language=language),
        Order(site=SITE, order=ORDER),
        Item(code="TOWEL", name=name, name_zh=name, unit=base, tracking="le"),
        Barcode(code="9520000123451", item="TOWEL", unit=base),
        Barcode(code="99520000123454", item="TOWEL", unit=box, factor=Quantity(12)),
        Lot(item="TOWEL", lot="L2411", expiry="2027-03-31"),
        Location(site=SITE, code=PLACE, check="47"),
        Balance(site=SITE, location=PLACE, item="TOWEL", lot="L2411", quantity=Quantity(720)),
        *line(2, "TOWEL", PLACE, 144, box, "L2411"),
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


def agreed(size: Size, language: str) -> list[str]:
    name = f"{size}-pick.txt" if language == "zh_CN" and size != DESK else f"agreed/{size}-pick-{language}.txt"
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
    wanted = comparable(agreed(size, language), size)
    with window(home.path, "--lang", language, width=size.width, height=size.height) as screen:
        at_the_first_location(screen, language)
        screen.wait_for(lambda: comparable(screen.rows(), size) == wanted, "\n".join(["the agreed frame:", *wanted]))
        status = screen.rows()[0]
        assert status.startswith("OFF" if language == "en" else "离"), "offline and training never yield"
        assert ("TRAIN" if language == "en" else "练") in status
        assert width(status) <= size.width


# --- through tmux, where it is installed: another terminal than that of these tests, with widths of its own ----


class Tmux:
    """A session of its own server, which holds one window."""

    def __init__(self, socket: Path, command: list[str], size: Size) -> None:
        self._socket = socket
        self._run("-f", "/dev/null", "new-session", "-d", "-x", str(size.width), "-y", str(size.height), *command)
        self._run("set-option", "-g", "status", "off")
        self._run("set-option", "-g", "window-size", "manual")
        self.resize(size)

    def _run(self, *words: str) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TMUX": "", "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    def resize(self, size: Size) -> None:
        self._run("resize-window", "-x", str(size.width), "-y", str(size.height))

    def send(self, text: str) -> None:
        """All at once, as a scanner types."""
        self._run("set-buffer", text, ";", "paste-buffer", "-r")

    def rows(self) -> list[str]:
        return [row.rstrip() for row in self._run("capture-pane", "-p").splitlines()]

    def wait_for(self, seen: Callable[[], bool], what: str) -> None:
        beat, deadline = threading.Event(), threading.Event()
        timer = threading.Timer(PATIENCE_S, deadline.set)
        timer.start()
        try:
            while not seen():
                shown = "\n".join(self.rows())
                assert not deadline.is_set(), f"in vain: {what}:\n{shown}"
                beat.wait(BEAT_S)
        finally:
            timer.cancel()

    def wait_for_text(self, text: str) -> None:
        self.wait_for(lambda: any(text in row for row in self.rows()), text)

    def close(self) -> None:
        self._run("kill-server")


def shows(screen: Tmux, wanted: list[str], size: Size) -> Callable[[], bool]:
    return lambda: comparable(screen.rows(), size) == wanted


@contextmanager
def in_tmux(home: Home, language: str, size: Size) -> Iterator[Tmux]:
    with tempfile.TemporaryDirectory() as short:
        program = [sys.executable, *RUN, "--home", str(home.path), "--lang", language]
        session = Tmux(Path(short) / "s", ["env", f"--chdir={ROOT}", *program], size)
        try:
            yield session
        finally:
            session.close()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_tmux_shows_the_agreed_frames_too_while_it_is_resized(tmp_path: Path, language: str) -> None:
    home = furnished(tmp_path, DESK, language)
    with in_tmux(home, language, DESK) as screen:
        screen.wait_for_text("Scan badge" if language == "en" else "扫工牌")
        for typed, then in (
            (f"{BADGE}\r", "1 Pick" if language == "en" else "1 拣货"),
            ("1", ORDER),
            (f"{ORDER}\r", PLACE),
        ):
            screen.send(typed)
            screen.wait_for_text(then)
        for size in (DESK, Size(20, 16), Size(40, 8), DESK):
            screen.resize(size)
            wanted = comparable(agreed(size, language), size)
            screen.wait_for(shows(screen, wanted, size), "\n".join([f"the agreed frame at {size}:", *wanted]))
