"""The floor of a scan: the same bytes and the same frames in the same window, with one bare synced commit and no store.

`python benchmarks/painted_only.py HOME` replays what the terminal of HOME would show for scan after scan.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from furnished_home import BADGE, label, location  # noqa: E402  # the folders above come first

from devices.ports import SourceState  # noqa: E402
from devices.wedge import Wedge  # noqa: E402
from scanner_client.clock import local_offset, new_uuid7, now_milliseconds, utc_now  # noqa: E402
from scanner_client.core.events import Key, Scan  # noqa: E402
from scanner_client.core.view import Size, View  # noqa: E402
from scanner_client.flows import shipped_flows, shipped_texts  # noqa: E402
from scanner_client.keyboard import LineKeyboard  # noqa: E402
from scanner_client.runtime import Runtime  # noqa: E402
from scanner_client.store import TerminalStore  # noqa: E402
from scanner_client.store.identity import Sources  # noqa: E402
from screens.app import ScannerApp  # noqa: E402

SCANS = 60
SIZE = Size(80, 24)


def frames(home: Path) -> list[View]:
    """What each scan of the item shows, after the location."""
    store = TerminalStore(home / "terminal.db", Sources(new_uuid7, utc_now))
    runtime = Runtime(
        store, shipped_flows(), shipped_texts(), now=now_milliseconds, offset=local_offset(), size=SIZE, language="en"
    )
    runtime.start()
    for event in (Scan(BADGE), Key("1"), Key("1"), Scan(location(1))):
        runtime.handle(event)
    views = [runtime.handle(Scan(label(1))).view for _ in range(SCANS)]
    store.close()
    return views


class Bare:
    """Stands for floor and hearing: a scan is one commit and the next frame."""

    def __init__(self, home: Path) -> None:
        self._views = iter(frames(home))
        self._disk = ThreadPoolExecutor(max_workers=1)
        self._file = home / "bare.db"
        self._disk.submit(self._open).result()
        keyboard = LineKeyboard(Wedge(), self, clock=time.monotonic, wall=now_milliseconds)
        self.app = ScannerApp(View(("bare",), SIZE, "en"), self, keyboard)

    def scan(self, raw: str, at: int) -> None:
        self._disk.submit(self._keep, raw, at)

    def press_at(self, key: str, at: int) -> None: ...
    def tap(self, x: int, y: int) -> None: ...
    def partial(self, state: SourceState) -> None: ...
    def press(self, keys: Sequence[str]) -> None: ...
    def resize(self, width: int, height: int) -> None: ...
    def painted(self) -> None: ...

    def _open(self) -> None:
        self._sql = sqlite3.connect(self._file, isolation_level=None)
        self._sql.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE kept (raw, at)")

    def _keep(self, raw: str, at: int) -> None:
        self._sql.execute("BEGIN IMMEDIATE")
        self._sql.execute("INSERT INTO kept VALUES (?, ?)", [raw, at])
        self._sql.execute("COMMIT")
        self.app.show(next(self._views))


if __name__ == "__main__":
    Bare(Path(sys.argv[1])).app.run()
