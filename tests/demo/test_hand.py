"""The hand scans what the view asks for, a neighbour when it errs, and knows which codes make sense."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from scanner_client.core.view import Asked, Size, View
from scanner_client.demo.hand import PIN, QUESTION_MS, Input, codes_now, deciding, putting_back, right, wrong
from scanner_client.demo.story import shipped_story

STORY = shipped_story()
TOWELS = Asked(
    order="SO-1042", task="t", location="A-03-02", item="H1001", lot="L2411", unit="box", wanted="8", confirm="A-03-02",
    codes=(("09520000123451", "strip", "1"), ("19520000123458", "box", "12")),
)  # fmt: skip
BARE = View(rows=(), size=Size(20, 16), language="en", flow="pick")


@pytest.mark.parametrize(
    ("step", "inputs"),
    [
        ("location", [Input(scan="A-03-02")]),
        ("item", [Input(scan="19520000123458")]),
        ("lot", [Input(scan="L2411")]),
        ("quantity", [Input(key="8"), Input(key="enter")]),
        ("order", [Input(scan="SO-1042")]),
    ],
)
def test_the_right_scan_is_what_the_step_asks_for(step: str, inputs: list[Input]) -> None:
    assert right(replace(BARE, step=step, asked=TOWELS), STORY, "WANG") == inputs


def test_few_units_are_scanned_each() -> None:
    two = replace(BARE, step="quantity", asked=replace(TOWELS, wanted="2"))
    assert right(two, STORY, "WANG") == [Input(scan="19520000123458")]


def test_a_question_is_answered_by_the_shelf_label_and_not_too_early() -> None:
    (one,) = right(replace(BARE, step="short", kind="confirm", asked=TOWELS), STORY, "WANG")
    assert one.scan == "A-03-02"
    assert one.after > 700
    assert one.said == {"scan": "A-03-02", "after": one.after}


def test_what_was_begun_is_cleared_first() -> None:
    assert (
        right(replace(BARE, step="location", entry="12", asked=TOWELS), STORY, "WANG") == [Input(key="backspace")] * 2
    )
    assert right(replace(BARE, step="location", menu=True, asked=TOWELS), STORY, "WANG") == [Input(key="esc")]


def test_logging_in_is_badge_pin_and_job() -> None:
    main = replace(BARE, flow="main")
    assert right(replace(main, step="badge"), STORY, "LI") == [Input(scan="EMP1002")]
    assert right(replace(main, step="new_pin"), STORY, "LI") == [*(Input(key=one) for one in PIN), Input(key="enter")]
    assert right(replace(main, step="menu", options=(("2", "pick", ""),)), STORY, "LI") == [Input(key="2")]
    assert right(replace(main, step="asking"), STORY, "LI") == []


def test_the_wrong_scan_is_always_a_neighbour() -> None:
    assert wrong(replace(BARE, asked=TOWELS), STORY).scan == "A-03-04"
    assert wrong(replace(BARE, asked=replace(TOWELS, location="A-03-04")), STORY).scan == "A-03-02"


def test_the_codes_begin_with_the_right_one_and_none_is_there_twice() -> None:
    codes = codes_now(replace(BARE, step="item", asked=TOWELS), STORY, "WANG")
    assert codes[0] == ("19520000123458", "code.right")
    assert {"A-03-02", "A-03-04", "L2411", "09520000123451"} <= {code for code, _ in codes}
    assert len({code for code, _ in codes}) == len(codes) <= 9


def test_the_story_is_minus_three() -> None:
    assert STORY.boxes_left == -3


def test_a_decision_is_signed_with_the_supervisors_badge_and_not_too_early() -> None:
    asked = replace(BARE, flow="decide", step="badge", kind="question")
    assert deciding(asked, STORY) == [Input(scan="EMP1002", after=QUESTION_MS)]
    assert deciding(replace(asked, step="pin", kind="pin"), STORY) == [
        *(Input(key=one) for one in PIN),
        Input(key="enter"),
    ]


@pytest.mark.parametrize(
    ("flow", "step", "inputs"),
    [
        ("pick", "location", [Input(key="*"), Input(key="0")]),
        ("main", "menu", [Input(key="3")]),
        ("tasks", "list", [Input(key="1")]),
        ("put_back", "item", [Input(scan="19520000123458")]),
        ("put_back", "to", [Input(scan="A-03-02")]),
    ],
)
def test_goods_are_put_back_from_wherever_the_picker_stands(flow: str, step: str, inputs: list[Input]) -> None:
    options = (("1", "pick", ""), ("3", "tasks", "")) if flow == "main" else ()
    assert putting_back(replace(BARE, flow=flow, step=step, asked=TOWELS, options=options), STORY) == inputs
