"""Profiles: what is particular about a make of scanner, as TOML. Shipped ones lie in `devices/profiles/`.

description = "Honeywell handhelds on USB serial or RS-232"
code_page = ""                   # tried where a code is not UTF-8, such as gb18030
[serial]                         # baud, bits, parity, stop_bits
[framing]                        # see devices.framing.Framing
[wedge]                          # see devices.burst.WedgeRules
[feedback]                       # bytes that make the scanner signal: kept, attention, refused
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from devices.burst import WedgeRules
from devices.decoding import known_code_page
from devices.faults import BadProfile
from devices.framing import Framing
from devices.ports import Signal


class SerialLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    baud: int = 9600
    bits: Literal[7, 8] = 8
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1

    def __post_init__(self) -> None:
        if self.baud < 1:
            raise ValueError("baud must be above zero")


class FeedbackBytes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to send for each signal, one character a byte; empty where the device has nothing for it."""

    kept: str = ""
    attention: str = ""
    refused: str = ""

    def __post_init__(self) -> None:
        for text in (self.kept, self.attention, self.refused):
            if any(ord(character) > 0xFF for character in text):
                raise ValueError(f"{text!r} is not made of bytes; write each byte as \\u0000 to \\u00ff")

    def of(self, signal: Signal) -> bytes:
        sent = {Signal.KEPT: self.kept, Signal.ATTENTION: self.attention, Signal.REFUSED: self.refused}
        return sent[signal].encode("latin-1")


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    description: str = ""
    code_page: str = ""
    serial: SerialLine = SerialLine()
    framing: Framing = Framing()
    wedge: WedgeRules = WedgeRules()
    feedback: FeedbackBytes = FeedbackBytes()

    def __post_init__(self) -> None:
        if not known_code_page(self.code_page):
            raise ValueError(f"code_page {self.code_page!r} is no encoding; gb18030 and cp1252 are")


def parse_profile(text: str, name: str) -> Profile:
    """Read and check a profile. Raises BadProfile naming the file and what is wrong in it."""
    try:
        return msgspec.convert(tomllib.loads(text), Profile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadProfile(f"the profile {name} cannot be used: {error}") from error


def load_profile(named: str) -> Profile:
    """The shipped profile of this name, or the one in this file. Raises BadProfile."""
    if named in shipped_profiles():
        file = resources.files("devices") / "profiles" / f"{named}.toml"
        return parse_profile(file.read_text(encoding="utf-8"), named)
    try:
        text = Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(shipped_profiles())
        raise BadProfile(f"the profile {named} cannot be read ({error}); shipped profiles are: {known}") from error
    return parse_profile(text, named)


def shipped_profiles() -> list[str]:
    folder = resources.files("devices") / "profiles"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
