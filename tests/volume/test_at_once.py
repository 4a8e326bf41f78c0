"""Scans while something else goes on: other scanners, a long exchange with the ledger, a screen that nobody reads."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from furnished_home import BADGE, furnish, journal, label, one_order
from pty_window import window
from volume.guns import Gun, Keyboard, NetworkGun, SerialGun
from volume.scans import a_thousand_scans
from volume.test_volume import at_work, begin_the_order, is_as_scanned, listed, made, wait_until_in_the_ledger
from volume.warehouse import DOCK, OTHERS, Floor, other

from scanner_client.clock import new_uuid7, utc_now
from scanner_client.control import Ask, ask
from scanner_client.home import Home
from scanner_client.ports import NewOperation
from scanner_client.store import TerminalStore
from scanner_client.store.identity import Sources
from sync.core.machine import Mode

__all__ = ["at_work", "made"]
END = b"\r"
WAITING = 5_000
PIECE = 7
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_three_scanners_at_once_lose_nothing_and_mix_nothing(tmp_path: Path) -> None:
    """The lines of two of them come in pieces, turn by turn; the third types all of its codes at once."""
    home = furnish(tmp_path / "home", one_order(1, 1))
    guns: list[Gun] = [SerialGun(), NetworkGun(), Keyboard()]
    codes = {gun.name: [label(77, f"{gun.name[:1].upper()}{number:07d}") for number in range(200)] for gun in guns}
    for gun in guns:
        gun.prepare(home)
    with window(home.path, patience_s=120) as screen:
        screen.wait_for_text("Scan badge")
        screen.send(BADGE.encode() + END)
        screen.wait_for_text("1 Pick")
        for gun in guns:
            gun.plug_in(screen)
        *pieced, typing = guns
        streams = {gun.name: gun.bytes_of(codes[gun.name]) for gun in guns}
        typing.send(streams[typing.name])
        for start in range(0, max(map(len, streams.values())), PIECE):
            for gun in pieced:
                gun.send(streams[gun.name][start : start + PIECE])
        screen.wait_for(lambda: len(listed(home)) == 1 + sum(map(len, codes.values())), "every scan is on the disk")
        assert screen.end() == 0
    for gun in guns:
        gun.close()
    told = [raw for raw, _ in listed(home)]
    assert {name: [raw for raw in told if raw in set(sent)] for name, sent in codes.items()} == codes
    assert journal(home, "partial") == []


def test_scans_at_full_speed_while_five_thousand_operations_go_up(at_work: Floor) -> None:
    scans = a_thousand_scans(Random(7)).first(2)
    keep_receipts(at_work.home, WAITING)
    with window(at_work.home.path, patience_s=120) as screen:
        begin_the_order(screen)
        before = len(listed(at_work.home))
        ask(at_work.home.control, Ask(do="mode", mode=Mode.AUTOMATIC), seconds=60)
        screen.wait_for(lambda: at_work.held("received") > 0, "the exchange has begun")
        screen.send(b"".join(code.encode() + END for code in scans.sent))
        assert at_work.held("received") < WAITING
        screen.wait_for(lambda: len(listed(at_work.home)) == before + len(scans.sent), "every scan is on the disk")
        wait_until_in_the_ledger(screen, at_work, scans.lines)
        assert screen.end() == 0
    assert listed(at_work.home)[before:] == scans.told
    assert at_work.held("received") == WAITING
    is_as_scanned(at_work, scans, more={(DOCK, other(number)): WAITING // OTHERS for number in range(OTHERS)})


def test_scans_are_kept_while_nobody_reads_the_screen(tmp_path: Path) -> None:
    """A terminal emulator that hangs holds up the window, and not the work."""
    home = furnish(tmp_path / "home", one_order(1, 1))
    codes = [label(77, f"{number:08d}") for number in range(1_500)]
    with window(home.path, patience_s=120) as screen:
        screen.wait_for_text("Scan badge")
        with screen.unread():
            screen.send(b"".join(code.encode() + END for code in codes))
            screen.wait_for(lambda: len(listed(home)) == len(codes), "every scan is on the disk")
        screen.wait_for_text("ERROR")
        assert screen.end() == 0
    assert [raw for raw, _ in listed(home)] == codes


def test_a_program_that_is_ended_while_scans_wait_lists_a_beginning_of_them_and_fails_at_none(tmp_path: Path) -> None:
    home = furnish(tmp_path / "home", one_order(1, 1))
    codes = [label(77, f"{number:08d}") for number in range(1_000)]
    with window(home.path, patience_s=120) as screen:
        screen.wait_for_text("Scan badge")
        screen.send(b"".join(code.encode() + END for code in codes))
        screen.wait_for(lambda: len(listed(home)) > 0, "the first scan is on the disk")
        assert screen.end() == 0
        assert "Traceback" not in screen.text
    told = [raw for raw, _ in listed(home)]
    assert told == codes[: len(told)]
    assert "event failed" not in home.log.read_text(encoding="utf-8")


def keep_receipts(home: Home, count: int) -> None:
    """Goods received piece by piece, as if somebody had worked offline for a week; the terminal stays offline."""
    store = TerminalStore(home.database, Sources(new_uuid7, utc_now))
    try:
        with store.step() as tx:
            tx.set_mode(Mode.OFFLINE)
            for number in range(count):
                body = {"item": other(number % OTHERS), "quantity": "1", "location": DOCK}
                tx.append(NewOperation(kind="received", by="wang", body=body, at=utc_now(), offset="+08:00"))
    finally:
        store.close()
