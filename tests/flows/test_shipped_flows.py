"""The shipped flows pass the checker, the checker finds planted mistakes, and the engine is total over both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_terminal import MORNING, MemoryStore, MemoryTransaction, Picker, guarded, line, order, picker, warehouse
from power_tools import DRILL, METER, pieces, tools

from scanner_client.core import moves
from scanner_client.core.cells import cells_known, width
from scanner_client.core.engine import step
from scanner_client.core.events import Event, Key, Resized, Scan
from scanner_client.core.flow import FlowError, Transition, Words, check_flow, read_flow
from scanner_client.core.rules import EFFECTS, GUARDS, Context
from scanner_client.core.state import Panel, Place, Secrets, State, Work, read_state, state_bytes
from scanner_client.core.texts import Texts, TextsError, read_texts
from scanner_client.core.view import SIZES, Status, view
from scanner_client.facts import StoreFacts
from scanner_client.flows import SHIPPED, flow_source, shipped_flows, shipped_texts, shipped_words
from sync.wire.pins import Pin
from sync.wire.rows import Claim, Location, Row

ROOT = Path(__file__).resolve().parents[2]
CODES = ["A-03-02", "A-03-04", "B-01-01", "T-7", "9520000123451", "19520000123458", "9521234543213", "SOAP", "L1",
         "L2", "OLD", "SO-1", "SO-2", "SO-3", "B-WANG", "B-LI", "CONFIRM", "CMD:short", "CMD:back", "?", "]C1",
         ""]  # fmt: skip
KEYS = [*"0123456789*-a.", "enter", "backspace", "esc", "space", "up", "down", "f1", "f4", "f10", "１", "ß", ""]

EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Scan, st.one_of(st.sampled_from(CODES), st.text(max_size=30))),
    st.builds(Key, st.one_of(st.sampled_from(KEYS), st.text(max_size=3))),
    st.builds(Resized, st.integers(0, 9)),
)
PLACES = [Place(flow.name, id) for flow in shipped_flows().values() for id in flow.steps]
TASKS = ["", "SO-1/1", "SO-1/2", "SO-1/3", "SO-2/1", "gone"]
WORKS = st.builds(
    Work,
    order=st.sampled_from(["", "SO-1", "SO-2", "SO-3", "gone"]),
    task=st.sampled_from(TASKS),
    lot=st.sampled_from(["", "L1", "L2"]),
    count=st.integers(0, 30),
    offered=st.integers(-1, 60),
    damaged=st.integers(0, 3),
    skipped=st.lists(st.sampled_from(TASKS), max_size=2).map(tuple),
    wrong_checks=st.integers(0, 4),
)

PANELS = st.none() | st.builds(
    Panel, shows=st.sampled_from(["queue", "conflicts", "conflict", "alerts"]), first=st.integers(0, 9)
)


@st.composite
def states(draw: st.DrawFn) -> State:
    place = draw(st.sampled_from([*PLACES, Place("pick", "gone"), Place("gone", "x")]))
    return State(
        flow=place.flow, step=place.step, stack=tuple(draw(st.lists(st.sampled_from(PLACES), max_size=2))),
        came_from=draw(st.sampled_from(["", "item", "quantity", "gone"])), menu=draw(st.booleans()),
        operator=draw(st.sampled_from(["", "wang", "zhou"])), begun=draw(st.sampled_from(["", "SO-1"])),
        entry=draw(st.sampled_from(["", "12", "0302"])), help=draw(st.booleans()), work=draw(WORKS),
        language=draw(st.sampled_from(["", "zh_CN"])), panel=draw(PANELS),
        candidate=draw(st.sampled_from(["", "wang"])), secrets=Secrets(entry=draw(st.sampled_from(["", "246"]))),
    )  # fmt: skip


def facts() -> StoreFacts:
    """SO-1 is Wang's, SO-2 somebody else's."""
    claims = [
        Claim(site="S1", order=order, by=by, terminal="T9", since="2026-09-21T12:40:00Z")
        for order, by in (("SO-1", "wang"), ("SO-2", "li"))
    ]
    return StoreFacts(MemoryTransaction(MemoryStore([*warehouse(), *claims])))


# --- totality ---------------------------------------------------------------------------------------------------------


@given(states(), EVENTS)
@settings(max_examples=400)
def test_every_step_answers_every_event_with_a_state_that_can_be_kept_and_shown(state: State, event: Event) -> None:
    known = facts()
    after, _ = step(shipped_flows(), state, event, known)
    assert after.step in shipped_flows()[after.flow].steps
    assert read_state(state_bytes(after)) == msgspec.structs.replace(after, secrets=Secrets())
    for size in SIZES:
        seen = view(after, shipped_flows(), known, Status(now=MORNING), size, "en", shipped_texts())
        assert [width(row) for row in seen.rows] == [size.width] * size.height


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.flow}.{place.step}")
@pytest.mark.parametrize("event", [Scan("A-03-02"), Key("1"), Key("enter"), Key("*"), Resized(3)], ids=repr)
def test_no_step_kind_lets_an_event_kind_fail(place: Place, event: Event) -> None:
    after, _ = step(shipped_flows(), State(flow=place.flow, step=place.step), event, facts())
    assert isinstance(after, State)


@given(st.lists(st.one_of(st.sampled_from(CODES), st.sampled_from(KEYS)), max_size=60))
@settings(max_examples=100)
def test_a_random_walk_keeps_no_more_than_it_says_and_survives_a_restart_anywhere(inputs: list[str]) -> None:
    terminal = picker()
    for one in inputs:
        terminal = terminal.scan(one) if one in CODES else terminal.press(one)
    assert terminal.restart().view == terminal.view
    kept = [body for kind, body in terminal.kept if kind == "picked"]
    assert all(body.quantity.units > 0 for body in kept)


TOWEL, TEA = "9520000123451", "9521234543213"
TO_SOAP, TO_TEA = ["A-03-02", TOWEL, TOWEL, TOWEL], ["A-03-04", "SOAP"]
LOTTED = [*TO_SOAP, *TO_TEA, "B-01-01", TEA]
WALKS = [
    # all of SO-1, one too many of its first line, then the next order
    [*TO_SOAP, TOWEL, "A-03-02", *TO_TEA, "B-01-01", TEA, "L1", TEA, "SO-2", "A-03-04", "SOAP", "enter", "*", "0"],
    [
        *TO_SOAP,
        TOWEL,
        "CONFIRM",
        *TO_TEA,
        "T-7",
        "B-01-01",
        "T-7",
        TEA,
        "*",
        "0",
        TEA,
        "L1",
        TEA,
        "T-7",
        "*",
        "0",
        "T-7",
    ],
    [*TO_SOAP, TOWEL, "*", "0", "1", "1", "enter", "1", "2", "enter", "1", "3", "enter"],
    [*TO_SOAP, "4", "7", "enter", "SOAP"],
    ["A-03-02", "*", "0"],
    # short, empty, damaged: from each step, by label and by code, and taken back
    ["*", "1", "A-03-02", "*", "5", "A-03-02", "*", "1", "*", "0", "*", "1", "CONFIRM", "*", "5", "CONFIRM"],
    ["*", "6", "A-03-02", "*", "6", "CONFIRM", "*", "5", "*", "0"],
    [
        "*",
        "2",
        "1",
        "enter",
        "A-03-02",
        "*",
        "2",
        "1",
        "enter",
        "CONFIRM",
        "*",
        "2",
        "*",
        "0",
        "*",
        "2",
        "1",
        "enter",
        "*",
        "0",
    ],
    ["A-03-02", "*", "1", "CONFIRM", "A-03-04", "*", "5", "CONFIRM"],
    ["A-03-02", "*", "6", "CONFIRM", "A-03-04", "*", "2", "*", "0", "*", "3"],
    ["A-03-02", TOWEL, "*", "1", "CONFIRM"],
    ["A-03-02", TOWEL, "*", "6", "CONFIRM"],
    ["A-03-02", TOWEL, "*", "2", "*", "0", "*", "5"],
    ["A-03-02", TOWEL, "*", "3"],
    # above order and above stock
    ["A-03-02", TOWEL, "9", "9", "enter", "CONFIRM", "CONFIRM"],
    ["A-03-02", TOWEL, "9", "9", "enter", "A-03-02", "A-03-02"],
    ["A-03-02", TOWEL, "9", "9", "enter", "A-03-02", "*", "0", "0", "enter", "*", "0"],
    ["A-03-02", TOWEL, "9", "enter", "*", "0"],
    # lots
    [*LOTTED, "*", "4", "L2", TEA],
    [*LOTTED, "L1", "*", "4", "*", "0", "*", "4", "L2"],
    [*LOTTED, "*", "1", "CONFIRM"],
    [*LOTTED, "*", "2", "*", "0", "*", "3"],
    [*LOTTED, "*", "6", "CONFIRM", "*", "5", "A-03-02", "B-01-01"],
    [*TO_SOAP, *TO_TEA, "*", "4", "L2", "B-01-01", "*", "4", "L1", TEA, TEA],
    # over to the menu and off
    ["*", "0", "*", "0", "B-LI", "*", "0", "1", "B-WANG", "1", "1"],
    ["*", "0", "0", "2", "0", "3"],
]


def test_walks_take_every_transition_of_the_shipped_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transition coverage, from the same value that the engine runs."""
    taken: set[tuple[str, int]] = set()
    fitting = moves.fitting

    def noting(c: Context) -> Transition | str:
        answer = fitting(c)
        if isinstance(answer, Transition):
            taken.add((c.flow.name, answer.line))
        return answer

    monkeypatch.setattr(moves, "fitting", noting)
    for walk in WALKS:
        terminal = picker()
        for one in walk:
            terminal = terminal.scan(one) if one in CODES and one else terminal.press(one)
    terminal = picker()
    finished = terminal.store.live[("task", "S1\x1fSO-1/1")]
    terminal.store.live[("task", finished.key)] = msgspec.structs.replace(finished, state="done")
    terminal.scan("A-03-02")
    _walk_through_log_in()
    _walk_through_claims()
    _walk_through_pieces()
    _walk_to_a_blocked_location()
    picker([*warehouse(), *line(4, "TOWEL", "A-03-02", 24, order="SO-2", unit="box")]).press("*", "0").scan(
        "SO-2", "A-03-04", "SOAP", "A-03-02", TOWEL, "CONFIRM"
    )
    there_are = {
        (flow.name, way.line)
        for flow in shipped_flows().values()
        if flow.name in ("main", "pick")
        for step in flow.steps.values()
        for way in step.transitions
    }
    assert sorted(there_are - taken) == []


def _walk_to_a_blocked_location() -> None:
    rows = [row for row in warehouse() if row.key != "S1\x1fA-03-04"]
    terminal = picker([*rows, Location(site="S1", code="A-03-04", walk=2, check="47", blocked=True)])
    terminal.press("*", "3").scan("A-03-04").type("47")
    assert (terminal.view.error, terminal.view.step) == ("refuse.location_blocked", "location")


def _walk_through_pieces() -> None:
    """Serial numbers scanned and typed, one too many, above stock, damaged from each step, short, another lot."""
    rows = [
        *tools(),
        order("SO-8"),
        *line(1, "METER", "A-03-02", 5, order="SO-8"),
        *pieces("METER", "A-03-02", "M", lot="M1"),
    ]
    few = [row for row in rows if getattr(row, "serial", "") not in ("S2", "S3", "S4", "S5")]

    def standing(order: str, known: list[Row] = rows) -> Picker:
        return Picker(known).scan("B-WANG").press("1").scan(order, "A-03-02")

    standing("SO-9").scan(DRILL, "S1").type("S2").scan("S3", "]C1010952000012370321S4", "CONFIRM")
    standing("SO-9").scan(DRILL).press("*", "0").scan("A-03-02", DRILL, "S1").press("*", "5").scan(DRILL, "S1").press(
        "*", "3"
    )
    standing("SO-9", few).scan(DRILL, "S1", "S2", "CONFIRM", "S3")
    standing("SO-9", few).scan(DRILL, "S1", "S2", "A-03-02", "S3")
    shrunk = standing("SO-9").scan(DRILL, "S1", "S2")
    changed = line(1, "DRILL", "A-03-02", 1, order="SO-9")
    shrunk.store.live |= {(row.table, row.key): row for row in changed}
    assert shrunk.scan("S3").view.question == "over_order"
    damaged = (
        standing("SO-9").press("*", "2").scan("S1", "CONFIRM").scan(DRILL).press("*", "2").type("S2").scan("A-03-02")
    )
    damaged.press("*", "2", "*", "0", "*", "1").scan("CONFIRM").press("*", "5").scan("CONFIRM").press(
        "*", "2", "*", "0"
    )
    standing("SO-9").scan(DRILL).press("*", "6").scan("CONFIRM")
    standing("SO-8").scan(METER).press("*", "2", "*", "0").scan("M1", "M").press("*", "4", "*", "0")


def _walk_through_log_in() -> None:
    terminal = guarded().scan("B-WANG").type("1").type("1234").type("2468").scan("B-WANG").press("*").scan("B-LI")
    terminal.type("1").type("1357").type("7531").type("1357").type("1357").answer("kept").scan("B-LI").press("*")
    for answer in ("refused", "unreachable"):
        terminal.scan("B-LI").type("1357").type("1357").answer(answer)
    terminal.store.pins["li"] = Pin(operator="li", by_code=True)
    for entries in ([], ["0123456789"], ["0123456789", "1357"], ["0123456789", "1357", "1357"]):
        terminal.scan("B-LI")
        for typed in entries:
            terminal.type(typed)
        terminal.press("*")
    terminal.scan("B-WANG")
    for _ in range(6):
        terminal.type("9999")


def _walk_through_claims() -> None:
    """Questions about work that others have, between lines too; and what becomes of open work at log off."""
    others = [Claim(site="S1", order=order, by="li", terminal="T9") for order in ("SO-1", "SO-2")]
    for answer in ("1", "0"):
        Picker([*warehouse(), *others]).scan("B-WANG").press("1").scan("SO-2").press(answer, "1")
    Picker([*warehouse(), *others]).scan("B-WANG").press("1", "2").scan("CONFIRM", "A-03-04", "SOAP", "SO-1")
    for between in (["A-03-02"], ["A-03-02", TOWEL, TOWEL, TOWEL], [*TO_SOAP, "4", "7", "enter"]):
        terminal = picker()
        for one in between[:-1]:
            terminal = terminal.scan(one) if one in CODES else terminal.press(one)
        terminal.store.live[(others[0].table, others[0].key)] = others[0]
        terminal = terminal.scan(between[-1]) if between[-1] in CODES else terminal.press(between[-1])
        assert terminal.view.step == "taken"
    going = picker().scan(*TO_SOAP).press("*", "0", "0")
    going.press("0", "0", "0", "1").scan("B-WANG").press("0", "2")


# --- the checker ------------------------------------------------------------------------------------------------------


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
