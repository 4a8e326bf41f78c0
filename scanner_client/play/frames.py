"""Frames that a play script names: what a frame file says, whether a frame is that, and writing what was seen.

A file is one frame, or several, each under its name in brackets. A `?` in it stands for any one character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

ANY = "?"
"""Stands for any one character."""

_HEADING = re.compile(r"\[([a-z0-9 _-]+)\]")
_TIME = re.compile(r"(?<![0-9:])[0-2][0-9]:[0-5][0-9](?![0-9:])")
_AGE = re.compile(r"[0-9](?=m ago|h ago|分前|时前)")
_OFFLINE = re.compile(r"(?<=OFF)([0-9]*)[0-9](?=[mh])|(?<=离)([0-9]*)[0-9](?=[分时])|(?<=离线)([0-9]*)[0-9](?=[分时])")


def frame_in(text: str, name: str = "") -> list[str] | None:
    """The rows of the frame under this name, of the whole file without one; None where the file has no such name."""
    if not name:
        return _trimmed(text.splitlines())
    return _sections(text).get(name)


def fits(wanted: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether the frame is the wanted one, blanks at the ends of rows and rows at the end left out."""
    pairs = zip_longest(_trimmed(wanted), _trimmed(seen), fillvalue="")
    return all(_row_fits(row, there) for row, there in pairs)


def put_frame(file: Path, name: str, seen: Sequence[str]) -> None:
    """Write the frame into the file, under its name where it has one; the file's other frames stay."""
    rows = [without_times(row) for row in _trimmed(seen)]
    there = _sections(file.read_text(encoding="utf-8")) if name and file.exists() else {}
    frames = {**there, name: rows} if name else {"": rows}
    parts = ["\n".join([*([f"[{title}]"] if title else []), *_trimmed(part)]) for title, part in frames.items()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def without_times(row: str) -> str:
    """The row with what another run of the same script may show otherwise: times, and the last digit of ages."""
    row = _TIME.sub("??:??", row)
    row = _OFFLINE.sub(lambda found: "".join(filter(None, found.groups())) + ANY, row)
    return _AGE.sub(ANY, row)


def _row_fits(wanted: str, there: str) -> bool:
    return len(wanted) == len(there) and all(one in (ANY, other) for one, other in zip(wanted, there, strict=True))


def _sections(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows: list[str] = []
    for row in text.splitlines():
        heading = _HEADING.fullmatch(row.strip())
        if heading:
            rows = found.setdefault(heading[1], [])
        else:
            rows.append(row)
    return {name: _trimmed(rows) for name, rows in found.items()}


def _trimmed(rows: Sequence[str]) -> list[str]:
    kept = [row.rstrip() for row in rows]
    while kept and not kept[-1]:
        kept.pop()
    return kept
