"""The threat model names a test for each attack: one that is gone, or renamed, defends nothing."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
MODULE = re.compile(r"`((?:server_stub|scanner_client|sync)/[\w/]+\.py)`")


@cache
def _tests_in(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    found = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {one.name for one in found if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def _missing(text: str) -> list[str]:
    """Tests and modules that the text names and that are not there, and lines of attacks without a test."""
    tests = [f"{file}::{name}" for file, name in NAMED.findall(text) if name not in _tests_in(ROOT / file)]
    modules = [name for name in MODULE.findall(text) if not (ROOT / name).is_file()]
    attacks = text.partition("## Attacks")[2].partition("## ")[0]
    rows = [line for line in attacks.splitlines() if line.startswith("|")][2:]
    return [*tests, *modules, *(row for row in rows if not NAMED.search(row))]


def test_every_attack_is_tried_by_a_test_that_exists() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    assert len(NAMED.findall(text)) > 30
    assert _missing(text) == []


def test_the_check_sees_a_test_that_is_gone() -> None:
    gone = "`tests/api/test_pins.py::test_gone`, `server_stub/gone.py`"
    text = f"{gone}\n## Attacks\n| attack | test |\n|---|---|\n| a trick | none |\n"
    assert _missing(text) == ["tests/api/test_pins.py::test_gone", "server_stub/gone.py", "| a trick | none |"]
