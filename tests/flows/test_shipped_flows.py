"""The engine is total over the shipped flows, and walks take every transition of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_terminal import (
    MESSAGE,
    MORNING,
    MemoryStore,
    MemoryTransaction,
    Picker,
    guarded,
    line,
    order,
    picker,
    warehouse,
)
from outages import chosen, supervising
from power_tools import DRILL, METER, pieces, tools
from supervised import conflict

from scanner_client.core import moves
from scanner_client.core.cells import width
from scanner_client.core.engine import step
from scanner_client.core.events import Event, Key, Resized, Scan
from scanner_client.core.flow import Transition
from scanner_client.core.rules import Context
from scanner_client.core.state import Panel, Place, Secrets, State, Work, read_state, state_bytes
from scanner_client.core.view import SIZES, Status, view
from scanner_client.facts import StoreFacts
from scanner_client.flows import shipped_flows, shipped_texts
from sync.wire.pins import Pin
from sync.wire.quantity import Quantity
from sync.wire.rows import Claim, Location, Request, Row, Task

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
    _walk_through_news()
    for what in ("outage", "dry_run"):
        chosen(supervising(), what)
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


def _walk_through_news() -> None:
    """A task that a decision opened is heard of on arrival, or standing there; the menu has it."""
    waiting = [put_back("t1"), put_back("t2")]
    Picker([*warehouse(), *waiting]).scan("B-WANG").press("4")
    Picker([*warehouse(), conflict(), request()]).scan("B-WANG").press("4")
    for there in ([], ["1"], ["1", "SO-1"], ["1", "SO-2", "A-03-04", "SOAP"]):
        for heard_on_arrival in (True, False):
            terminal = Picker(warehouse()).scan("B-WANG")
            for one in there[:-1]:
                terminal = terminal.press(one) if one in KEYS else terminal.scan(one)
            known = {(row.table, row.key): row for row in waiting}
            if heard_on_arrival:
                terminal.store.live |= known
            for one in there[-1:]:
                terminal = terminal.press(one) if one in KEYS else terminal.scan(one)
            terminal.store.live |= known
            terminal.runtime.look()
            assert terminal.state.told, there
            _walk_to_a_message(there, heard_on_arrival=heard_on_arrival)


def _walk_to_a_message(there: list[str], *, heard_on_arrival: bool) -> None:
    """A message of the office comes on arrival, or standing there."""
    Picker([*warehouse(), MESSAGE]).scan("B-WANG")
    terminal = Picker(warehouse()).scan("B-WANG")
    for one in there[:-1]:
        terminal = terminal.press(one) if one in KEYS else terminal.scan(one)
    if heard_on_arrival:
        terminal.store.live[(MESSAGE.table, MESSAGE.key)] = MESSAGE
    for one in there[-1:]:
        terminal = terminal.press(one) if one in KEYS else terminal.scan(one)
    terminal.store.live[(MESSAGE.table, MESSAGE.key)] = MESSAGE
    terminal.runtime.look()
    assert terminal.state.message, there


def request() -> Request:
    """What a second person is asked for."""
    return Request(site="S1", id="r1", terminal="T9", by="boss", at="", conflict="c1", answer="adjust")


def put_back(id: str) -> Task:
    return Task(site="S1", id=id, kind="put_back", item="SOAP", location="T-7", to="A-03-04", quantity=Quantity(1))


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
    boss = supervising()
    boss.store.live[(others[0].table, others[0].key)] = others[0]
    chosen(boss.press("9", "0"), "sharing")
    for between in (TO_SOAP[:-1], TO_SOAP):  # freed within a line, and between two
        terminal = picker().scan(*between)
        del terminal.store.live[(others[0].table, others[0].key)]
        terminal.runtime.look()
        terminal.scan(*TO_SOAP[len(between) :])
        assert terminal.state.notice is not None
        assert terminal.state.notice.reason == "news.freed"
    going = picker().scan(*TO_SOAP).press("*", "0", "0")
    going.press("0", "0", "0", "1").scan("B-WANG").press("0", "2")
