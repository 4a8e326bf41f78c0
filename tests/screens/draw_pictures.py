"""Draws the pictures of the documentation: `python tests/screens/draw_pictures.py HOME docs/images`.

HOME is the terminal that `scanner play tests/screens/pictures/home.play --home DIR` leaves in DIR/T1. Its store is
copied, so nothing happens to it: the pictures show the program's own views of a picker at the first line with a lot of
order SO-1042, offline for 42 minutes, and of a receiver at PO-2001. Only what README or a guide shows is drawn.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from scanner_client.clock import new_uuid7, utc_now  # noqa: E402  # the folder above comes first
from scanner_client.core.events import Event, Key, Scan  # noqa: E402
from scanner_client.core.view import Size, View  # noqa: E402
from scanner_client.flows import shipped_flows, shipped_texts  # noqa: E402
from scanner_client.runtime import Runtime, Surroundings  # noqa: E402
from scanner_client.store import TerminalStore  # noqa: E402
from scanner_client.store.identity import Sources  # noqa: E402
from screens.app import ScannerApp  # noqa: E402
from screens.rows import Rows  # noqa: E402

BADGE, ORDER, WRONG, COUNTED, MINUTE = "EMP1001", "SO-1042", "A-03-04", 3, 60_000
BOTH_JOBS, DELIVERY, PACK = "EMP1004", "PO-2001", "19520000123458"
HAND, DESK = Size(20, 16), Size(80, 24)
PICTURES = {
    "pick": (HAND, DESK), "error": (HAND,), "quantity": (HAND,), "queue": (HAND,), "conflict": (HAND,),
    "menu": (HAND,), "receive": (HAND,), "lot": (HAND,),
}  # fmt: skip
"""What is drawn, at which sizes."""

LANGUAGES = ("en", "zh_CN")
CELL, LINE, FONT, BASE, EDGE = 11, 26, 20, 19, 8
"""Pixels: a cell's width and a row's height, the letters' size and where they stand in the row, and the margin."""

GROUND = "#0b0f14"
WORDS = re.compile(r"[\u1100-\uffff]+|[^\s\u1100-\uffff]+")
"""Wide characters and narrow ones, each by themselves: fonts do not agree that one is as wide as two of the others."""


class Still:
    """Stands for floor and keyboard of an app that is only looked at."""

    wait = None

    def feed(self, data: bytes) -> None: ...
    def tick(self) -> None: ...
    def press(self, keys: Sequence[str]) -> None: ...
    def resize(self, width: int, height: int) -> None: ...
    def painted(self) -> None: ...


def moments(
    database: Path, size: Size, language: str, story: Callable[[Runtime, int, str], dict[str, View]]
) -> dict[str, View]:
    """What is seen on the way through a story, by name."""
    store = TerminalStore(database, Sources(new_uuid7, utc_now))
    with store.step() as transaction:
        heard = datetime.fromisoformat(transaction.age(transaction.site).as_of)
    now = int(heard.timestamp() * 1000) + 42 * MINUTE
    runtime = Runtime(
        store, shipped_flows(), shipped_texts(), now=lambda: now, offset="+08:00", size=size, language=language
    )
    runtime.start()
    runtime.surroundings = Surroundings(online=False, since=now - 42 * MINUTE, battery=62)
    try:
        return story(runtime, now, language)
    finally:
        store.close()


def picking(runtime: Runtime, now: int, language: str) -> dict[str, View]:
    """An order up to a count, and then what became of the scans before it."""

    def take(*events: Event) -> View:
        return [runtime.handle(event).view for event in events][-1]

    _begin(runtime, now, language, BADGE, "pick")
    view = take(Scan(ORDER, now))
    while not view.asked.lot:
        take(Scan(view.asked.location, now))
        view = take(*[Scan(_label(view), now)] * int(view.asked.wanted))
    seen = {"pick": view, "error": take(Scan(WRONG, now))}
    take(Scan(view.asked.location, now))
    seen["quantity"] = take(*[Scan(f"]C101{_label(view).zfill(14)}10{view.asked.lot}", now)] * COUNTED)
    seen["queue"] = take(Key("*", now), Key("7", now))
    seen["conflict"] = take(Key("4", now), Key("1", now))
    return seen


def receiving(runtime: Runtime, now: int, language: str) -> dict[str, View]:
    """A delivery up to the question for a lot."""
    menu = _begin(runtime, now, language, BOTH_JOBS, "receive")
    order = runtime.handle(Scan(DELIVERY, now)).view
    return {"menu": menu, "receive": order, "lot": runtime.handle(Scan(PACK, now)).view}


def _begin(runtime: Runtime, now: int, language: str, badge: str, job: str) -> View:
    """Log in and choose a job; the menu it was chosen from."""
    menu = runtime.handle(Scan(badge, now)).view
    if menu.language != language:
        runtime.handle(Key("*", now))
        menu = runtime.handle(Key("8", now)).view
    runtime.handle(Key(next(digit for digit, value, _ in menu.options if value == job), now))
    return menu


def _label(view: View) -> str:
    """The printed code of the unit that is asked for."""
    return next(code for code, unit, _ in view.asked.codes if unit == view.asked.unit)


async def draw(view: View) -> str:
    app = ScannerApp(view, Still(), Still())
    async with app.run_test(size=(view.size.width, view.size.height)) as pilot:
        await pilot.pause()
        rows = app.query_one(Rows)
        return picture([rows.render_line(y) for y in range(view.size.height)], view.size)


def picture(rows: list[Strip], size: Size) -> str:
    """The painted rows as SVG. Every word is told its place and width in cells, so columns stand whatever the fonts."""
    width, height = size.width * CELL + 2 * EDGE, size.height * LINE + 2 * EDGE
    drawn = [piece for y, row in enumerate(rows) for piece in _row(row, EDGE + y * LINE)]
    return "\n".join([
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" xmlns="http://www.w3.org/2000/svg">',
        f"<title>scanner {size}</title>",
        f"<style>text {{ font: {FONT}px monospace; white-space: pre; }} .b {{ font-weight: bold; }}</style>",
        f'<rect width="{width}" height="{height}" rx="{EDGE}" fill="{GROUND}"/>',
        *drawn,
        "</svg>",
        "",
    ])  # fmt: skip


def _row(row: Strip, top: int) -> Iterator[str]:
    """Grounds first, for letters reach a little beyond their cells."""
    segments = [(at, one.text, one.style) for at, one in zip(_starts(row), row, strict=True) if one.style]
    for at, text, style in segments:
        _, ground = _colours(style)
        if ground != GROUND:
            box = f'x="{EDGE + at * CELL}" y="{top}" width="{cell_len(text) * CELL}" height="{LINE}"'
            yield f'<rect {box} fill="{ground}"/>'
    for at, text, style in segments:
        colour, _ = _colours(style)
        for found in WORDS.finditer(text):
            x, cells = EDGE + (at + cell_len(text[: found.start()])) * CELL, cell_len(found[0])
            length = f'textLength="{cells * CELL}" lengthAdjust="spacingAndGlyphs"'
            bold = ' class="b"' if style.bold else ""
            yield f'<text x="{x}" y="{top + BASE}" {length} fill="{colour}"{bold}>{escape(found[0])}</text>'
            if style.underline:
                yield f'<rect x="{x}" y="{top + BASE + 3}" width="{cells * CELL}" height="1.5" fill="{colour}"/>'


def _starts(row: Strip) -> list[int]:
    return [0, *accumulate(one.cell_length for one in row)][: len(row)]


def _colours(style: Style) -> tuple[str, str]:
    """Of the letters, and of their ground."""
    letters, ground = (one.get_truecolor().hex if one else GROUND for one in (style.color, style.bgcolor))
    return (ground, letters) if style.reverse else (letters, ground)


def main(home: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        for size in (HAND, DESK):
            for name, view in _views(home, size, language).items():
                if size in PICTURES[name]:
                    (folder / f"{name}-{size}-{language}.svg").write_text(asyncio.run(draw(view)), encoding="utf-8")


def _views(home: Path, size: Size, language: str) -> dict[str, View]:
    views: dict[str, View] = {}
    for story in (picking, receiving):
        with tempfile.TemporaryDirectory() as copy:
            shutil.copy(home / "terminal.db", copy)
            views |= moments(Path(copy) / "terminal.db", size, language, story)
    return views


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
