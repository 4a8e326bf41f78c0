"""How a line that comes and goes is opened again: waits, sentences, and who is found under another name."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devices.faults import BadProfile, NoSuchDevice, why_not_opened
from devices.finding import Finder
from devices.framing import Framing
from devices.line import Connection, LineSource
from devices.ports import Scan, SourceEvent, SourceState
from devices.profiles import Profile


class Script:
    """A channel that does what it is told, a connection that reads what it is told; None is a loss."""

    name = "gun"

    def __init__(self, *openings: list[bytes | None] | OSError | NoSuchDevice) -> None:
        self._openings: Iterator[list[bytes | None] | OSError | NoSuchDevice] = iter(openings)
        self._reads: Iterator[bytes | None] = iter(())
        self.closed = 0

    def open(self) -> Connection:
        opening = next(self._openings)
        if isinstance(opening, Exception):
            raise opening
        self._reads = iter(opening)
        return self

    def why_not(self, error: OSError) -> str:
        return why_not_opened(self.name, error)

    def read(self) -> bytes:
        data = next(self._reads, None)
        if data is None:
            raise OSError(errno.EIO, "gone")
        return data

    def write(self, _: bytes) -> None:
        raise OSError(errno.EIO, "gone")

    def close(self) -> None:
        self.closed += 1


@dataclass
class Waiting:
    """Stands in for waiting: notes each wait, moves the clock, and stops after `most`."""

    most: int
    now: float = 0.0

    def __post_init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return len(self.waits) >= self.most


def _run(channel: Script, waiting: Waiting) -> list[Scan | SourceState]:
    seen: list[Scan | SourceState] = []
    source = LineSource(channel, Profile(framing=Framing()), lambda: waiting.now, pause=waiting)
    source._sink = seen.append
    source.run()
    return seen


def test_each_try_waits_twice_as_long_up_to_five_seconds() -> None:
    waiting = Waiting(most=8)
    _run(Script(*[NoSuchDevice("not there")] * 8), waiting)
    assert waiting.waits == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


def test_a_try_that_fails_as_the_one_before_is_no_news() -> None:
    busy = OSError(errno.EAGAIN, "locked")
    seen = _run(Script(NoSuchDevice("not there"), NoSuchDevice("not there"), busy, busy), Waiting(most=4))
    assert [one.detail for one in seen if isinstance(one, SourceState)] == [
        "not there",
        "gun is in use by another program; stop that program, or name another port",
    ]


def test_a_line_that_held_starts_again_with_the_shortest_wait() -> None:
    waiting = Waiting(most=4)
    channel = Script(NoSuchDevice("x"), NoSuchDevice("x"), [b"A1\r"], NoSuchDevice("x"))
    held = channel.read

    def read_for_ten_seconds() -> bytes:
        waiting.now += 10
        return held()

    channel.read = read_for_ten_seconds  # type: ignore[method-assign]
    _run(channel, waiting)
    assert waiting.waits == [0.25, 0.5, 0.25, 0.5]


def test_what_is_left_when_the_line_goes_is_a_partial_and_the_line_is_closed() -> None:
    channel = Script([b"A-03-02\r952000", None], [b"0123451\r", None])
    seen = _run(channel, Waiting(most=2))
    told = [one.text if isinstance(one, Scan) else one.event for one in seen]
    connected, lost, partial = SourceEvent.CONNECTED, SourceEvent.LOST, SourceEvent.PARTIAL
    assert told == [connected, "A-03-02", partial, lost, connected, "0123451", lost]
    assert channel.closed == 2


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EACCES, "gun may not be opened by this user; add the user to the group that owns it (often dialout)"),
        (errno.EBUSY, "gun is in use by another program; stop that program, or name another port"),
        (errno.ENOENT, "gun is not there; plug the scanner in or switch it on, it is looked for by itself"),
        (errno.EIO, "gun cannot be opened (Input/output error); check cable and port"),
    ],
)
def test_an_error_is_one_sentence_with_its_cure(number: int, sentence: str) -> None:
    assert why_not_opened("gun", OSError(number, "Input/output error")) == sentence


# --- finding ----------------------------------------------------------------------------------------------------------


@dataclass
class Port:
    device: str
    vid: int | None = 0x0C2E
    pid: int | None = 0x0B61
    serial_number: str | None = "S42"


def _path(folder: Path, name: str) -> str:
    path = folder / name
    path.touch()
    return str(path)


def test_a_scanner_is_found_by_its_usb_identity(tmp_path: Path) -> None:
    ports = [Port("/dev/ttyACM0", serial_number="S41"), Port("/dev/ttyACM1")]
    assert Finder("usb:0c2e:0B61:S42", by_id=tmp_path, ports=lambda: ports).find() == "/dev/ttyACM1"


def test_of_two_that_look_alike_none_is_guessed(tmp_path: Path) -> None:
    ports = [Port("/dev/ttyACM0", serial_number=None), Port("/dev/ttyACM1", serial_number=None)]
    with pytest.raises(NoSuchDevice, match="usb:0c2e:0b61 is not there"):
        Finder("usb:0c2e:0b61", by_id=tmp_path, ports=lambda: ports).find()


def test_a_scanner_that_was_opened_is_found_under_another_name_by_its_usb_identity(tmp_path: Path) -> None:
    first, second = _path(tmp_path, "ttyACM0"), _path(tmp_path, "ttyACM1")
    ports = [Port(first)]
    finder = Finder(first, by_id=tmp_path / "none", ports=lambda: ports)
    finder.opened(finder.find())
    ports[:] = [Port(second)]
    assert finder.find() == second


def test_a_stranger_under_the_old_name_is_not_opened(tmp_path: Path) -> None:
    name = _path(tmp_path, "ttyACM0")
    ports = [Port(name)]
    finder = Finder(name, by_id=tmp_path / "none", ports=lambda: ports)
    finder.opened(finder.find())
    ports[:] = [Port(name, vid=0x1234)]
    with pytest.raises(NoSuchDevice):
        finder.find()


def test_a_stranger_with_a_link_of_its_own_is_not_opened(tmp_path: Path, by_id: Path) -> None:
    name = _path(tmp_path, "ttyACM0")
    link = by_id / "usb-Gun-if00"
    link.symlink_to(name)
    finder = Finder(name, by_id=by_id, ports=list)
    finder.opened(finder.find())
    link.rename(by_id / "usb-Scale-if00")
    with pytest.raises(NoSuchDevice):
        finder.find()


def test_a_port_that_is_no_device_is_refused_with_what_can_be_written() -> None:
    with pytest.raises(BadProfile, match=r"'COM3' is no device; write it as /dev/ttyACM0 or usb:VID:PID:SERIAL"):
        Finder("COM3")
