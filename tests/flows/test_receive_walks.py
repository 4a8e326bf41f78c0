"""Walks that take every transition of receiving and of looking things up, and random ones that keep nothing untold."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inbound import BOX, TEA, TEA_L9, TOWEL, inbound, receipt_line, receiver
from memory_terminal import MESSAGE, SITE, Picker
from power_tools import DRILL, METER, WITH_S1, tools

from scanner_client.core import moves
from scanner_client.core.flow import Transition
from scanner_client.core.rules import Context
from scanner_client.flows import shipped_flows
from sync.wire.bodies import Received
from sync.wire.quantity import Quantity
from sync.wire.rows import Claim, Row, Task

UNKNOWN, DATE, PAST = "4006381333931", "]C117280131", "]C117200131"
CODES = [
    TOWEL, BOX, TEA, TEA_L9, UNKNOWN, DATE, PAST, "SOAP", "L1", "L9", "OLD", "IN-1", "IN-2", "DOCK-1", "A-03-02",
    "PO-1", "PO-2", "PO-3", "SO-1", "B-LI", "CONFIRM", "CMD:short", "?", "]C1",
]  # fmt: skip
KEYS = [*"0123456789*", "enter", "backspace"]
ALL_IN = ["SOAP", "IN-1", BOX, BOX, "IN-1", TEA_L9, "6", "enter", "IN-1"]
WALKS = [
    # the order by scan and by number, and back
    ["PO-2", "*", "0", "1", "*", "0", "0"],
    # everything, one too many at the end, undone by label and by code, the next order by scan and by Enter
    ["PO-1", *ALL_IN, "SOAP", "CONFIRM", "IN-1", "*", "5", "IN-1", "PO-2"],
    ["PO-1", *ALL_IN, "*", "5", "CONFIRM", "*", "5", "*", "0", TEA_L9, "6", "enter", "IN-1", "PO-2", "*", "0"],
    ["PO-1", *ALL_IN, "enter", "PO-2"],
    ["PO-1", *ALL_IN, "*", "0"],
    # lot and date, in every order, by scan and by hand
    ["PO-1", TEA, "L9", DATE, "IN-1", TEA, DATE, "7", "7", "enter", "*", "5"],
    ["PO-1", TEA, "L9", *"280131", "enter", "*", "5", TEA, "*", "0", TEA, "L9", "*", "0"],
    # the count: once more, typed, none, put back
    ["PO-1", BOX, BOX, "*", "0", "0", "enter", "*", "0"],
    ["PO-1", "SOAP", "SOAP", "IN-1", "SOAP", "IN-1", "SOAP", "*", "0"],
    # short, broken, nothing came
    ["PO-1", BOX, "*", "1", "*", "0", "*", "1", "IN-1", "*", "1", "1", "CONFIRM", "*", "1", "*", "0", "*", "1", "0"],
    ["PO-1", BOX, BOX, "*", "2", "1", "enter", "*", "2", "*", "0", "IN-1", "*", "5", "*", "0"],
    ["PO-1", "SOAP", "*", "2", "*", "0", "IN-1"],
    ["PO-1", BOX, BOX, "*", "5", "SOAP", "*", "5"],
    # a code that nobody knows
    ["PO-1", "?", "?", "SOAP", "IN-1", UNKNOWN, "*", "0", UNKNOWN, "enter", "enter", UNKNOWN, "0"],
    ["PO-1", UNKNOWN, "1", "*", "0", UNKNOWN, "1", "enter", UNKNOWN, "IN-1", UNKNOWN, "1", "5", "enter", "IN-1"],
    ["PO-1", *ALL_IN, UNKNOWN],
]
R1, R2, R3 = (f"]C1010{DRILL}21R{number}" for number in (1, 2, 3))
PIECES = [
    # scanned alone and with the item, one too many, broken, short, typed, taken back
    ["PO-9", DRILL, "R1", "R2", "*", "5", R1, R2, R3, "*", "0", "R4", "*", "0", "*", "0", "IN-1"],
    ["PO-9", R1, "R2", "*", "2", "R1", "*", "1", "*", "0", "*", "2", "*", "0", "*", "2", "R", "2", "enter", "IN-1"],
    ["PO-9", DRILL, "*", "0", DRILL, "R", "7", "enter", R1, "IN-1", DRILL, "R2", "IN-1", METER, "L9", "R5", "IN-1"],
    ["PO-9", R1, R2, R3, "*", "2", "R3", "R4", "IN-1", "R5", "CONFIRM", "IN-1", R3, "*", "0"],
]
PIECE_CODES = [*CODES, DRILL, METER, WITH_S1, "PO-9", R1, R2, R3, "R1", "R2", "R3", "R4", "R5"]
LOOKING = [[TEA, "A-03-02", "1", "1", "SOAP", "0", "A-03-02", "IN-1", "0", "*", "0"]]


def test_walks_take_every_transition_of_receiving_and_looking_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transition coverage, from the same value that the engine runs."""
    taken: set[tuple[str, str, int]] = set()
    fitting = moves.fitting

    def noting(c: Context) -> Transition | str:
        answer = fitting(c)
        if isinstance(answer, Transition):
            taken.add((c.flow.name, answer.input, answer.line))
        return answer

    monkeypatch.setattr(moves, "fitting", noting)
    for walk in WALKS:
        walked(receiver(order=""), walk)
    _walk_through_claims()
    _walk_through_news()
    for walk in PIECES:
        walked(receiver("", tools()), walk, PIECE_CODES)
    _order_shrinks_while_pieces_are_counted()
    for walk in LOOKING:
        walked(Picker(inbound()).scan("B-WANG").press("3"), walk)
    flows = [shipped_flows()[name] for name in ("receive", "lookup")]
    there_are = {
        (flow.name, way.input, way.line) for flow in flows for step in flow.steps.values() for way in step.transitions
    }
    assert sorted(there_are - taken) == []


def _walk_through_news() -> None:
    """A task that a decision opened, and a message, are heard of on arrival, or while the terminal stands there."""
    back = Task(site="S1", id="t1", kind="put_back", item="SOAP", location="T-7", to="A-03-04", quantity=Quantity(1))
    told: tuple[Row, ...] = (back, MESSAGE)
    for heard in told:
        for there in ([], ["PO-1"], ["PO-1", *ALL_IN]):
            for heard_on_arrival in (True, False):
                terminal = walked(receiver(order=""), there[:-1])
                if heard_on_arrival:
                    terminal.store.live[(heard.table, heard.key)] = heard
                walked(terminal, there[-1:])
                terminal.store.live[(heard.table, heard.key)] = heard
                terminal.runtime.look()


def _walk_through_claims() -> None:
    """Questions about an order that somebody else has, and one who takes it over between two lines."""
    other, second = (Claim(site=SITE, order=order, by="li", terminal="T9") for order in ("PO-1", "PO-2"))
    rows = [*inbound(), other, second]
    walked(receiver(order="", rows=rows), ["PO-1", "1", *ALL_IN, "PO-2", "0", "1", "CONFIRM"])
    for begun in ([], ["SOAP"]):
        terminal = walked(receiver(), begun)
        terminal.store.live[(other.table, other.key)] = other
        assert terminal.scan("IN-1" if begun else "SOAP").view.step == "taken"


def _order_shrinks_while_pieces_are_counted() -> None:
    terminal = receiver("PO-9", tools()).scan(R1, R2)
    line = receipt_line("PO-9", 1, "DRILL", 1)
    terminal.store.live[("order_line", line.key)] = line
    assert terminal.scan("R4").view.question == "over_order"


def walked(terminal: Picker, walk: list[str], codes: Sequence[str] = CODES) -> Picker:
    for one in walk:
        terminal = terminal.scan(one) if one in codes else terminal.press(one)
    return terminal


@given(st.lists(st.one_of(st.sampled_from(CODES), st.sampled_from(KEYS)), max_size=60))
@settings(max_examples=100)
def test_a_random_walk_survives_a_restart_anywhere_and_keeps_receipts_of_something(inputs: list[str]) -> None:
    """X7."""
    terminal = walked(receiver(), inputs)
    assert terminal.restart().view == terminal.view
    receipts = [body for _, body in terminal.kept if isinstance(body, Received)]
    assert all(body.quantity.units > 0 and body.location in ("IN-1", "DOCK-1") for body in receipts)
    tea = [body for body in receipts if body.item == "TEA"]
    assert all(body.lot and body.expiry >= "2026-09-21" for body in tea)
