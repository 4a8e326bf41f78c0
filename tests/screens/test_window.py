"""The real program on a pseudo terminal: it shows the views, and what the line brings it takes as scans and keys."""

from __future__ import annotations

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
    asked_for,
    furnish,
    journal,
    label,
    last_scan,
    location,
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


def stands_with_4_entered(screen: Window, marked: list[str]) -> Callable[[], bool]:
    return lambda: all(row in screen.rows() for row in marked) and any(">4" in row for row in screen.rows())


def has_sounded(screen: Window, times: int) -> Callable[[], bool]:
    return lambda: screen.bells == times


def refuses(screen: Window, code: str, size: Size) -> Callable[[], bool]:
    return lambda: len(screen.rows()) == size.height and any(code in row for row in screen.reversed_rows())


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


SIZES_IN_TURN = [(40, 8), (20, 4), (80, 24), (20, 16), (20, 4), (40, 8), (80, 24), (40, 8), (20, 16), (80, 24), (20, 4)]


def test_resizing_from_any_size_to_any_other_keeps_step_and_entry(home: Home) -> None:
    """Also while a soft keyboard takes rows away, which leaves a size between two layouts."""
    with window(home.path, width=20, height=16) as screen:
        work_at_the_first_location(screen)
        screen.send(b"4")
        screen.wait_for_entry(">4")
        for width, height in [*SIZES_IN_TURN, (20, 9), (43, 11), (20, 16)]:
            screen.resize(width, height)
            wanted = view_of(home, Size(width, height), "en")
            wanted_rows = [row.rstrip() for row in wanted.rows]
            marked = [row for row in wanted_rows[1:] if "A-01-03" in row and ">" not in row]
            screen.wait_for(stands_with_4_entered(screen, marked), f"step and entry at {width}x{height}")
        screen.send(b"\x7f")
        screen.wait_for_entry(">")
        screen.send(location(1).encode() + END)
        screen.wait_for_text("Scan item")


# --- refusals and signals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "word"), [("en", ("ERROR", "NO!")), ("zh_CN", ("错", "错!"))])
def test_a_refusal_sounds_three_times_and_stands_reversed_the_word_first(
    home: Home, language: str, word: tuple[str, str]
) -> None:
    """Rule 8, in the real program at every size."""
    with window(home.path, "--lang", language, width=80, height=24) as screen:
        screen.wait_for_text("1 中文")
        for number, size in enumerate(SIZES, start=1):
            screen.resize(size.width, size.height)
            before = screen.bells
            screen.send(f"ZZ-{number}".encode() + END)
            screen.wait_for(has_sounded(screen, before + 3), "three sounds")
            screen.wait_for(refuses(screen, f"ZZ-{number}", size), f"the refusal at {size}")
            said = [row.strip("# ") for row in screen.reversed_rows() if row.strip("# ")]
            assert said[0].startswith(word[size.height == 4])


# --- scans ------------------------------------------------------------------------------------------------------------


def test_scans_made_while_the_program_starts_wait_in_order(home: Home) -> None:
    with window(home.path) as screen:
        screen.wait_for_text("Starting")
        codes = [BADGE, "SO-1", *[f"UNKNOWN-{number}" for number in range(30)]]
        screen.send(b"".join(code.encode() + END for code in codes))
        screen.wait_for(scanned(home, len(codes)), "the early scans are on the disk")
        assert scans(home) == codes
        screen.wait_for(lambda: screen.bells >= len(codes), "each of them was signalled")


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


def test_every_byte_that_is_no_key_leaves_the_program_where_it_is(home: Home) -> None:
    with window(home.path) as screen:
        work_at_the_first_location(screen)
        keys = {*range(0x20, 0x7F), *b"\r\n\t\b\x7f\x1b"}
        screen.send(bytes(byte for byte in range(0x100) if byte not in keys) * 3)
        screen.send(END + b"SENTINEL-1" + END)
        screen.wait_for(last_scan_is(home, "SENTINEL-1"), "the bytes are behind us")
        assert (view_of(home, SIZES[0], "en").flow, view_of(home, SIZES[0], "en").step) == ("pick", "location")


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
    """Scan what the step asks for."""
    code = asked_for(home)
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


def stop(home: Home) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scanner_client.cli", "stop", "--home", str(home.path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_terminal_is_ended_from_another_window_and_stands_at_the_same_prompt_again(home: Home) -> None:
    """Nobody can end it with keys, for a scanner can send every key."""
    with window(home.path) as screen:
        work_at_the_first_location(screen)
        said = stop(home)
        assert (said.returncode, said.stdout) == (0, f"The terminal in {home.path} has ended.\n"), said.stderr
        assert screen.ended() == 0
    assert stop(home).stdout == f"Nothing runs in {home.path}.\n"
    with window(home.path) as screen:
        screen.wait_for_text("Scan loc", "A-01-03")


def test_what_is_not_the_terminal_is_not_ended(home: Home) -> None:
    with home.locked("sync"):
        said = stop(home)
    assert said.returncode == 2
    assert "`scanner sync`" in said.stderr
    assert "ends by itself" in said.stderr


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
