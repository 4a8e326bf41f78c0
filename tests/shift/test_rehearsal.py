"""The parts of a rehearsal: the robot obeys the screen, the work is dealt out fairly, the card says what is false."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from scanner_client.rehearsal.card import card
from scanner_client.rehearsal.picker import Trouble
from scanner_client.rehearsal.proof import Check
from scanner_client.rehearsal.robot import Asked, Input, Puzzled, Seen, next_inputs
from scanner_client.rehearsal.shift import share_out, troubles_of
from scanner_client.rehearsal.warehouse import Line, gtin13, invent_orders, place, write_warehouse
from server_stub.importing.suspicion import has_check_digit

LAMP = Asked(order="1", task="t", location="A-01-1", item="0007", codes=[("9520000000004", "pcs", "1")], wanted="12")


@pytest.mark.parametrize(
    ("seen", "inputs"),
    [
        (Seen(flow="main", step="badge"), [Input(scan="BADGE-LI")]),
        (Seen(flow="main", step="menu", options=[("1", "count", ""), ("2", "pick", "")]), [Input(key="2")]),
        (Seen(flow="pick", step="order"), [Input(scan="SO-1")]),
        (Seen(flow="pick", step="location", asked=LAMP), [Input(scan="A-01-1")]),
        (Seen(flow="pick", step="item", asked=LAMP), [Input(scan="9520000000004")]),
        (Seen(flow="pick", step="quantity", asked=LAMP), [Input(key="1"), Input(key="2"), Input(key="enter")]),
        (Seen(flow="pick", step="quantity", asked=LAMP, entry="1"), [Input(key="backspace")]),
        (Seen(flow="pick", step="finished"), [Input(scan="SO-1")]),
    ],
)
def test_the_robot_gives_what_the_screen_asks_for(seen: Seen, inputs: list[Input]) -> None:
    assert next_inputs(seen, "BADGE-LI", ["SO-1"]) == inputs


def test_small_counts_are_scanned_piece_by_piece() -> None:
    two = Seen(flow="pick", step="quantity", asked=Asked(item="0007", wanted="2"))
    assert next_inputs(two, "B", ["SO-1"]) == [Input(scan="0007")]


def test_the_robot_ends_when_no_order_is_left() -> None:
    assert next_inputs(Seen(flow="pick", step="finished"), "B", []) == []


@pytest.mark.parametrize(
    "seen",
    [Seen(flow="pick", step="location", error="location"), Seen(alert="disk_full"), Seen(flow="pick", step="short")],
)
def test_the_robot_shows_the_frame_it_cannot_obey(seen: Seen) -> None:
    with pytest.raises(Puzzled, match="######"):
        next_inputs(Seen(seen.flow, seen.step, error=seen.error, alert=seen.alert, rows=["######"]), "B", ["SO-1"])


def test_orders_are_dealt_so_that_all_pickers_have_about_as_many_lines() -> None:
    lines = invent_orders(Random(1), 60)
    shares = share_out(lines, 3)
    assert sum(map(len, shares)) == 60
    assert not set(shares[0]) & set(shares[1])
    loads = [sum(share.values()) for share in shares]
    assert max(loads) - min(loads) <= 1
    assert sum(loads) == len(lines)


def test_two_terminals_are_offline_for_the_middle_third_and_one_is_killed_twice() -> None:
    plans = [troubles_of(number, 30) for number in range(3)]
    happened = [[(at, trouble) for at, list_ in plan.items() for trouble in list_] for plan in plans]
    assert [(10, Trouble.CUT) in plan and (20, Trouble.MEND) in plan for plan in happened] == [False, True, True]
    assert [[trouble for _, trouble in plan].count(Trouble.KILL) for plan in happened] == [0, 2, 0]
    assert [trouble for _, trouble in happened[0]] == [Trouble.SWALLOW]


def test_a_warehouse_holds_exactly_what_is_ordered(tmp_path: Path) -> None:
    lines = [Line("1", "1", "B", 3), Line("1", "2", "A", 1), Line("2", "1", "B", 4)]
    write_warehouse(tmp_path, lines, ["TOTE:T1"])
    assert (tmp_path / "stock.csv").read_text().splitlines()[1:] == ["WH1,A-01-1,A,1", "WH1,A-01-2,B,7"]
    assert "WH1,TOTE:T1,tote,0," in (tmp_path / "locations.csv").read_text()


def test_invented_barcodes_are_sound_and_places_are_all_different() -> None:
    assert all(len(gtin13(number)) == 13 and has_check_digit(gtin13(number)) for number in range(200))
    assert len({place(step) for step in range(5000)}) == 5000
    assert [place(step) for step in (0, 3, 4, 80)] == ["A-01-1", "A-01-4", "A-02-1", "B-01-1"]


def test_the_card_says_which_check_is_false_and_why() -> None:
    lines = list(
        card("shift", {"kill -9": "2 times"}, [Check("lines done", "9 of 10", "line 4 is open"), Check("sums", "0")])
    )
    assert any(line.startswith("lines done") and line.endswith("FALSE") for line in lines)
    assert any("line 4 is open" in line for line in lines)
    assert lines[-1] == "1 of 2 checks are false"
