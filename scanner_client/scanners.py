"""The scanners of a terminal: what its `devices.toml` describes, opened and closed together.

code_page = "gb18030"            # where the site names none
[[scanner]]                      # see devices.configured; without any, a scanner that types is understood as it is
kind = "serial"
port = "/dev/ttyACM0"
profile = "honeywell"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from devices.faults import BadProfile
from devices.wedge import Wedge

if TYPE_CHECKING:
    from devices.configured import ScannerSettings
    from devices.ports import Clock, Feedback, ScanSource, Sink


class Described(Struct, frozen=True):
    """What the file says."""

    code_page: str = ""
    scanners: tuple[ScannerSettings, ...] = ()


class Attached(Struct, frozen=True):
    """Sources, and what signals through them."""

    sources: list[ScanSource] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)

    def start(self, sink: Sink) -> None:
        for source in self.sources:
            source.start(sink)

    def stop(self) -> None:
        for source in self.sources:
            source.stop()


def described_in(file: Path) -> Described:
    """Read the file; nothing where there is none. Raises BadProfile naming it and what is wrong in it."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Described()
    except (OSError, ValueError) as error:
        raise BadProfile(f"{file} cannot be read ({error}): correct it") from error
    from devices.configured import parse_scanner  # noqa: PLC0415  # most terminals have no such file

    scanners, code_page = told.get("scanner", []), told.get("code_page", "")
    if not isinstance(scanners, list) or not isinstance(code_page, str):
        raise BadProfile(f"{file} cannot be used: it holds `code_page` and tables named [[scanner]]")
    return Described(code_page, tuple(parse_scanner(one) for one in scanners))


def wedge_of(described: Described, site_code_page: str) -> tuple[Wedge, str]:
    """The wedge for the terminal's line, and the code page its bytes are read in."""
    code_page = site_code_page or described.code_page
    if not described.scanners:
        return Wedge(code_page=code_page), code_page
    from devices.configured import KeyboardScanner, keyboard_wedge  # noqa: PLC0415  # as above

    typing = next((one for one in described.scanners if isinstance(one, KeyboardScanner)), None)
    return keyboard_wedge(typing, code_page), code_page


def attach_all(described: Described, clock: Clock) -> Attached:
    """Every scanner that has a line of its own, not started yet. Raises BadProfile."""
    attached = Attached()
    if not described.scanners:
        return attached
    from devices.configured import KeyboardScanner, attach  # noqa: PLC0415  # after the first frame, with pyserial

    for settings in described.scanners:
        if not isinstance(settings, KeyboardScanner):
            one = attach(settings, clock)
            attached.sources.append(one.source)
            attached.feedback.append(one.feedback)
    return attached
