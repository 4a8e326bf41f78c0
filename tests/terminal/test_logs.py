"""The terminal's log: one JSON object a line, and never in the way of the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner_client.logs import Log, log


def test_each_event_is_one_line_of_json(tmp_path: Path) -> None:
    file = tmp_path / "log" / "scanner.jsonl"
    opened = Log(file)
    log("opened", terminal="T1")
    log("unexpected", error=ValueError("two\nlines"))
    opened.close()
    log("after the end")
    first, second = [json.loads(line) for line in file.read_text().splitlines()]
    assert (first["level"], first["event"], first["terminal"]) == ("info", "opened", "T1")
    assert "two\nlines" in second["error"]
    assert file.parent.stat().st_mode & 0o077 == 0


def test_a_log_that_cannot_be_written_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    opened = Log(tmp_path / "log" / "scanner.jsonl")
    log("opened")
    opened.close()
    assert capfd.readouterr() == ("", "")
