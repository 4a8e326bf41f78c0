"""The terminal as a process: what a line of input may be, and how one that is none is answered."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from scanner_client.child import BadInput, main, size_named
from scanner_client.core.view import Size


def test_a_size_is_columns_by_rows() -> None:
    assert size_named("40x8") == Size(40, 8)


@pytest.mark.parametrize("text", ["40", "40x", "x8", "40*8", "19x4", "20x3", "-40x8"])
def test_what_is_no_size_or_too_small_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=re.escape(text)):
        size_named(text)


def test_a_home_without_a_terminal_is_told_in_one_sentence(tmp_path: object) -> None:
    done = CliRunner().invoke(main, ["--home", f"{tmp_path}/none"])
    assert (done.exit_code, "There is no terminal in" in done.output) == (2, True)
