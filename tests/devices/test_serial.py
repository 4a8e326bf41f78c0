"""Scanners on serial ports, over pseudo terminals: real lines that can be unplugged."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial
from device_lines import Collected, Pty

from devices.feedback import ScannerBeeper
from devices.finding import Finder
from devices.framing import Framing
from devices.line import LineSource
from devices.ports import Scan, Signal, SourceEvent
from devices.profiles import Profile, load_profile
from devices.serial_port import SerialConnection, serial_source

PROFILE = Profile(framing=Framing(idle_s=0.1))
PATIENT = Profile(framing=Framing(idle_s=20.0, stall_s=20.0))
"""Never finds a frame idle, however busy the machine that runs the test."""


@contextmanager
def _scanning(port: str, by_id: Path, collected: Collected, profile: Profile = PATIENT) -> Iterator[LineSource]:
    finder = Finder(port, by_id=by_id, ports=list)
    source = serial_source(finder, profile, time.monotonic, name="gun")
    source.start(collected)
    try:
        yield source
    finally:
        source.stop()


def _wrong_name() -> str:
    return "/dev/pts/no-such-scanner"


def test_a_code_from_the_line_is_a_scan(plug_in: Callable[[], Pty], by_id: Path, collected: Collected) -> None:
    line = plug_in()
    with _scanning(line.path, by_id, collected):
        collected.state(SourceEvent.CONNECTED)
        line.write(b"]C10109520000123451\x1d10L2411\r\n")
        scan = collected.scan()
    assert (scan.text, scan.source) == ("]C10109520000123451\x1d10L2411", "gun")


def test_frames_that_come_split_or_joined_are_the_same_scans(
    plug_in: Callable[[], Pty], by_id: Path, collected: Collected
) -> None:
    line = plug_in()
    with _scanning(line.path, by_id, collected):
        collected.state(SourceEvent.CONNECTED)
        for piece in (b"A-03-", b"02", b"\r", b"\n", b"95200001", b"23451\r\nA-03-04\r\nA-0", b"3-05\r"):
            line.write(piece)
        texts = [collected.scan().text for _ in range(4)]
    assert texts == ["A-03-02", "9520000123451", "A-03-04", "A-03-05"]


def test_a_thousand_scans_at_full_speed_arrive_whole_and_in_order(
    plug_in: Callable[[], Pty], by_id: Path, collected: Collected
) -> None:
    codes = [f"]C1{number:09d}\x1d10LOT{number:06d}ABCDEFGH"[:30] for number in range(1000)]
    assert {len(code) for code in codes} == {30}
    line = plug_in()
    with _scanning(line.path, by_id, collected):
        collected.state(SourceEvent.CONNECTED)
        line.write("".join(code + "\r\n" for code in codes).encode())
        texts = [collected.scan().text for _ in codes]
    assert texts == codes


def test_noise_spoils_the_frame_it_is_in_and_no_other(
    plug_in: Callable[[], Pty], by_id: Path, collected: Collected
) -> None:
    chance = random.Random(7)
    noise = bytes(chance.choice(range(0x80, 0x100)) for _ in range(50))
    line = plug_in()
    with _scanning(line.path, by_id, collected):
        collected.state(SourceEvent.CONNECTED)
        line.write(b"A-03-02\r" + noise + b"A-03-04\rA-03-05\r")
        first, spoilt, last = collected.scan(), collected.scan(), collected.scan()
    assert (first.text, last.text) == ("A-03-02", "A-03-05")
    assert spoilt.raw == noise + b"A-03-04"


def test_half_a_code_is_shown_and_not_posted(plug_in: Callable[[], Pty], by_id: Path, collected: Collected) -> None:
    line = plug_in()
    with _scanning(line.path, by_id, collected, PROFILE):
        collected.state(SourceEvent.CONNECTED)
        line.write(b"952000012")
        partial = collected.state(SourceEvent.PARTIAL)
    assert partial.raw == b"952000012"
    assert "scan it again" in partial.detail


def test_a_hang_up_in_the_middle_of_a_frame_leaves_no_half_of_it(
    plug_in: Callable[[], Pty], by_id: Path, collected: Collected
) -> None:
    """The device comes back under another name, and is known by its link."""
    first = plug_in()
    link = by_id / "usb-Scanner_Co_Gun_0042-if00"
    link.symlink_to(first.path)
    with _scanning(first.path, by_id, collected):
        collected.state(SourceEvent.CONNECTED)
        first.write(b"A-03-02\r")
        assert collected.scan().text == "A-03-02"
        first.write(b"952000")
        second = plug_in()
        link.unlink()
        first.hang_up()
        lost = collected.until(SourceEvent.LOST)
        assert not [one for one in lost if isinstance(one, Scan)]
        link.symlink_to(second.path)
        collected.until(SourceEvent.CONNECTED)
        second.write(b"0123451\rA-03-04\r")
        texts = [collected.scan().text, collected.scan().text]
    assert texts == ["0123451", "A-03-04"]
    assert first.path != second.path


def test_a_scanner_that_is_not_there_is_said_once_and_looked_for(
    plug_in: Callable[[], Pty], by_id: Path, collected: Collected, tmp_path: Path
) -> None:
    name = tmp_path / "ttyACM0"
    with _scanning(str(name), by_id, collected):
        missing = collected.state(SourceEvent.LOST)
        line = plug_in()
        name.symlink_to(line.path)
        collected.state(SourceEvent.CONNECTED)
        line.write(b"A-03-02\r")
        assert collected.scan().text == "A-03-02"
    assert missing.detail == f"{name} is not there; plug the scanner in or switch it on, it is looked for by itself"


HOLDER = """
import sys, serial
port = serial.Serial(sys.argv[1], exclusive=True)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_port_that_another_process_holds_is_one_sentence_and_is_taken_when_it_is_free(
    plug_in: Callable[[], Pty], by_id: Path, collected: Collected
) -> None:
    line = plug_in()
    command = [sys.executable, "-c", HOLDER, line.path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with _scanning(line.path, by_id, collected):
            busy = collected.state(SourceEvent.LOST)
            other.stdin.close()
            other.wait()
            collected.state(SourceEvent.CONNECTED)
    assert busy.detail == f"{line.path} is in use by another program; stop that program, or name another port"


def test_the_port_is_held_by_this_process_alone(plug_in: Callable[[], Pty], by_id: Path, collected: Collected) -> None:
    line = plug_in()
    with _scanning(line.path, by_id, collected):
        collected.state(SourceEvent.CONNECTED)
        done = subprocess.run([sys.executable, "-c", HOLDER, line.path], input="", text=True, capture_output=True,
                              check=False)  # fmt: skip
    assert "Could not exclusively lock port" in done.stderr


@pytest.mark.parametrize(
    ("profile", "signal", "sent"),
    [
        ("honeywell", Signal.KEPT, b"\x1b7,"),
        ("honeywell", Signal.REFUSED, b"\x1b8,\x1b8,\x1b8,"),
        ("datalogic", Signal.KEPT, b"B"),
        ("datalogic", Signal.REFUSED, b"FE"),
        ("zebra", Signal.ATTENTION, b"\x07\x07"),
    ],
)
def test_the_scanner_is_told_by_its_own_bytes(
    plug_in: Callable[[], Pty], by_id: Path, collected: Collected, profile: str, signal: Signal, sent: bytes
) -> None:
    line, made = plug_in(), load_profile(profile)
    with _scanning(line.path, by_id, collected, made) as source:
        collected.state(SourceEvent.CONNECTED)
        ScannerBeeper(source.send, made.feedback).give(signal)
        assert line.read(len(sent)) == sent


def test_a_signal_to_a_lost_scanner_is_silent(by_id: Path, collected: Collected) -> None:
    with _scanning(_wrong_name(), by_id, collected) as source:
        collected.state(SourceEvent.LOST)
        assert source.send(b"B") is False


def test_a_signal_to_a_port_that_is_being_closed_is_an_error_that_the_source_knows(
    plug_in: Callable[[], Pty],
) -> None:
    """The store's thread signals while the reader's closes: what was kept must not be called refused for it."""
    port = serial.Serial(plug_in().path, write_timeout=0)
    descriptor, port.fd = port.fd, None
    with pytest.raises(OSError, match="closed"):
        SerialConnection(port).write(b"B")
    port.fd = descriptor
    port.close()


def test_nothing_arrives_after_stop(plug_in: Callable[[], Pty], by_id: Path, collected: Collected) -> None:
    line = plug_in()
    with _scanning(line.path, by_id, collected):
        collected.state(SourceEvent.CONNECTED)
    line.write(b"A-03-02\r")
    assert collected.arrived.empty()
    assert os.path.exists(line.path)  # noqa: PTH110  # a port's name, not a file of ours
