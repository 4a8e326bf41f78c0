"""One burst of a keyboard wedge, and what it is: a scan types faster than a person. Pure.

A burst is judged as a whole: a scanner stalls now and then, so a single gap proves nothing, but half of its gaps are
short. A fast burst of at least `min_length` characters is a scan once it is ended by CR, LF, TAB or silence.
"""

from __future__ import annotations

import re
from bisect import insort
from dataclasses import dataclass, field
from itertools import groupby

import msgspec

from devices.decoding import decode

KEY_SEQUENCE = re.compile(rb"\x1b(?:\[M[ -\xff]{3}|\[[0-?]*[ -/]*[@-~]|O[ -~])")
"""What a terminal sends for an arrow, a function key or the mouse; it comes at once and no person types it."""

AIM_ID = re.compile(rb"\](?:[A-Za-z](?:[0-9A-Za-z]|\Z)|\Z)")
"""The symbology identifier before a code, or what has come of it so far (ISO/IEC 15424)."""


class WedgeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    r"""How the scanners of a site type. Times are seconds; `prefix`, `suffix` and `substitutions` may hold any byte,
    written as the character of that number.

    `prefix`, where scanners send one, makes everything without it (or an AIM id) typing. `suffix` is cut off.
    `terminated`: every code ends in one of `ends`, so silence ends none. `substitutions`: what the scanner types for a
    control character, such as `{"|" = "\u001d"}`. `hold_s` keeps back single keys, `idle_s` ends a fast burst,
    `stall_s` one that began with prefix or AIM id or will be terminated.
    """

    prefix: str = ""
    suffix: str = ""
    ends: str = "\r\n\t"
    terminated: bool = False
    substitutions: dict[str, str] = {}
    min_length: int = 4
    max_length: int = 4096
    median_gap_s: float = 0.025
    hold_s: float = 0.05
    idle_s: float = 0.06
    stall_s: float = 0.15

    def __post_init__(self) -> None:
        for text in (self.prefix, self.suffix, self.ends, *self.substitutions, *self.substitutions.values()):
            if any(ord(character) > 0xFF for character in text):
                raise ValueError(f"{text!r} is not made of bytes; write each byte as \\u0000 to \\u00ff")
        if "" in self.substitutions:
            raise ValueError("substitutions cannot stand for nothing; name what the scanner types")
        if not 0 < self.hold_s <= self.idle_s <= self.stall_s:
            raise ValueError("hold_s, idle_s and stall_s must be above zero and in this order")
        if not 0 < self.min_length <= self.max_length:
            raise ValueError("min_length must be above zero and not above max_length")

    @property
    def prefix_bytes(self) -> bytes:
        return self.prefix.encode("latin-1")


@dataclass(slots=True)
class Burst:
    """Bytes with the times they came at. `gaps` are those between keys, sorted: what an input method commits at once
    is one key."""

    raw: bytearray = field(default_factory=bytearray)
    times: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def add(self, byte: int, at: float) -> None:
        joined = byte >= 0x80 and bool(self.times) and self.times[-1] == at and self.raw[-1] >= 0x80
        if self.times and not joined:
            insort(self.gaps, at - self.times[-1])
        self.raw.append(byte)
        self.times.append(at)

    @property
    def median_gap(self) -> float:
        """0 for a single key."""
        middle = len(self.gaps) // 2
        if len(self.gaps) % 2:
            return self.gaps[middle]
        return (self.gaps[middle - 1] + self.gaps[middle]) / 2 if self.gaps else 0.0

    def arrivals(self) -> list[tuple[bytes, float]]:
        """The bytes, grouped as they came."""
        pairs = groupby(zip(self.times, self.raw, strict=True), key=lambda pair: pair[0])
        return [(bytes(byte for _, byte in group), at) for at, group in pairs]


def is_announced(raw: bytes | bytearray, rules: WedgeRules) -> bool:
    """Whether it begins as only a scan does, as far as it has come."""
    prefix = rules.prefix_bytes
    if prefix and (raw.startswith(prefix) or prefix.startswith(raw)):
        return True
    return AIM_ID.match(raw) is not None


def is_fast(burst: Burst, rules: WedgeRules) -> bool:
    return burst.median_gap < rules.median_gap_s


def is_typing(burst: Burst, rules: WedgeRules) -> bool:
    """Whether it is slow beyond doubt, so that its keys need not wait for the end (a key that is held down)."""
    return len(burst.gaps) >= rules.min_length - 1 and not is_fast(burst, rules) and not is_announced(burst.raw, rules)


def patience(burst: Burst, rules: WedgeRules) -> float:
    """How long after its last byte more of the burst may come."""
    if is_announced(burst.raw, rules):
        return rules.stall_s
    if not burst.gaps or not is_fast(burst, rules):
        return rules.hold_s
    return rules.stall_s if rules.terminated else rules.idle_s


def is_scan(burst: Burst, rules: WedgeRules, code_page: str, *, terminated: bool) -> bool:
    """Whether an ended burst came from a scanner.

    Without a terminator `min_length` characters must be ASCII: an input method commits a word of others at once.
    """
    if not is_fast(burst, rules) or (rules.prefix and not is_announced(burst.raw, rules)):
        return False
    plain = decode(KEY_SEQUENCE.sub(b"", _substituted(bytes(burst.raw), rules)), code_page)
    counted = plain if terminated else [character for character in plain if character.isascii()]
    return len(counted) >= rules.min_length


def code_of(burst: Burst, rules: WedgeRules, code_page: str) -> str:
    """The text of a scan: without prefix and suffix, with the control characters it stands for."""
    raw = bytes(burst.raw).removeprefix(rules.prefix_bytes).removesuffix(rules.suffix.encode("latin-1"))
    return decode(_substituted(raw, rules), code_page)


def _substituted(raw: bytes, rules: WedgeRules) -> bytes:
    if not rules.substitutions:
        return raw
    table = {sent.encode("latin-1"): meant.encode("latin-1") for sent, meant in rules.substitutions.items()}
    longest_first = sorted(table, key=len, reverse=True)
    return re.sub(b"|".join(map(re.escape, longest_first)), lambda found: table[found[0]], raw)
