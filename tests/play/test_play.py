"""Plays on the real program: a story from an empty ledger to settled stock, and how an unmet line ends a play."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner_client.core.texts import LANGUAGES
from scanner_client.core.view import SIZES, Size
from scanner_client.play import play

STORIES = Path(__file__).parent / "stories"
SHIFTS = sorted(STORIES.glob("*_shift.play"))
"""Played at every size and in both languages; each has frames of its own."""


def played(text: str, tmp_path: Path) -> int:
    script = tmp_path / "story.play"
    script.write_text(text, encoding="utf-8")
    return play(script, home=tmp_path / "homes", size="20x16", frames=None)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("story", sorted({*STORIES.glob("*.play")} - {*SHIFTS}), ids=lambda path: path.stem)
def test_a_story_plays_to_its_end(story: Path, tmp_path: Path) -> None:
    frames = tmp_path / "frames"
    assert play(story, home=tmp_path / "homes", size="20x16", frames=frames) == 0
    assert sorted(frames.glob("*.txt"))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("shift", SHIFTS, ids=lambda path: path.stem)
def test_a_whole_shift_shows_the_same_frames_and_leaves_the_same_stock(
    shift: Path, size: Size, language: str, tmp_path: Path
) -> None:
    """X7, X10. The frames are written anew by `scanner play SCRIPT --size … --lang … --rewrite-frames`."""
    assert play(shift, home=tmp_path / "homes", size=str(size), language=language, frames=None) == 0


def test_the_first_unmet_line_ends_the_play_and_shows_what_was_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert played("@ ledger --help\n= serve\n! serve\n= never judged\n", tmp_path) == 1
    said = capsys.readouterr().err
    assert "story.play:3: ! serve\na row shows 'serve'; seen was\n" in said
    assert "never judged" not in said


def test_a_ledger_command_that_fails_ends_the_play_unless_it_is_judged(tmp_path: Path) -> None:
    assert played("@ ledger stock\n= made of cheese\n", tmp_path) == 1
    assert played("@ ledger stock\n! made of cheese\n", tmp_path) == 0
    assert played("@ ledger stock\n@ ledger --help\n", tmp_path) == 1


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("@ crush\n", "line 1: no directive"),
        ("> A-03-02\n", "no terminal is selected"),
        ("= anything\n", "no terminal is selected"),
    ],
)
def test_a_play_that_cannot_be_played_says_why_in_one_sentence(
    script: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert played(script, tmp_path) == 2
    assert said in capsys.readouterr().err
