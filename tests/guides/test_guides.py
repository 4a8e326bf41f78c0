"""The guides say what the program does: the screen texts they quote are drawn while a section's scene is played.

A section of a guide has the scene of the same name in a script beside this file (`# == Name`, the English heading). In
English a screen's text stands in backticks, in Chinese in 「」.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import dropwhile, takewhile
from pathlib import Path

import pytest

from scanner_client.core.texts import LANGUAGES
from scanner_client.flows import shipped_texts
from scanner_client.play import play
from scanner_client.play.script import Command, PressKey, ScanCode, Select, Wait, read_script

HERE = Path(__file__).parent
GUIDES = HERE.parents[1] / "docs" / "guide"
NAMES = ("terminal", "picker", "receiver", "supervisor")
SIZE = "20x16"
QUOTED = {"en": re.compile("`([^`]+)`"), "zh_CN": re.compile("「([^」]+)」")}
PICTURE = re.compile(r"!\[[^]]+\]\(([^)]+)\)")
OTHER_SCENES = {"terminal": ("terminal-live",)}
"""Scripts of a guide beside the one of its name."""

NOT_PLAYED = ("alert.store", "alert.store_cure", "mark.held", "mark.refused", "mark.quarantined")
"""Texts that no script can bring up: a disk that fails, and what only strange operations become."""


def guide(name: str, language: str) -> str:
    suffix = "" if language == "en" else f".{language}"
    return (GUIDES / f"{name}{suffix}.md").read_text(encoding="utf-8")


def sections(text: str) -> list[tuple[str, str]]:
    """Heading and text of each section."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def scene_starts(script: Path) -> list[tuple[int, str]]:
    """Line and name of each scene."""
    lines = script.read_text(encoding="utf-8").splitlines()
    return [(number, line.removeprefix("# == ")) for number, line in enumerate(lines, 1) if line.startswith("# == ")]


def plain(text: str) -> str:
    """Without the blanks that keep columns apart."""
    return re.sub(r"\s+", " ", text)


def shown_lines(script: Path, language: str) -> list[int]:
    """The line of the script for each frame that its play writes."""
    steps = read_script(script.read_text(encoding="utf-8"), {"language": language, "size": SIZE})
    on_stage = dropwhile(lambda step: not isinstance(step.what, Select), steps)
    return [step.line for step in on_stage if isinstance(step.what, Select | ScanCode | PressKey | Command | Wait)]


def drawn(name: str, language: str, folder: Path) -> dict[str, str]:
    """The frames of each scene of a guide's scripts, joined. A scene shows the frame it begins with, too."""
    seen: defaultdict[str, str] = defaultdict(str)
    for script in (name, *OTHER_SCENES.get(name, ())):
        frames = folder / script / "frames"
        path = HERE / f"{script}.play"
        assert play(path, home=folder / script / "homes", size=SIZE, language=language, frames=frames) == 0
        starts = scene_starts(path)
        before = last = ""
        for line, frame in zip(shown_lines(path, language), sorted(frames.glob("*.txt")), strict=True):
            shown = plain(frame.read_text(encoding="utf-8"))
            for title in [title for start, title in starts if start <= line][-1:]:
                seen[title] += shown if title == last else before + shown
                last = title
            before = shown
    return seen


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_what_a_guide_quotes_is_on_the_screen_in_the_scene_of_its_section(
    name: str, language: str, tmp_path: Path
) -> None:
    seen = drawn(name, language, tmp_path)
    texts = shipped_texts()
    unplayed = {texts.text(one, language) for one in NOT_PLAYED}
    titles = [title for title, _ in sections(guide(name, "en"))]
    missing = [
        f"{title}: {quote}"
        for title, (_, text) in zip(titles, sections(guide(name, language)), strict=True)
        for quote in QUOTED[language].findall(text)
        if plain(quote) not in seen[title] and quote not in unplayed
    ]
    assert not missing


@pytest.mark.parametrize("name", NAMES)
def test_every_section_of_a_guide_has_its_scene(name: str) -> None:
    scripts = [HERE / f"{script}.play" for script in (name, *OTHER_SCENES.get(name, ()))]
    scenes = {title for script in scripts for _, title in scene_starts(script)}
    silent = {"Hear the beeps"}
    assert {title for title, _ in sections(guide(name, "en"))} - silent == scenes


def shape(text: str) -> list[str]:
    """What a page is built of, without its words: headings, lists, tables, pictures, keys."""
    return [
        "".join(takewhile(lambda one: one in "#-|", line.lstrip()))
        or ("1." if re.match(r"\d+\. ", line) else "")
        or (PICTURE.search(line) and "picture")
        or ""
        for line in text.splitlines()
        if re.match(r"\s*(#|- |\||\d+\. |!\[)", line)
    ]


def keys(text: str) -> list[str]:
    return re.findall(r"<kbd>(.)</kbd>", text)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_of_a_guide_have_the_same_structure(name: str) -> None:
    english, chinese = guide(name, "en"), guide(name, "zh_CN")
    assert shape(english) == shape(chinese)
    assert [keys(text) for _, text in sections(english)] == [keys(text) for _, text in sections(chinese)]
    assert [path.replace("-en.", "-zh_CN.") for path in PICTURE.findall(english)] == PICTURE.findall(chinese)


def test_no_picture_is_kept_that_no_page_shows() -> None:
    root = GUIDES.parents[1]
    pages = "".join(page.read_text(encoding="utf-8") for page in [root / "README.md", *(root / "docs").rglob("*.md")])
    assert [file.name for file in sorted((root / "docs" / "images").iterdir()) if file.name not in pages] == []


@pytest.mark.parametrize("page", sorted({*GUIDES.glob("*.md"), GUIDES.parents[1] / "README.md"}), ids=lambda p: p.name)
def test_every_picture_and_page_that_is_linked_is_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_explains_every_mark_of_the_queue(language: str) -> None:
    texts, (opened, closed) = shipped_texts(), ("``" if language == "en" else "「」")
    marks = ("kept", "sent", "accepted", "conflict", "held", "refused", "quarantined")
    rows = guide("terminal", language)
    assert [mark for mark in marks if f"| {opened}{texts.text(f'mark.{mark}', language)}{closed} |" not in rows] == []
