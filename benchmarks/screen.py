"""From the last byte of a scan to the frame that shows it kept, on the terminal's line; beside the same frame alone."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from line import ROOT, Started
from measure import Figure, Samples, alternate

sys.path.append(str(ROOT / "tests"))

from furnished_home import BADGE, furnish, label, location, one_order  # tests hold the furniture

FLOOR = str(ROOT / "benchmarks" / "painted_only.py")
SCANS, PIECES, GOAL = 60, 99, 1.5
END = b"\r"


def run(folder: Path, rounds: int) -> list[Figure]:
    furnished = folder / "screen-home"
    furnish(furnished, one_order(1, PIECES))
    floor, product = alternate(
        rounds,
        lambda samples: _with_copy(furnished, lambda home: _floor(home, samples)),
        lambda samples: _with_copy(furnished, lambda home: _product(home, samples)),
    )
    return [Figure("scan, kept, shown", floor, product, GOAL, "floor: the same frame and one bare synced commit")]


def _with_copy(furnished: Path, take: Callable[[Path], None]) -> None:
    copy = furnished.with_name("screen-copy")
    shutil.copytree(furnished, copy)
    try:
        take(copy)
    finally:
        shutil.rmtree(copy)


def _floor(home: Path, samples: Samples) -> None:
    started = Started((FLOOR, str(home)))
    try:
        started.until("bare")
        _scan_and_see(started, samples)
    finally:
        started.end()


def _product(home: Path, samples: Samples) -> None:
    started = Started(("-m", "scanner_client.start", "run", "--lang", "en", "--home", str(home)))
    try:
        started.until("Scan badge")
        started.send(BADGE.encode() + END)
        started.until("1 Pick")
        started.send(b"1")
        started.until("1 SO-1")
        started.send(b"1")
        started.until("Scan loc")
        started.send(location(1).encode() + END)
        started.until("Scan item")
        _scan_and_see(started, samples)
    finally:
        started.end()


def _scan_and_see(started: Started, samples: Samples) -> None:
    for count in range(1, SCANS + 1):
        began = time.perf_counter()
        started.send(label(1).encode() + END)
        started.until(f"have {count}pcs")
        samples.seconds.append(time.perf_counter() - began)
