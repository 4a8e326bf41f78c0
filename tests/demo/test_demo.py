"""`scanner demo --headless` plays the whole minute on real programs, and its card can be false."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pty_window import Window

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
START = ("-m", "scanner_client.start", "demo")
DEMO = (sys.executable, "-m", "scanner_client.cli", "demo")


def _demo(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DEMO, *map(str, arguments)], capture_output=True, text=True, timeout=500, check=False)


def test_the_minute_comes_out_as_told_in_both_languages() -> None:
    """R33, X3: offline and through a kill, everything arrives once; two who took the same goods are one conflict."""
    said = _demo("--headless")
    assert said.returncode == 0, said.stdout[-2000:] + said.stderr
    for line in (
        "8 scans, 8 in the ledger, 0 lost, 0 twice, 1 decided",
        "8次扫描 8次入账 丢0 重0 已定1",
        "The same prompt again, 3 unsent: what beeped is on disk.",
        "3 -> 0 by itself: ledger +3, twice 0.",
        "got  A-03-04",
        "12 box     -3 box",
        "12箱       -3箱",
        "12 box      5 box",
        "12箱        5箱",
    ):
        assert line in said.stdout, line


def test_a_planted_loss_turns_the_card_and_the_exit_status(tmp_path: Path) -> None:
    said = _demo("--headless", "--lang", "en", "--plant-lost", "--home", tmp_path / "kept")
    assert said.returncode == 1, said.stdout[-2000:] + said.stderr
    assert "8 scans, 7 in the ledger, 1 lost" in said.stdout
    assert "FALSE: confirmed and not in the ledger" in said.stdout
    assert (tmp_path / "kept" / "en" / "ledger.db").exists()


def test_without_a_terminal_it_says_so_in_one_sentence_and_plays_by_itself(tmp_path: Path) -> None:
    (tmp_path / "full").touch()
    said = _demo("--home", tmp_path)
    assert said.stdout.startswith("There is no terminal window here")
    assert said.returncode == 2
    assert "is not empty" in said.stderr


def test_a_size_that_is_none_is_refused_in_one_sentence() -> None:
    said = _demo("--size", "big")
    assert (said.returncode, said.stdout) == (2, "")
    assert "'big' is no size such as 20x16" in said.stderr


STEPS = (
    (b"", "Scan loc A-02-11"),
    (b"\xe9", "step 1 of 7"),
    (b" ", "Scan item"),
    (b"\x1b[<0;3;24M\x1b[<0;3;24m", "Qty"),
    (b" ", "step 2 of 7"),
    (b"x", "place, holds Soap"),
    (b"n", "NETWORK CUT"),
    (b" ", "ln3/17"),
    (b" ", "ln4/17"),
    (b" ", "Wang 3   Li 0"),
    (b"b", "The same prompt again, 3 unsent"),
    (b"n", "3 -> 0 by itself"),
    (b"s", "SHORT  A-03-02"),
    (b"3", "the supervisor's badge says"),
    (b" ", "Wang has a task: put back"),
    (b" ", "what lies on the shelf"),
    (b" ", "8 scans, 8 in the ledger, 0 lost, 0 twice, 1 decided"),
    (b"1", "warehouse   play on"),
    (b"c", "what is asked for"),
    (b"1", "Scan item"),
)
"""A byte typed or a key tapped, and what then comes to stand on the screen. No key follows the network's return."""

SMALL_STEPS = (
    (b"", "扫货位 A-02-11", "1/7  SPACE     Q结束"),
    (b" ", "扫货品", "1/7  SPACE     Q结束"),
    (b"\x1b[<0;6;16M", "数量>", "1/7  SPACE     Q结束"),
    (b" ", "行2/17", "2/7  X         Q结束"),
    (b"x", "货位,放香皂", "3/7  N         Q结束"),
    (b"n", "离0分", "3/7  SPACE     Q结束"),
    (b" ", "行3/17", "3/7  SPACE     Q结束"),
    (b" ", "行4/17", "3/7  SPACE     Q结束"),
    (b" ", "行5/17", "4/7  B         Q结束"),
    (b"b", "扫货位 A-04-08", "5/7  N         Q结束"),
    (b"n", "冲1", "6/7  S         Q结束"),
    (b"s", "缺货  A-03-02", "6/7  3         Q结束"),
    (b"3", "扫工牌", "6/7  SPACE     Q结束"),
    (b" ", "任务:放回", "6/7  SPACE     Q结束"),
    (b" ", "扫货位 A-04-08", "7/7  SPACE     Q结束"),
    (b" ", "重0 已定1", "               Q结束"),
)
"""In a window of 20x16, which is the terminal's whole: what stands on it, and in its last row the key that is due."""


def test_the_minute_is_played_in_a_window() -> None:
    """The seven steps as the screen contract tells them, on a terminal of 80x24, then play on, and an end."""
    shown = Window([*START, "--lang", "en"], 80, 24)
    try:
        for typed, seen in STEPS:
            shown.send(typed)
            shown.wait_for_text(seen)
        shown.send(b"q")
        assert shown.ended() == 0, shown.text
    finally:
        shown.close()


def shows(shown: Window, seen: str, last: str) -> Callable[[], bool]:
    return lambda: seen in shown.text and shown.rows()[-1] == last


def test_the_minute_fits_into_a_window_of_a_terminals_size() -> None:
    """The terminal keeps its layout; what yields is its row of hints (rule 2)."""
    shown = Window([*START, "--lang", "zh_CN"], 20, 16)
    try:
        for typed, seen, row in SMALL_STEPS:
            shown.send(typed)
            shown.wait_for(shows(shown, seen, row), f"{seen}, {row}")
        assert "8次扫描 8次入账 丢0" in shown.text
        shown.resize(80, 24)
        shown.wait_for_text("1 自由操作   2 用你的CSV")
        shown.resize(40, 8)
        shown.wait_for(lambda: shown.rows()[0] == "8次扫描 8次入账 丢0 重0 已定1", "the card at 40x8")
        shown.send(b"q")
        assert shown.ended() == 0, shown.text
    finally:
        shown.close()
