"""The checker refuses a text that is too long for one of the four sizes, in either language (X10, R77)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from scanner_client.core.flow import check_flow, read_flow
from scanner_client.core.flow.room import ROOMS, cells_of
from scanner_client.core.texts import LANGUAGES, Texts
from scanner_client.core.view import SIZES
from scanner_client.flows import shipped_words

FLOW = """
name = "planted"
version = 1
title = "planted.title"
start = "choose"

[[steps]]
id = "choose"
kind = "choice"
prompt = "planted.prompt"
help = "planted.help"
options = [{ value = "on", text = "planted.option" }]

[[steps.on]]
input = "chosen"
to = "pin"
say = "planted.note"

[[steps]]
id = "pin"
kind = "pin"
prompt = "planted.pin"

[[steps.on]]
input = "typed"
to = "@stay"
say = "refuse.planted"

[[steps.on]]
input = "back"
to = "@exit"
"""
NAMES = {role: "refuse.planted" if role == "refusal" else f"planted.{role}" for role in ROOMS}


def findings(texts: dict[str, dict[str, str]]) -> list[str]:
    words = shipped_words()
    known = {name: {"en": "Go", "zh_CN": "走"} for name in NAMES.values()} | texts
    words = replace(words, texts=Texts({**words.texts.table, **known}))
    return [str(finding) for finding in check_flow(read_flow(FLOW), words)]


def wide(cells: int, language: str) -> str:
    """A text of so many cells, in the script of the language as far as it comes out even."""
    return "x" * cells if language == "en" else "字" * (cells // 2) + "x" * (cells % 2)


def test_every_size_has_its_room() -> None:
    assert all(rooms.keys() == {str(size) for size in SIZES} for rooms in ROOMS.values())


def test_texts_that_fit_are_not_found() -> None:
    fitting = {
        NAMES[role]: {language: wide(min(rooms.values()), language) for language in LANGUAGES}
        for role, rooms in ROOMS.items()
    }
    assert findings(fitting) == []


@pytest.mark.parametrize("size", [str(size) for size in SIZES])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROOMS)
def test_a_text_too_long_for_a_size_is_refused_in_each_language(role: str, language: str, size: str) -> None:
    room = ROOMS[role][size]
    planted = {"en": "Go", "zh_CN": "走", language: wide(room + 1, language)}
    (found,) = findings({NAMES[role]: planted})
    assert f'the {role} "{NAMES[role]}" has {room + 1} cells in {language}' in found
    assert f"{room} fit at {size}" in found


def test_a_fact_in_a_text_has_four_cells() -> None:
    assert cells_of("not on PO:{name}") == 14
