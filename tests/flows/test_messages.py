"""A message of the office: between two lines, page by page, until it is acknowledged; once for each person (R47)."""

from __future__ import annotations

from typing import Any

import pytest
from inbound import receiver
from memory_terminal import MORNING, NAME, SITE, TALL, Picker, warehouse

from scanner_client.core.cells import width
from scanner_client.core.messages import pages, wrapped
from scanner_client.core.values import utc_text
from scanner_client.core.view import SIZES, Size, options_shown
from sync.wire.notices import MAX_MESSAGE_CHARS
from sync.wire.rows import Acknowledgement, Message, Operator, Row

SMALL = Size(20, 4)
TOWEL = "9520000123451"
LONG = "三号月台中午前关闭,请把货卸到五号月台,并通知主管。谢谢大家配合!今天下午两点开会。"


def message(id: str = "m1", **more: Any) -> Message:
    told: dict[str, Any] = {
        "text": "Dock 3 is closed until noon", "by": "office", "at": utc_text(MORNING - 60_000),
        "until": utc_text(MORNING + 3_600_000), **more,
    }  # fmt: skip
    return Message(site=SITE, id=id, **told)


def terminal(*rows: Row, size: Size = TALL, language: str = "en") -> Picker:
    wang = Operator(code="wang", badge="B-WANG", roles={SITE: ["picker"]}, language=language)
    return Picker([*warehouse(), wang, *rows], size, language)


def arrives(found: Picker, *rows: Row) -> Picker:
    found.store.live |= {(row.table, row.key): row for row in rows}
    found._took(found.runtime.look())
    return found


def read(found: Picker) -> list[tuple[str, str]]:
    return [(one.by, body.message) for _, one, body in found.store.operations if one.kind == "acknowledged"]


# --- acknowledging ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("how", ["enter", "CONFIRM"])
def test_it_stands_after_log_in_until_it_is_acknowledged(size: Size, how: str) -> None:
    found = terminal(message(), size=size).scan("B-WANG")
    assert (found.view.flow, found.view.question) == ("message", "message")
    assert "Dock 3 is closed" in found.view.text
    found.press("0", "f10", "f5", "0").scan("SO-1")
    assert (found.view.flow, read(found)) == ("message", [])
    found.press("enter")
    found = found.press("enter") if how == "enter" else found.scan("CONFIRM")
    assert (found.view.step, read(found), found.heard[-1]) == ("menu", [("wang", "m1")], "kept")


def test_an_enter_before_anybody_could_read_it_does_not_count() -> None:
    found = terminal(message()).scan("B-WANG").press("enter", pause=300)
    assert (found.view.flow, read(found), found.heard[-1]) == ("message", [], "refused")


def test_each_page_takes_a_while_to_be_read() -> None:
    found = terminal(message(text="It is said on page one, and the rest of it on page two"), size=SMALL).scan("B-WANG")
    found.press("enter").press("enter", pause=300)
    assert (found.view.flow, read(found)) == ("message", [])


def test_several_are_read_one_after_the_other_oldest_first() -> None:
    found = terminal(message("m2", text="second"), message("m1", at="2020-01-01T00:00:00Z", text="first"))
    assert "first" in found.scan("B-WANG").view.text
    assert "second" in found.press("enter").view.text
    assert (found.press("enter").view.step, read(found)) == ("menu", [("wang", "m1"), ("wang", "m2")])


# --- when -------------------------------------------------------------------------------------------------------------


def test_it_never_comes_within_a_line_and_comes_before_the_next_one() -> None:
    found = terminal().scan("B-WANG").press("1").scan("SO-1", "A-03-02", TOWEL)
    before = (found.view.flow, found.view.step, found.view.asked.count)
    assert (arrives(found, message()).view.flow, found.view.asked.count) == (before[0], before[2])
    found.scan(TOWEL, TOWEL)
    assert found.view.flow == "message"
    assert (found.press("enter").view.flow, found.view.step) == ("pick", "location")
    assert found.scan("A-03-04").view.step == "item"


def test_it_waits_while_goods_are_counted_in() -> None:
    found = receiver().scan("SOAP")
    assert (arrives(found, message()).view.flow, found.state.work.count) == ("receive", 1)


def test_it_waits_while_something_is_being_entered() -> None:
    found = terminal().scan("B-WANG").press("1").scan("SO-1").press("4")
    assert arrives(found, message()).view.step == "location"
    assert arrives(found.press("backspace")).view.flow == "message"


@pytest.mark.parametrize(
    ("row", "is_shown"),
    [
        (message(terminal=NAME), True),
        (message(terminal="T9"), False),
        (message(role="picker"), True),
        (message(role="receiver"), False),
        (message(withdrawn=True), False),
        (message(until=utc_text(MORNING)), False),
        (Message(site="S2", id="m", text="t", by="", at="", until="2099-01-01T00:00:00Z"), False),
    ],
)
def test_it_is_shown_to_those_it_is_for(row: Message, is_shown: bool) -> None:
    assert (terminal(row).scan("B-WANG").view.flow == "message") is is_shown


def test_each_person_reads_it_once_wherever_they_work() -> None:
    there = Acknowledgement(site=SITE, message="m1", by="wang", terminal="T9", at="2026-09-21T12:00:00Z")
    found = terminal(message(), there).scan("B-WANG")
    assert found.view.step == "menu"
    assert found.scan("B-LI").view.flow == "message"
    assert found.press("enter").scan("B-WANG").view.step == "menu"
    assert found.scan("B-LI").view.step == "menu"
    assert read(found) == [("li", "m1")]


def test_what_one_person_read_here_another_still_reads() -> None:
    found = terminal(message()).scan("B-LI").press("enter").scan("B-WANG")
    assert (found.view.flow, read(found)) == ("message", [("li", "m1")])


def test_nobody_is_shown_anything_before_logging_in() -> None:
    assert arrives(terminal(), message()).view.step == "badge"


def test_after_a_restart_it_is_read_from_its_first_page() -> None:
    found = terminal(message(text=LONG), size=SMALL).scan("B-WANG")
    before = found.view.text
    found.press("enter").restart()
    assert (found.view.text, read(found)) == (before, [])


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("text", [LONG, LONG * 5, "a" * 200, "word " * 40, "货" * 200, "混 mixed 中文 text " * 10, "x"])
def test_every_character_is_read_at_every_size(text: str, size: Size) -> None:
    text = text[:MAX_MESSAGE_CHARS]
    found, shown, count = terminal(message(text=text), size=size).scan("B-WANG"), "", 0
    while found.view.flow == "message":
        rows = pages(text.strip(), options_shown(size))[count]
        assert all(row in found.view.text for row in rows)
        assert all(width(row) == size.width for row in found.view.rows)
        shown, count = shown + "".join(rows), count + 1
        found.press("enter")
    assert shown.replace(" ", "") == text.replace(" ", "")
    assert read(found) == [("wang", "m1")]


def test_words_stay_whole_where_they_fit() -> None:
    assert wrapped("Dock 3 is closed until noon", 20) == ["Dock 3 is closed", "until noon"]
    assert wrapped("exactly twenty cells", 20) == ["exactly twenty cells"]


def test_what_a_terminal_would_carry_out_is_shown_as_a_blank() -> None:
    found = terminal(message(text="stop\x1b[2J\r\x07now\u202e!")).scan("B-WANG")
    assert "stop [2J now !" in found.view.text
