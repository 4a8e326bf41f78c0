"""A long run of random bytes through the line of the running program."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from furnished_home import BADGE, asked_for, furnish, journal, last_scan, one_order
from pty_window import Window, window

from scanner_client.home import Home

STRINGS, MOST_GROWTH_MB = 100_000, 64
END = b"\r"
PAGE_MB = resource.getpagesize() / 2**20


def resident_mb(process: int) -> float:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_MB


@pytest.mark.soak
def test_after_a_hundred_thousand_random_byte_strings_it_still_takes_scans_and_has_not_grown(tmp_path: Path) -> None:
    random, home = Random(11), furnish(tmp_path / "home", one_order(9, 99))
    with window(home.path, patience_s=600) as screen:
        screen.wait_for_text("Scan badge")
        screen.send(BADGE.encode() + END)
        screen.wait_for_text("1 Pick")
        before = resident_mb(screen.process.pid)
        for _ in range(STRINGS):
            screen.send(random.randbytes(random.randint(1, 24)) + random.choice((b"", END, b"\n")))
            if random.random() < 0.01:
                code = f"SENTINEL-{random.getrandbits(32):08x}"
                screen.send(END + code.encode() + END)
                screen.wait_for(_listed(home, code), f"{code} is listed")
        screen.wait_for(lambda: _accepts(home, screen), "a scan is accepted")
        assert resident_mb(screen.process.pid) - before < MOST_GROWTH_MB


def _listed(home: Home, code: str) -> Callable[[], bool]:
    return lambda: last_scan(home) == code


def _accepts(home: Home, screen: Window) -> bool:
    """Scan what the step asks for. The sentinels before it were all refused."""
    code = asked_for(home)
    screen.send(END + code.encode() + END)
    screen.wait_for(_listed(home, code), f"{code} is listed")
    newest = journal(home, "scan")[-1]
    return bool(newest["raw"] == code and newest["accepted"])
