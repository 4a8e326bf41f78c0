"""The scanners of a terminal as its settings describe them, opened.

[[scanner]]
kind = "serial"                  # serial, listen, connect or keyboard
port = "/dev/ttyACM0"            # or usb:VID:PID:SERIAL
profile = "honeywell"
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from devices.faults import BadProfile
from devices.feedback import ScannerBeeper, Silent
from devices.line import LineSource
from devices.ports import Clock, Feedback, ScanSource
from devices.profiles import FeedbackBytes, Profile, load_profile
from devices.serial_port import serial_source
from devices.tcp import TcpListener, tcp_source
from devices.wedge import Wedge


class _Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """`profile`: the name of a shipped profile, or a file. `name`: what people call it."""

    profile: str = "generic"
    name: str = ""


class SerialScanner(_Described, frozen=True, kw_only=True, tag="serial"):
    port: str


class ConnectingScanner(_Described, frozen=True, kw_only=True, tag="listen"):
    """A device that connects to us, such as DataWedge."""

    port: int
    host: str = "127.0.0.1"


class ServingScanner(_Described, frozen=True, kw_only=True, tag="connect"):
    """A device that we connect to."""

    host: str
    port: int


class KeyboardScanner(_Described, frozen=True, kw_only=True, tag="keyboard"):
    """A scanner that types; its bytes come through the terminal's input driver."""


ScannerSettings = SerialScanner | ConnectingScanner | ServingScanner | KeyboardScanner


class Attached(Struct, frozen=True):
    """A source with the feedback its own device can give."""

    source: ScanSource
    feedback: Feedback


def parse_scanner(described: object) -> ScannerSettings:
    """Settings from plain data, such as a table of TOML. Raises BadProfile naming what is wrong."""
    try:
        settings: ScannerSettings = msgspec.convert(described, ScannerSettings)
    except msgspec.ValidationError as error:
        raise BadProfile(f"a scanner's settings cannot be used: {error}") from error
    return settings


def attach(settings: SerialScanner | ConnectingScanner | ServingScanner, clock: Clock) -> Attached:
    """The source these settings describe, not started yet. Raises BadProfile."""
    profile = load_profile(settings.profile)
    source = _source(settings, profile, clock)
    return Attached(source, _beeper(source.send, profile))


def _source(
    settings: SerialScanner | ConnectingScanner | ServingScanner, profile: Profile, clock: Clock
) -> LineSource | TcpListener:
    match settings:
        case SerialScanner(port=path):
            return serial_source(path, profile, clock, name=settings.name)
        case ServingScanner(host=host, port=port):
            return tcp_source(host, port, profile, clock, name=settings.name)
        case ConnectingScanner(host=host, port=port):
            return TcpListener(host, port, profile, clock, name=settings.name)


def _beeper(send: Callable[[bytes], bool], profile: Profile) -> Feedback:
    return ScannerBeeper(send, profile.feedback) if profile.feedback != FeedbackBytes() else Silent()


def keyboard_wedge(settings: KeyboardScanner | None = None, code_page: str = "") -> Wedge:
    """The wedge for the terminal's input driver. `code_page`: the site's, where the profile names none."""
    profile = load_profile(settings.profile) if settings else Profile()
    name = (settings.name if settings else "") or "keyboard"
    return Wedge(profile.wedge, code_page=profile.code_page or code_page, source=name)
