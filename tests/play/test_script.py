"""The language of play scripts: every line is one instruction, and a wrong line is named before anything runs."""

from __future__ import annotations

import re

import pytest

from scanner_client.play.script import (
    Command,
    HasStock,
    Ledger,
    Pace,
    PressKey,
    ScanCode,
    ScriptError,
    Select,
    Shows,
    ShowsFrame,
    Wait,
    What,
    read_script,
)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("@ terminal WANG 20x16 zh_CN", Select("WANG", "20x16", "zh_CN")),
        ("@ terminal WANG", Select("WANG")),
        ("@ terminal WANG en", Select("WANG", "", "en")),
        (r"> ]C10109521234543213\x1d10AB", ScanCode("]C10109521234543213\x1d10AB")),
        (r"> a\\x1db\u001d", ScanCode("a\\x1db\x1d")),
        (">  two blanks ", ScanCode(" two blanks ")),
        (": enter", PressKey("enter")),
        (": F10", PressKey("f10")),
        (": *", PressKey("*")),
        (": 7", PressKey("7")),
        ("= 去  A-03-02", Shows("去  A-03-02")),
        ("= frames are shown", Shows("frames are shown")),
        ("= stock of nothing", Shows("stock of nothing")),
        ("! 未记账", Shows("未记账", absent=True)),
        ("= frame door.txt", ShowsFrame("door.txt")),
        ("= frame door.txt at night", ShowsFrame("door.txt", "at night")),
        ("= stock end.csv", HasStock("end.csv")),
        ('@ ledger stock --item "A B"', Ledger(("stock", "--item", "A B"))),
        ("@ offline", Command("offline")),
        ("@ settle", Command("settle")),
        ("@ crash", Command("crash")),
        ("@ wait 90s", Wait(90)),
        ("@ wait 2 m", Wait(120)),
        ("@ pace 100ms", Pace(100)),
    ],
)
def test_a_line_is_one_instruction(line: str, what: What) -> None:
    (instruction,) = read_script(f"# comment\n\n  {line}\n" if not line.startswith(">") else f"# comment\n\n{line}\n")
    assert (instruction.line, instruction.what) == (3, what)


def test_several_keys_on_a_line_are_pressed_one_after_the_other() -> None:
    assert [one.what for one in read_script(": 1 2 enter")] == [PressKey("1"), PressKey("2"), PressKey("enter")]


def test_directives_and_judgements_may_name_what_the_play_was_started_with() -> None:
    script = "@ ledger import-folder {language}\n> {size}\n= frame {size}.txt {language}\n"
    whats = [one.what for one in read_script(script, {"size": "20x4", "language": "en"})]
    assert whats == [Ledger(("import-folder", "en")), ScanCode("{size}"), ShowsFrame("20x4.txt", "en")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scan A", "line 1: 'scan' begins no instruction"),
        ("@ crush", 'no directive @ crush (did you mean "crash"?)'),
        (": entre", "no key 'entre' (did you mean \"enter\"?)"),
        (":", "a key is missing"),
        ("=", "a text is missing"),
        ("!", "a text is missing"),
        ("@ wait soon", "a time such as 90s"),
        ("@ terminal", "needs a name"),
        ("@ terminal WANG big", "'big' is neither a size"),
        ("@ sync now", "takes nothing"),
        ('@ ledger add "x', "cannot be split"),
    ],
)
def test_a_line_that_is_no_instruction_is_named(line: str, said: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(said)):
        read_script(line)
