"""A disk that is full or read-only: nothing is confirmed, a person is told what to do, nothing is lost afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("small_disk.py")
SIZE = "300k"


@pytest.fixture
def on_small_disk(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Run a case of small_disk.py on a tmpfs that only it sees."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size={SIZE} tmpfs {disk}"
    if subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True, check=False).returncode:
        reason = "needs a mount namespace with a tmpfs, which takes root"
        if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
            pytest.fail(f"{reason}; it is required because CI is set", pytrace=False)
        pytest.skip(reason)

    def run(case: str) -> dict[str, Any]:
        program = f"{mount} && exec {sys.executable} {PROGRAM} {case} {disk}"
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        command = ["unshare", "-m", "sh", "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    return run


@pytest.mark.parametrize(
    ("case", "kind", "cure"),
    [("full", "disk_full", "free space"), ("read_only", "read_only", "make it writable")],
)
def test_what_cannot_be_kept_is_not_confirmed_and_nothing_kept_is_lost(
    on_small_disk: Callable[[str], dict[str, Any]], case: str, kind: str, cure: str
) -> None:
    report = on_small_disk(case)
    assert [refused.get("kind") for refused in report["refused"]] == [kind, kind]
    assert cure in report["refused"][0]["message"]
    after = [outcome["id"] for outcome in report["after"]]
    assert report["held"] == report["confirmed"] + after, "what was refused is not there; everything else is, once"
    assert report["differences"] == []
    assert report["confirmed"]
    assert report["offered"] == report["confirmed"], "what was kept can be handed over all the same"
