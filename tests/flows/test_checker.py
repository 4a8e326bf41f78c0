"""The checker: the shipped flows and texts pass it, and it finds planted mistakes by their line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scanner_client.core.cells import cells_known
from scanner_client.core.flow import FlowError, Words, check_flow, read_flow
from scanner_client.core.rules import EFFECTS, GUARDS
from scanner_client.core.texts import Texts, TextsError, read_texts
from scanner_client.flows import SHIPPED, flow_source, shipped_flows, shipped_texts, shipped_words

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_flow_has_no_finding(name: str) -> None:
    assert check_flow(shipped_flows()[name], shipped_words()) == []


PLANTED = [
    # what is replaced, by what, what the finding says
    ('when = ["task_location"]', 'when = ["task_locaton"]', 'no guard "task_locaton" (did you mean "task_location"?)'),
    ('do = ["offer_unit"]', 'do = ["offer_units"]', 'no effect "offer_units" (did you mean "offer_unit"?)'),
    ('prompt = "pick.scan_lot"', 'prompt = "pick.scan_lt"', 'no text "pick.scan_lt" (did you mean "pick.scan_lot"?)'),
    ('to = "finished"', 'to = "finish"', 'no step "finish" (did you mean "finished"?)'),
    ('to = "finished"', 'to = "order"', 'no input ever leads to the step "finished"'),
    ('shows = "quantity"', 'shows = "quantities"', 'no frame "quantities" (did you mean "quantity"?)'),
    ('input = "enter"', 'input = "entre"', 'no input "entre" (did you mean "enter"?)'),
    ('options_from = "open_orders"', 'options_from = "open_order"', 'no list "open_order"'),
    ('offers = ["wrong_lot"]', 'offers = ["wrong_log"]', 'no exception "wrong_log"'),
    ('start = "order"', 'start = "ordre"', 'starts at "ordre", which is no step (did you mean "order"?)'),
    ('do = ["accept_offer"]\nto = "@stay"', 'do = ["accept_offer"]\nto = "lot"', "route back to itself"),
    ('to = "@exit"', 'to = "@run:pik"', 'no flow "pik" (did you mean "pick"?)'),
]


@pytest.mark.parametrize(("right", "wrong", "said"), PLANTED, ids=[said for _, _, said in PLANTED])
def test_a_planted_mistake_is_found_with_its_line_and_the_nearest_word(right: str, wrong: str, said: str) -> None:
    """R77."""
    source = flow_source("pick").replace(right, wrong, 1)
    line = source[: source.index(wrong)].count("\n") + 1
    findings = check_flow(read_flow(source), shipped_words())
    found = [finding for finding in findings if said in finding.message]
    assert found, [str(finding) for finding in findings]
    assert all(abs(finding.line - line) <= 12 for finding in found if "did you mean" in said)


def test_a_step_without_an_exit_is_found() -> None:
    source = re.sub(r'\[\[steps.on\]\]\ninput = "(typed|confirm|location)"', '[[steps.on]]\ninput = "plate"', MINI)
    assert "has no exit" in str(check_flow(read_flow(MINI.replace('to = "b"', 'to = "a"')), shipped_words())[0])
    assert check_flow(read_flow(source), shipped_words()) == []


MINI = """
name = "mini"
version = 1
title = "pick.title"
start = "a"

[[steps]]
id = "a"
kind = "scan"
prompt = "pick.scan_item"

[[steps.on]]
input = "item"
to = "b"

[[steps]]
id = "b"
kind = "confirm"
prompt = "pick.confirm"

[[steps.on]]
input = "confirm"
to = "@exit"
"""


def test_a_confirmation_by_the_item_itself_is_found() -> None:
    """The screen contract's rule 7."""
    findings = check_flow(read_flow(MINI.replace('input = "confirm"', 'input = "item"')), shipped_words())
    assert 'a confirm step takes no "item"' in str(findings[0])


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ({"en": "Scan it"}, "missing in zh_CN"),
        ({"en": "Scan it", "zh_CN": "一二三四五六七八"}, "16 cells in zh_CN; 14 fit at 20x4"),
        ({"en": "Scan -> it …", "zh_CN": "扫"}, "width differs by terminal"),
    ],
)
def test_a_text_that_is_missing_too_wide_or_ambiguous_is_found(wording: dict[str, str], said: str) -> None:
    words = shipped_words()
    texts = Texts({**words.texts.table, "pick.scan_item": wording})
    known = Words(words.guards, words.effects, words.frames, words.wants, words.lists, texts, words.flows)
    assert any(said in finding.message for finding in check_flow(read_flow(MINI), known))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('kind = "scan"', 'kind = "scann"'), 'line 7: no step kind "scann" (did you mean "scan"?)'),
        (('id = "b"', 'id = "a"'), 'the step "a" stands twice'),
        (('prompt = "pick.confirm"', 'promt = "pick.confirm"'), 'no field "promt" (did you mean "prompt"?)'),
        (("version = 1", 'version = "1"'), '"version" must be a whole number'),
        (('to = "b"', "to = 3"), 'line 12: "to" is missing or no text'),
        (('start = "a"', "start = "), "not TOML"),
    ],
)
def test_a_flow_file_of_another_form_is_refused_by_line(change: tuple[str, str], said: str) -> None:
    with pytest.raises(FlowError, match=re.escape(said)):
        read_flow(MINI.replace(*change, 1))


def test_every_shipped_text_has_both_languages_and_only_cells_that_all_terminals_agree_on() -> None:
    wrong = [
        (name, language)
        for name, wording in shipped_texts().table.items()
        for language in ("en", "zh_CN")
        if not wording.get(language) or not cells_known(wording[language])
    ]
    assert wrong == []


def test_a_table_of_texts_says_which_text_is_wrong() -> None:
    with pytest.raises(TextsError, match=r"the text a\.b must have"):
        read_texts('[a]\nb = "x"')


@pytest.mark.parametrize("registry", [GUARDS, EFFECTS], ids=["guards", "effects"])
def test_every_guard_and_effect_is_described_for_flow_authors(registry: Mapping[str, Callable[..., object]]) -> None:
    """R77: what is not written down does not exist for who writes a flow."""
    told = set(re.findall(r"[a-z_]+", (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")))
    assert [name for name in registry if name not in told] == []
    assert [name for name, function in registry.items() if not function.__doc__] == []
