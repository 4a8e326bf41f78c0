"""No file names the machine it was written on, or a package registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("scanner_client", "screens", "sync", "devices", "server_stub", "tests", "docs", "benchmarks", ".ci")
TEXT = {".py", ".toml", ".md", ".txt", ".csv", ".json", ".tcss", ".po", ".cfg", ".sh", ".play", ""}
# Written in parts, so that this file does not find itself.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"(?<![\w.$}/-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|Us" + r"ers|opt)/\w",
            r"(?<![\w.$}/-])/tmp/(?:v|try)\b",
            r"py" + r"pi\.(?:org|python)",
            r"python" + r"hosted\.org",
            r"index-" + r"url",
        ]
    )
)


def _files() -> Iterator[Path]:
    candidates = list(ROOT.iterdir()) + [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    for path in candidates:
        if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
            yield path


def forbidden_words(text: str) -> list[str]:
    return [
        f"{number}: {line.strip()[:100]}" for number, line in enumerate(text.splitlines(), 1) if FORBIDDEN.search(line)
    ]


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in _files()
        for line in forbidden_words(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", ["cd /wo" + "rk/main", "HOME=/ro" + "ot/x", "see https://py" + "pi.org/simple"])
def test_the_check_sees_a_forbidden_word(line: str) -> None:
    assert forbidden_words(line)


@pytest.mark.parametrize("line", ["run docs/work/flow.md", "POST /v1/sync", "$HOME/work/x", "#!/usr/bin/env bash"])
def test_the_check_lets_an_honest_line_pass(line: str) -> None:
    assert not forbidden_words(line)
