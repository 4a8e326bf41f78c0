"""Profiles and the settings that name them; texts of codes; signals without a scanner."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.configured import (
    ConnectingScanner,
    KeyboardScanner,
    SerialScanner,
    ServingScanner,
    attach,
    keyboard_wedge,
    parse_scanner,
)
from devices.decoding import decode
from devices.faults import BadProfile
from devices.feedback import Bell, ScannerBeeper, Silent
from devices.line import LineSource
from devices.ports import COUNTS, Scan, Signal, SourceEvent, SourceState
from devices.profiles import Profile, load_profile, parse_profile, shipped_profiles
from devices.simulated import SimulatedScanner
from devices.tcp import TcpListener

NEVER = 0.0


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_shipped_profile_can_be_used_and_says_what_it_is_for(name: str) -> None:
    assert load_profile(name).description


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ("[serial]\nbaud = 0", "baud must be above zero"),
        ("[serial]\nparity = 'maybe'", "parity"),
        ("[framing]\nends = 'dot'", "ends"),
        ("[framing]\nidle_ms = 100", "idle_ms"),
        ("[feedback]\nkept = '毛'", "not made of bytes"),
        ("code_page = 'klingon'", "no encoding; gb18030 and cp1252 are"),
        ("code_page = 'hex'", "no encoding; gb18030 and cp1252 are"),
        ("[wedge]\nhold_s = 1.0", "in this order"),
        ("[serial", "the profile mine cannot be used"),
    ],
)
def test_a_wrong_profile_is_refused_naming_what_is_wrong(toml: str, what: str) -> None:
    with pytest.raises(BadProfile, match=what):
        parse_profile(toml, "mine")


def test_the_guide_shows_every_setting_with_its_value() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")
    (shown,) = [block for block in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL) if "[framing]" in block]
    assert tomllib.loads(shown) == msgspec.to_builtins(Profile())
    assert [name for name in shipped_profiles() if f"`{name}`" not in guide] == []


def test_a_profile_may_be_a_file_and_a_missing_one_names_those_there_are(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[wedge]\nprefix = "\\u0002"\nsubstitutions = {"|" = "\\u001d"}', encoding="utf-8")
    assert load_profile(str(file)).wedge.substitutions == {"|": "\x1d"}
    with pytest.raises(BadProfile, match="shipped profiles are: datalogic, datawedge, generic, honeywell"):
        load_profile("unheard-of")


@pytest.mark.parametrize(
    ("table", "settings"),
    [
        ({"kind": "serial", "port": "/dev/ttyACM0", "profile": "honeywell"}, SerialScanner),
        ({"kind": "listen", "port": 5555}, ConnectingScanner),
        ({"kind": "connect", "host": "192.0.2.7", "port": 2101}, ServingScanner),
        ({"kind": "keyboard"}, KeyboardScanner),
    ],
)
def test_a_table_of_the_settings_describes_a_scanner(table: dict[str, object], settings: type) -> None:
    assert isinstance(parse_scanner(table), settings)


@pytest.mark.parametrize("table", [{}, {"kind": "thought"}, {"kind": "serial"}, {"kind": "listen", "port": "x"}])
def test_a_table_that_describes_none_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(BadProfile, match="a scanner's settings cannot be used"):
        parse_scanner(table)


def test_a_described_scanner_is_a_source_with_the_feedback_of_its_make() -> None:
    gun = attach(SerialScanner(port="/dev/ttyACM0", profile="honeywell", name="gun"), lambda: NEVER)
    arch = attach(ServingScanner(host="192.0.2.7", port=2101), lambda: NEVER)
    phone = attach(ConnectingScanner(port=5555, profile="datawedge"), lambda: NEVER)
    assert (gun.source.name, arch.source.name, phone.source.name) == ("gun", "192.0.2.7:2101", "127.0.0.1:5555")
    assert isinstance(gun.source, LineSource)
    assert isinstance(phone.source, TcpListener)
    assert isinstance(gun.feedback, ScannerBeeper)
    assert isinstance(arch.feedback, Silent)


def test_the_keyboard_decodes_by_the_sites_code_page() -> None:
    wedge = keyboard_wedge(KeyboardScanner(name="belt"), "gb18030")
    (scan,) = wedge.feed("毛巾A1-02\r".encode("gb18030"), 1.0)
    assert isinstance(scan, Scan)
    assert (scan.text, scan.source) == ("毛巾A1-02", "belt")


@given(raw=st.binary(max_size=60), code_page=st.sampled_from(["", "gb18030", "cp1252", "big5"]))
def test_every_byte_string_has_a_text_without_replacements(raw: bytes, code_page: str) -> None:
    text = decode(raw, code_page)
    assert "�" not in text or "�".encode() in raw or code_page == "gb18030"


@given(text=st.text(max_size=40))
def test_what_is_utf_8_is_read_as_utf_8(text: str) -> None:
    assert decode(text.encode(), "gb18030") == text


# --- signals ----------------------------------------------------------------------------------------------------------


class Timer:
    """Keeps what is to be called later, and calls it when the test says so."""

    def __init__(self) -> None:
        self.pending: list[Callable[[], None]] = []

    def __call__(self, _: float, call: Callable[[], None]) -> None:
        self.pending.append(call)

    def run(self) -> None:
        for call in self.pending:
            call()


@pytest.mark.parametrize("signal", Signal)
def test_the_bell_rings_as_often_as_the_signal_counts(signal: Signal) -> None:
    rings, timer = [0], Timer()

    def ring() -> None:
        rings[0] += 1

    Bell(ring, timer).give(signal)
    assert rings == [1]
    timer.run()
    assert rings == [COUNTS[signal]]


def test_a_new_signal_ends_the_one_before() -> None:
    rings, timer = list[str](), Timer()
    bell = Bell(lambda: rings.append("ring"), timer)
    bell.give(Signal.REFUSED)
    bell.give(Signal.KEPT)
    timer.run()
    assert len(rings) == 2


def test_a_device_without_bytes_for_a_signal_is_sent_nothing() -> None:
    sent: list[bytes] = []

    def send(data: bytes) -> bool:
        sent.append(data)
        return True

    ScannerBeeper(send, load_profile("generic").feedback).give(Signal.KEPT)
    Silent().give(Signal.REFUSED)
    assert sent == []


def test_the_simulated_scanner_does_what_a_real_one_may() -> None:
    seen: list[Scan | SourceState] = []
    scanner = SimulatedScanner(lambda: 7.0, name="demo")
    scanner.scan("unheard")
    scanner.start(seen.append)
    scanner.scan("A-03-02")
    scanner.scan(b"\x03\x1d\xe9")
    scanner.break_off(b"952000")
    scanner.lose()
    scanner.give(Signal.REFUSED)
    scanner.stop()
    scanner.scan("unheard")
    told = [one.text if isinstance(one, Scan) else one.event for one in seen]
    connected, lost, partial = SourceEvent.CONNECTED, SourceEvent.LOST, SourceEvent.PARTIAL
    assert told == [connected, "A-03-02", "\x03\x1d\xe9", partial, lost]
    assert scanner.signals == [Signal.REFUSED]
    with pytest.raises(ValueError, match="empty"):
        scanner.scan("")


def test_pyserial_is_not_imported_before_a_port_is_opened() -> None:
    report = "import devices.configured, sys; print('serial' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
