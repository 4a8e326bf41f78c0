"""Draws the pictures of the documentation: `python tests/screens/draw_pictures.py HOME docs/images`.

HOME is a terminal enrolled at a ledger with the demo warehouse, synced once. Its store is copied, so nothing happens to
it: the pictures show the program's own views of a picker at order SO-1042, offline for 42 minutes.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from scanner_client.clock import new_uuid7, utc_now  # noqa: E402  # the folder above comes first
from scanner_client.core.events import Event, Key, Scan  # noqa: E402
from scanner_client.core.view import SIZES, Size, View  # noqa: E402
from scanner_client.flows import shipped_flows, shipped_texts  # noqa: E402
from scanner_client.runtime import Runtime, Surroundings  # noqa: E402
from scanner_client.store import TerminalStore  # noqa: E402
from scanner_client.store.identity import Sources  # noqa: E402
from screens.app import ScannerApp  # noqa: E402

BADGE, ORDER, WRONG, MINUTE = "EMP1001", "SO-1042", "A-03-04", 60_000
LANGUAGES = ("en", "zh_CN")


class Still:
    """Stands for floor and keyboard of an app that is only looked at."""

    wait = None

    def feed(self, data: bytes) -> None: ...
    def tick(self) -> None: ...
    def press(self, key: str) -> None: ...
    def resize(self, width: int, height: int) -> None: ...
    def painted(self) -> None: ...


def moments(database: Path, size: Size, language: str) -> dict[str, View]:
    """What the picker sees on the way, by name."""
    store = TerminalStore(database, Sources(new_uuid7, utc_now))
    with store.step() as transaction:
        heard = datetime.fromisoformat(transaction.age(transaction.site).as_of)
    now = int(heard.timestamp() * 1000) + 42 * MINUTE
    runtime = Runtime(
        store, shipped_flows(), shipped_texts(), now=lambda: now, offset="+08:00", size=size, language=language
    )
    runtime.surroundings = Surroundings(online=False, since=now - 42 * MINUTE, battery=62)
    runtime.start()
    try:
        return _play(runtime, now, language)
    finally:
        store.close()


def _play(runtime: Runtime, now: int, language: str) -> dict[str, View]:
    def take(*events: Event) -> View:
        return [runtime.handle(event).view for event in events][-1]

    menu = take(Scan(BADGE, now))
    if menu.language != language:
        take(Key("*", now), Key("8", now))
    take(Key(next(digit for digit, value, _ in menu.options if value == "pick"), now))
    seen = {"pick": take(Scan(ORDER, now))}
    asked = seen["pick"].asked
    seen["error"] = take(Scan(WRONG, now))
    take(Scan(asked.location, now))
    seen["quantity"] = take(Scan(f"]C1{_gtin(asked.codes[-1][0])}10{asked.lot}", now))
    return seen


def _gtin(code: str) -> str:
    return f"01{code.zfill(14)}"


async def draw(view: View) -> str:
    app = ScannerApp(view, Still(), Still())
    async with app.run_test(size=(view.size.width, view.size.height)) as pilot:
        await pilot.pause()
        return _self_contained(app.export_screenshot(title=f"scanner {view.size}", simplify=True))


def _self_contained(svg: str) -> str:
    """Without the fonts it would fetch from elsewhere: the reader's own monospace font serves."""
    svg = re.sub(r"\s*@font-face \{.*?\}\s*", "\n    ", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "monospace")


def main(home: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        for size in SIZES:
            with tempfile.TemporaryDirectory() as copy:
                shutil.copy(home / "terminal.db", copy)
                views = moments(Path(copy) / "terminal.db", size, language)
            for name, view in views.items():
                (folder / f"{name}-{size}-{language}.svg").write_text(asyncio.run(draw(view)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
