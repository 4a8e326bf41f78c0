"""The first minute as a table: each key in its turn, nothing out of turn, and every key in play."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner_client.demo.minute import PLAYING, STOPS, Act, Happened, act_of, advance, due

MINUTE = (
    ("space", Act.SCAN, {"lines": 1, "unsent": 1}),
    ("", None, {"unsent": 0}),
    ("x", Act.WRONG, {"refused": 1}),
    ("n", Act.CUT, {"cut": True}),
    ("space", Act.LINE, {"lines": 4, "unsent": 3}),
    ("b", Act.KILL, {"kills": 1}),
    ("n", Act.MEND, {"cut": False}),
    ("", None, {"unsent": 0, "conflicts": 1}),
    ("s", Act.CONFLICT, {"reading": True}),
    ("3", Act.ANSWER, {"answering": True}),
    ("space", Act.BADGE, {"decided": True, "unsent": 1}),
    ("", None, {"unsent": 0, "conflicts": 0}),
    ("space", Act.PUT_BACK, {"put_back": True, "unsent": 1}),
    ("", None, {"unsent": 0}),
    ("space", Act.CARD, {"card": True}),
)
"""Key, act, and what it brings about."""


def test_the_minute_is_walked_key_by_key() -> None:
    happened = Happened()
    for place, (key, act, brings) in enumerate(MINUTE):
        assert due(place) == key
        assert advance(place, happened)[0] == place, "nothing goes on before it has come about"
        if key:
            assert act_of(place, key, happened) is act
        happened = replace(happened, **brings)  # type: ignore[arg-type]
        assert advance(place, happened)[0] == place + 1
    assert len(MINUTE) == PLAYING
    assert [stop.step for stop in STOPS] == sorted(stop.step for stop in STOPS)


def test_the_steps_are_those_of_the_screen_contract() -> None:
    assert sorted({stop.step for stop in STOPS}) == [1, 2, 3, 4, 5, 6, 7]


def test_the_other_picker_follows_the_third_line_by_itself() -> None:
    assert advance(4, Happened(lines=3, cut=True)) == (4, None)
    assert advance(4, Happened(lines=4, cut=True)) == (5, Act.OTHER)


@pytest.mark.parametrize("place", range(PLAYING))
def test_in_the_minute_only_the_key_that_is_due_does_something(place: int) -> None:
    for key in ("space", "x", "n", "b", "s", "3", "c", "1", "enter"):
        assert (act_of(place, key, Happened()) is not None) == (key == due(place))
    assert act_of(place, "l", Happened()) is Act.LANGUAGE
    assert act_of(place, "Q", Happened()) is Act.END
    assert act_of(place, "ctrl+c", Happened()) is Act.END


def test_on_the_card_three_digits_choose() -> None:
    card = Happened(card=True)
    assert [act_of(PLAYING, key, card) for key in "1234"] == [Act.PLAY_ON, Act.YOUR_CSV, Act.SMALL, None]
    assert act_of(PLAYING, "space", card) is None


def test_in_play_every_key_does_what_it_says_and_the_rest_goes_to_the_terminal() -> None:
    playing = Happened()
    named = {"space": Act.SCAN, "x": Act.WRONG, "n": Act.CUT, "b": Act.KILL, "s": Act.CONFLICT, "c": Act.CODES}
    assert {key: act_of(PLAYING, key, playing) for key in named} == named
    assert act_of(PLAYING, "n", Happened(cut=True)) is Act.MEND
    assert {act_of(PLAYING, key, playing) for key in ("1", "*", "enter", "backspace")} == {Act.FORWARD}
    assert act_of(PLAYING, "1", playing, codes=True) is Act.CODE
