"""Frame files of play scripts: several frames in one, characters that may be any, and writing what was seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner_client.play.frames import fits, frame_in, put_frame, without_times

TWO = """[door]
A-03-02    take 3pcs
Scan loc>     *=menu

[night]
--------------------

> ##
"""


def test_a_file_holds_several_frames_by_name() -> None:
    assert frame_in(TWO, "door") == ["A-03-02    take 3pcs", "Scan loc>     *=menu"]
    assert frame_in(TWO, "night") == ["--------------------", "", "> ##"]
    assert frame_in(TWO, "day") is None
    assert frame_in("one\n\ntwo  \n\n") == ["one", "", "two"]


@pytest.mark.parametrize(
    ("wanted", "seen", "fit"),
    [
        (["OFF6?m"], ["OFF60m"], True),
        (["OFF6?m"], ["OFF6m"], False),
        (["OFF6?m"], ["OFF70m"], False),
        (["SHORT?"], ["SHORT?", "  ", ""], True),
        (["SHORT?", "more"], ["SHORT?"], False),
        (["a"], ["a", "b"], False),
    ],
)
def test_a_question_mark_stands_for_any_one_character(wanted: list[str], seen: list[str], fit: bool) -> None:
    assert fits(wanted, seen) is fit


@pytest.mark.parametrize(
    ("row", "written"),
    [
        ("离60分 待3       09:41", "离6?分 待3       ??:??"),
        ("离线5分 待3", "离线?分 待3"),
        ("OFF61m Q3", "OFF6?m Q3"),
        ("know 60pcs 42m ago", "know 60pcs 4?m ago"),
        ("知60箱 1时前", "知60箱 ?时前"),
        ("A-03-02    take 3pcs", "A-03-02    take 3pcs"),
        ("10:42存拿8箱A-03-02", "??:??存拿8箱A-03-02"),
    ],
)
def test_what_another_run_may_show_otherwise_is_written_as_any(row: str, written: str) -> None:
    assert without_times(row) == written
    assert fits([written], [row])


def test_writing_a_frame_leaves_the_other_frames_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "frames.txt"
    put_frame(file, "door", ["A  ", ""])
    put_frame(file, "night", ["B 10:15"])
    put_frame(file, "door", ["C"])
    assert file.read_text(encoding="utf-8") == "[door]\nC\n\n[night]\nB ??:??\n"
