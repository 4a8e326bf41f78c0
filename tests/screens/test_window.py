"""The real program on a pseudo terminal: it shows the views, and what the line brings it takes as scans and keys."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from furnished_home import (
    BADGE,
    SITE,
    furnish,
    journal,
    label,
    last_scan,
    location,
    long_location,
    one_order,
    picked,
    view_of,
)
from pty_window import Window, window

from scanner_client.core.view import SIZES, Size
from scanner_client.home import Home
from sync.wire.rows import Site

LINES, PIECES = 9, 99
END = b"\r"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return furnish(tmp_path / "home", one_order(LINES, PIECES))


def work_at_the_first_location(screen: Window) -> None:
    screen.wait_for_text("Scan badge")
    screen.send(BADGE.encode() + END)
    screen.wait_for_text("1 Pick")
    screen.send(b"1")
    screen.wait_for_text("SO-1")
    screen.send(b"1")
    screen.wait_for_text("Scan loc")


def scans(home: Home) -> list[str]:
    return [entry["raw"] for entry in journal(home, "scan")]


def scanned(home: Home, count: int) -> Callable[[], bool]:
    """Whether so many scans are on the disk."""
    return lambda: len(scans(home)) >= count


def last_scan_is(home: Home, code: str) -> Callable[[], bool]:
    return lambda: last_scan(home) == code


# --- frames -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_screen_shows_the_view_cell_by_cell_at_every_size(home: Home, language: str) -> None:
    """X10"""
    largest = SIZES[0]
    with window(home.path, "--lang", language, width=largest.width, height=largest.height) as screen:
        screen.wait_for_text("1 中文")
        for size in SIZES:
            screen.resize(size.width, size.height)
            wanted = [row.rstrip() for row in view_of(home, size, language).rows[1:]]
            screen.wait_for_rows(wanted, f"the frame at {size}")


def test_resizing_keeps_step_and_entry(home: Home) -> None:
    with window(home.path, width=20, height=16) as screen:
        work_at_the_first_location(screen)
        screen.send(b"4")
        screen.wait_for_text(">4")
        screen.resize(40, 8)
        screen.wait_for_text("Scan loc A-01-03 >4")
        screen.resize(20, 4)
        screen.wait_for(lambda: len(screen.rows()) == 4 and screen.rows()[-1].endswith(">4"), "the entry at 20x4")


# --- scans ------------------------------------------------------------------------------------------------------------


def a_thousand_scans(random: Random) -> tuple[list[str], set[int]]:
    """Nine lines picked piece by piece, 900 scans, and the places of 100 wrong ones between them."""
    legal = [code for n in range(1, LINES + 1) for code in (long_location(n), *[label(n)] * PIECES)]
    wrong = set(random.sample(range(1, len(legal) + 100), 100))
    foreign = [label(77), long_location(88), "?" * 30, label(3, "L2411-04")[:-1] + "0"]
    ahead = iter(legal)
    return [random.choice(foreign) if place in wrong else next(ahead) for place in range(len(legal) + 100)], wrong


def test_a_thousand_scans_at_full_speed_are_kept_in_order_and_the_wrong_ones_listed(tmp_path: Path) -> None:
    """R9"""
    home = furnish(tmp_path / "home", one_order(LINES, PIECES, long_location))
    sent, wrong = a_thousand_scans(Random(20260921))
    assert {len(code) for code in sent} == {30}
    with window(home.path) as screen:
        work_at_the_first_location(screen)
        before = len(scans(home))
        screen.send(b"".join(code.encode() + END for code in sent))
        screen.wait_for(scanned(home, before + len(sent)), "a thousand scans are on the disk")
        screen.wait_for_text("Next order")
        assert screen.end() == 0
    told = journal(home, "scan")[before:]
    assert [entry["raw"] for entry in told] == sent
    assert {place for place, entry in enumerate(told) if not entry["accepted"]} == wrong
    assert picked(home) == {long_location(number): PIECES for number in range(1, LINES + 1)}
    assert [one["kind"] for one in queue(home)].count("picked") == LINES


def queue(home: Home) -> list[dict[str, object]]:
    command = [sys.executable, "-m", "scanner_client.cli", "queue", "list", "--json", "--home", str(home.path)]
    listed: list[dict[str, object]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return listed


def test_scans_made_while_the_program_starts_wait_in_order(home: Home) -> None:
    with window(home.path) as screen:
        screen.wait_for_text("Starting")
        codes = [BADGE, "SO-1", "UNKNOWN-1", "UNKNOWN-2"]
        screen.send(b"".join(code.encode() + END for code in codes))
        screen.wait_for(scanned(home, len(codes)), "the early scans are on the disk")
        assert scans(home) == codes


def test_a_pasted_code_is_one_scan_with_its_separators(home: Home) -> None:
    with window(home.path) as screen:
        screen.wait_for_text("Scan badge")
        screen.send(b"\x1b[200~" + label(1).encode() + b"\x1b[201~")
        screen.wait_for(scanned(home, 1), "the pasted code is on the disk")
        assert scans(home) == [label(1)]


def test_a_code_that_is_not_utf_8_is_read_in_the_sites_code_page(tmp_path: Path) -> None:
    rows = [row for row in one_order(1, 2) if row.table != "site"]
    code = "毛巾A1-02"
    home = furnish(tmp_path / "home", [*rows, Site(code=SITE, code_page="gb18030")])
    with window(home.path) as screen:
        screen.wait_for_text("Scan badge")
        screen.send(code.encode("gb18030") + END)
        screen.wait_for(scanned(home, 1), "the code is on the disk")
        assert scans(home) == [code]


# --- keys and bytes ---------------------------------------------------------------------------------------------------


def test_digits_enter_and_backspace_do_everything(home: Home) -> None:
    with window(home.path) as screen:
        work_at_the_first_location(screen)
        screen.send(location(1).encode() + END)
        screen.wait_for_text("Scan item")
        screen.send(label(1).encode() + END)
        screen.wait_for_text("Qty")
        for key, shown in ((b"9", ">9"), (b"8", ">98"), (b"\x7f", ">9"), (b"9", ">99")):
            screen.send(key)
            screen.wait_for_entry(shown)
        screen.send(END)
        screen.wait_for_text("A-02-03")
        assert picked(home) == {location(1): 99}


def test_escape_and_a_digit_together_are_two_keys(home: Home) -> None:
    with window(home.path) as screen:
        work_at_the_first_location(screen)
        screen.send(b"\x1b7")
        screen.wait_for_entry(">7")


def test_fullwidth_digits_of_an_input_method_are_digits(home: Home) -> None:
    with window(home.path) as screen:
        screen.wait_for_text("Scan badge")
        screen.send("１".encode())
        screen.wait_for_text("扫工牌")


def test_a_tap_on_a_hint_presses_its_key(home: Home) -> None:
    with window(home.path) as screen:
        screen.wait_for_text("1 中文")
        row = next(y for y, text in enumerate(screen.rows()) if "1 中文" in text)
        screen.send(f"\x1b[<0;3;{row + 1}M\x1b[<0;3;{row + 1}m".encode())
        screen.wait_for_text("扫工牌")


CONTROL = [
    b"\x03",
    b"\x11",
    b"\x1a",
    b"\x04",
    b"\x1c",
    b"\x13",
    b"\x00",
    b"\xe9",
    b"\x1b",
    b"\x1b[",
    b"\x1b[1;",
    b"\x1bO",
    b"\x90",
]


def test_no_byte_ends_suspends_or_moves_the_program(home: Home) -> None:
    """Ctrl-C, Ctrl-Q, Ctrl-Z, a lone 0xE9, sequences that were cut."""
    with window(home.path) as screen:
        screen.wait_for_text("Scan badge")
        for number, byte in enumerate(CONTROL, start=1):
            screen.send(byte * 3 + END + f"AFTER-{number:03d}".encode() + END)
            screen.wait_for(last_scan_is(home, f"AFTER-{number:03d}"), f"a scan after {byte!r}")
        assert "Scan badge" in screen.text or "ERROR" in screen.text


def random_bytes(random: Random, strings: int) -> list[bytes]:
    return [random.randbytes(random.randint(1, 24)) + random.choice((b"", END, b"\n")) for _ in range(strings)]


def it_still_accepts_a_scan_after(home: Home, strings: int) -> None:
    with window(home.path, patience_s=240) as screen:
        work_at_the_first_location(screen)
        for one in random_bytes(Random(7), strings):
            screen.send(one)
        screen.send(END + b"SENTINEL-1" + END)
        screen.wait_for(last_scan_is(home, "SENTINEL-1"), "the random bytes are behind us")
        screen.wait_for(lambda: _accepts(home, screen), "a scan is accepted")


def _accepts(home: Home, screen: Window) -> bool:
    """Scan what the step asks for; another badge is welcome where nothing is."""
    seen = view_of(home, Size(20, 16), "en")
    asked = {"location": seen.asked.location, "item": label(1), "quantity": label(1), "order": "SO-1"}
    code = seen.asked.confirm or asked.get(seen.step) or BADGE
    before = len(scans(home))
    screen.send(code.encode() + END)
    screen.wait_for(scanned(home, before + 1), "the scan is listed")
    last = journal(home, "scan")[-1]
    return bool(last["raw"] == code and last["accepted"])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_after_five_thousand_random_byte_strings_it_still_accepts_a_scan(home: Home) -> None:
    it_still_accepts_a_scan_after(home, 5_000)


# --- beginning and end ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_line_is_as_before(home: Home, number: signal.Signals) -> None:
    with window(home.path) as screen:
        screen.wait_for_text("Scan badge")
        assert screen.is_raw
        assert screen.end(number) == 0
        assert not screen.is_raw


def test_after_a_kill_the_same_prompt_stands_again(home: Home) -> None:
    with window(home.path) as screen:
        work_at_the_first_location(screen)
        screen.send(location(1).encode() + END)
        screen.wait_for_text("Scan item")
        screen.process.kill()
        screen.process.wait(30)
    with window(home.path) as screen:
        screen.wait_for_text("Scan item", "A-01-03")


def test_a_second_window_on_the_home_names_the_first(home: Home) -> None:
    with window(home.path) as first:
        first.wait_for_text("Scan badge")
        with window(home.path, width=100) as second:
            assert second.ended() == 2
            assert f"`scanner run` (process {first.process.pid})" in "".join(second.rows())
