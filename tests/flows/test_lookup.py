"""Where is it, what is here: what a scan is answered, how old the answer is, where numbers lead (R9, R52)."""

from __future__ import annotations

import pytest
from inbound import TEA, TOWEL, inbound, receiver
from memory_terminal import MemoryTransaction, Picker, stock

from scanner_client.core.view import SIZES, Size
from scanner_client.ports import FeedAge
from scanner_client.runtime import Surroundings
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Row

NARROW, TALL = Size(20, 4), Size(20, 16)


def looking(rows: list[Row] | None = None, **more: object) -> Picker:
    terminal = Picker(inbound() if rows is None else rows, **more).scan("B-WANG")  # type: ignore[arg-type]
    while not (choice := [digit for digit, value, _ in terminal.view.options if value == "lookup"]):
        terminal.press("8")
    return terminal.press(*choice)


def shown(terminal: Picker) -> list[str]:
    """The rows of the list, blanks between name and amount taken together."""
    digits = {digit for digit, *_ in terminal.view.options}
    rows = [" ".join(row.split()) for row in terminal.view.rows]
    return [row for row in rows if row.split(" ")[0] in digits]


def test_an_item_is_answered_with_its_places_lots_and_quantities() -> None:
    """R9: where is it?"""
    terminal = looking().scan(TEA)
    assert shown(terminal) == ["1 B-01-01 LotL1 5pcs", "2 B-01-01 LotL2 5pcs"]
    assert all(part in terminal.view.text for part in ("Green tea", "10pcs"))


def test_a_place_is_answered_with_what_lies_there() -> None:
    """R9: what is here?"""
    assert shown(looking().scan("A-03-02")) == ["1 Towel 30x70~ 40pcs"]
    assert "nothing known" in looking().scan("DOCK-1").view.text


def test_a_tote_is_a_place_too() -> None:
    rows = [*inbound(), stock("T-7", "SOAP", 2)]
    assert shown(looking(rows).scan("T-7")) == ["1 Soap 125g 2pcs"]


def test_numbers_lead_from_an_item_to_a_place_and_on_to_an_item() -> None:
    terminal = looking([*inbound(), stock("A-03-02", "SOAP", 3)]).scan("SOAP")
    assert shown(terminal) == ["1 A-03-02 3pcs", "2 A-03-04 10pcs"]
    assert shown(terminal.press("1")) == ["1 Soap 125g 3pcs", "2 Towel 30x70~ 40pcs"]
    assert shown(terminal.press("2")) == ["1 A-03-02 40pcs"]


def test_the_next_question_needs_no_way_back_and_zero_leads_out() -> None:
    terminal = looking().scan(TEA, "A-03-02", "SOAP")
    assert shown(terminal) == ["1 A-03-04 10pcs"]
    assert terminal.press("0").view.step == "ask"
    assert terminal.press("*", "0").view.flow == "main"


def test_broken_goods_and_goods_without_stock_are_told_apart() -> None:
    broken = Balance(site="S1", location="A-03-04", item="SOAP", status="damaged", quantity=Quantity(2))
    assert shown(looking([*inbound(), broken]).scan("SOAP")) == ["1 A-03-04 10pcs", "2 A-03-04 bad 2pcs"]
    assert "nothing known" in looking().scan("HONEY").view.text


def test_own_work_that_the_ledger_has_not_heard_of_is_in_the_answer() -> None:
    terminal = receiver().scan("SOAP", "IN-1").press("*", "0", "0")
    terminal.press(*[digit for digit, value, _ in terminal.view.options if value == "lookup"]).scan("IN-1")
    assert shown(terminal) == ["1 Soap 125g 1pcs"]


def test_a_long_answer_is_paged() -> None:
    rows = [*inbound(), *(stock(f"C-{number:02}", "SOAP", number) for number in range(1, 10))]
    terminal = looking(rows).scan("SOAP")
    assert (len(shown(terminal)), shown(terminal)[0]) == (7, "1 A-03-04 10pcs")
    assert shown(terminal.press("8")) == ["1 C-07 7pcs", "2 C-08 8pcs", "3 C-09 9pcs"]
    assert shown(terminal.press("3")) == ["1 Soap 125g 9pcs"]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("code", ["SOAP", "A-03-04"])
def test_the_answer_says_how_old_it_is_and_since_when_there_is_no_network(
    size: Size, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R9, R52."""
    monkeypatch.setattr(MemoryTransaction, "age", lambda _, feed: FeedAge(feed, 7, "2026-09-21T13:31:20Z"))
    terminal = looking(size=size)
    terminal.runtime.surroundings = Surroundings(online=False, since=terminal.now - 42 * 60_000)
    text = terminal.scan(code).view.text
    assert "42m ago" in text
    assert "OFF42m" in text
    assert "10pcs" in text


@pytest.mark.parametrize(
    ("code", "kind"), [("SO-1", "order"), ("B-LI", "badge"), ("?", "text"), ("123456789012345675", "plate")]
)
def test_what_is_neither_item_nor_place_is_refused_by_what_it_is(code: str, kind: str) -> None:
    terminal = looking().scan(TOWEL, code)
    assert (terminal.view.error, terminal.view.step, terminal.heard[-1]) == (kind, "places", "refused")


def test_looking_keeps_nothing() -> None:
    terminal = looking().scan(TEA, "A-03-02").press("1")
    assert terminal.kept == []


def test_the_narrowest_screen_shows_two_rows_the_subject_and_the_age() -> None:
    rows = [*inbound(), *(stock(f"C-{number:02}", "SOAP", number) for number in range(1, 10))]
    terminal = looking(rows, size=NARROW).scan("SOAP")
    assert [row.rstrip() for row in terminal.view.rows[1:]] == [
        "1 A-03-04      10pcs",
        "2 C-01          1pcs",
        "Soa~ 133m ago> 8more",
    ]
