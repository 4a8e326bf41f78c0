"""A shift's worth of scans at full speed, from three kinds of scanners, through the running program to the ledger.

R11, R12, X3: what was scanned is in the ledger, in order and byte for byte; what was wrong is listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from furnished_home import BADGE, TERMINAL, journal
from pty_window import Window, window
from volume.guns import Gun, Keyboard, NetworkGun, SerialGun, states
from volume.scans import Scans, a_thousand_scans
from volume.warehouse import LINES, PIECES, Floor, floor, new_ledger, stock_after

from scanner_client.home import Home
from sync.wire.bodies import decode_body
from sync.wire.operation import decode_operation

END = b"\r"
FENCE = "FENCE-FROM-THE-KEYBOARD"
"""Scanned by another way when a line is lost: events are kept in order, so what came before it is on the disk."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_ledger(tmp_path_factory.mktemp("made"))


@pytest.fixture
def at_work(made: Path, tmp_path: Path) -> Iterator[Floor]:
    with floor(made, tmp_path) as opened:
        yield opened


def begin_the_order(screen: Window) -> None:
    screen.wait_for_text("Scan badge")
    screen.send(BADGE.encode() + END)
    screen.wait_for_text("1 Pick")
    screen.send(b"1")
    screen.wait_for_text("SO-1")
    screen.send(b"1")
    screen.wait_for_text("take  ")


def listed(home: Home) -> list[tuple[str, bool]]:
    """Every scan the terminal lists, and whether it was taken."""
    return [(entry["raw"], entry["accepted"]) for entry in journal(home, "scan")]


def broken_off(home: Home) -> list[str]:
    """Every scan the terminal lists as cut."""
    return [entry["raw"] for entry in journal(home, "partial")]


def wait_until_in_the_ledger(screen: Window, at_work: Floor, lines: int = LINES) -> None:
    screen.wait_for(lambda: at_work.held("picked") == lines, "the ledger has every line")
    screen.wait_for_text("Q0")


def is_as_scanned(at_work: Floor, scans: Scans, more: dict[tuple[str, str], int] | None = None) -> None:
    """Stock, picks and the codes in them, from the ledger alone. `more`: pieces that were received beside."""
    every_line = range(1, scans.lines + 1)
    picks = [one for held in at_work.operations() if (one := decode_operation(held.raw)).kind == "picked"]
    picks.sort(key=lambda one: one.id)
    assert at_work.stock() == Counter(stock_after(every_line)) + Counter(more or {})
    assert [decode_body(one).quantity.units for one in picks] == [PIECES] * scans.lines
    assert {one.terminal for one in picks} == {TERMINAL}
    assert [list(one.scans) for one in picks] == [scans.of_line(number) for number in every_line]


@pytest.mark.parametrize("gun", [Keyboard(), SerialGun(), NetworkGun()], ids=lambda gun: gun.name)
def test_a_thousand_scans_at_full_speed_are_in_the_ledger_and_the_wrong_ones_are_listed(
    at_work: Floor, gun: Gun
) -> None:
    scans = a_thousand_scans(Random(20260921))
    gun.prepare(at_work.home)
    with window(at_work.home.path, patience_s=120) as screen:
        begin_the_order(screen)
        before = len(listed(at_work.home))
        gun.plug_in(screen)
        gun.send(gun.bytes_of(scans.sent))
        wait_until_in_the_ledger(screen, at_work)
        assert screen.end() == 0
    gun.close()
    assert listed(at_work.home)[before:] == scans.told
    is_as_scanned(at_work, scans)


@pytest.mark.parametrize("gun", [SerialGun(), NetworkGun()], ids=lambda gun: gun.name)
def test_a_scan_that_a_hang_up_cut_is_refused_as_that_and_is_joined_with_nothing(
    at_work: Floor, gun: SerialGun | NetworkGun
) -> None:
    """Once the device is back, under another name, the scan is repeated; the ledger is as if nothing had been."""
    scans = a_thousand_scans(Random(5))
    cut, half = 512, scans.sent[512][:17]
    gun.prepare(at_work.home)
    with window(at_work.home.path, patience_s=120) as screen:
        begin_the_order(screen)
        before = len(listed(at_work.home))
        gun.plug_in(screen)
        gun.send(gun.bytes_of(scans.sent[:cut]) + half.encode())
        screen.wait_for(lambda: len(listed(at_work.home)) == before + cut, "what came whole is on the disk")
        gun.hang_up()
        screen.wait_for(lambda: bool(broken_off(at_work.home)), "what broke off is listed")
        assert broken_off(at_work.home) == [half]
        assert len(listed(at_work.home)) == before + cut
        gun.plug_in(screen)
        gun.send(gun.bytes_of(scans.sent[cut:]))
        wait_until_in_the_ledger(screen, at_work)
        assert screen.end() == 0
    gun.close()
    assert listed(at_work.home)[before:] == scans.told
    is_as_scanned(at_work, scans)


def test_what_a_line_lost_at_full_speed_has_swallowed_is_the_end_of_what_was_sent_and_can_be_repeated(
    at_work: Floor,
) -> None:
    """What is listed when the line is gone is the beginning of what was sent, scan by scan. Of the next scan at most a
    beginning is there, refused as that. Once the sender has repeated from there, all is as if it had been sent once."""
    gun, scans = SerialGun(), a_thousand_scans(Random(6))
    gun.prepare(at_work.home)
    with window(at_work.home.path, patience_s=120) as screen:
        begin_the_order(screen)
        before = len(listed(at_work.home))
        gun.plug_in(screen)
        gun.send(gun.bytes_of(scans.sent[:512]))
        gun.hang_up()
        screen.wait_for(lambda: states(at_work.home, gun.name)[-1] == "lost", "the loss is told")
        screen.send(FENCE.encode() + END)
        screen.wait_for(lambda: listed(at_work.home)[-1:] == [(FENCE, False)], "all that came before is on the disk")
        taken = len(listed(at_work.home)) - 1 - before
        assert listed(at_work.home)[before:-1] == scans.told[:taken]
        assert all(scans.sent[taken].startswith(part) for part in broken_off(at_work.home))
        gun.plug_in(screen)
        gun.send(gun.bytes_of(scans.sent[taken:]))
        wait_until_in_the_ledger(screen, at_work)
        assert screen.end() == 0
    gun.close()
    assert [one for one in listed(at_work.home)[before:] if one != (FENCE, False)] == scans.told
    is_as_scanned(at_work, scans)
