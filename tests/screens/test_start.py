"""The way into the program: what opens a window by itself, and what is left to the command line."""

from __future__ import annotations

import pytest

from scanner_client.start import language_of, window_options


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["run"], {}),
        (["run", "--home", "x"], {"--home": "x"}),
        (["run", "--home=x", "--lang", "zh_CN"], {"--home": "x", "--lang": "zh_CN"}),
        (["run", "--home", "a=b"], {"--home": "a=b"}),
        (["run", "--home=a=b"], {"--home": "a=b"}),
    ],
)
def test_a_window_is_opened_for_what_is_understood(words: list[str], options: dict[str, str]) -> None:
    assert window_options(words) == options


@pytest.mark.parametrize(
    "words",
    [
        [], ["status"], ["--version"], ["run", "--help"], ["run", "--headless"], ["run", "--home"], ["run", "--home="],
        ["run", "--lang", "fr"], ["run", "--home", "x", "--headless"], ["run", "x"], ["run", "--size", "x"],
    ],
)  # fmt: skip
def test_everything_else_is_left_to_the_command_line(words: list[str]) -> None:
    assert window_options(words) is None


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh_CN.UTF-8", "zh_CN"), ("zh_TW", "zh_CN"), ("de_DE.UTF-8", "en"), ("", "en"), ("C", "en")],
)
def test_the_systems_language_is_spoken_where_it_is_known(locale: str, language: str) -> None:
    assert language_of(locale) == language
