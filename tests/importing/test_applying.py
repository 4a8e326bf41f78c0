"""Accepted records become logged changes of the ledger, once however often they are sent."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from simulator.memory_book import MemoryLedger

from server_stub.importing.applying import Batch, Taken, take
from server_stub.ledger.log import Cause, record
from server_stub.ledger.office import opening_stock, put_rows
from sync.wire.messages import GLOBAL_FEED
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Barcode, Item, Location, Lot, Operator, Order, OrderLine, Row, Site, Task, row_key

R = TypeVar("R", bound=Row)
WAREHOUSE: dict[str, list[dict[str, Any]]] = {
    "sites": [{"code": "WH1", "name": "Hall"}],
    "locations": [{"site": "WH1", "code": f"A-{n}", "walk": n} for n in (3, 1, 2)],
    "items": [{"code": "007", "name": "Lamp"}, {"code": "8", "name": "Salt", "unit": "kg", "scale": 3}],
    "barcodes": [{"item": "007", "barcode": "9521234543213", "unit": "box", "factor": "6"}],
}


@pytest.fixture
def ledger() -> MemoryLedger:
    ledger = MemoryLedger("ledger-1", "le-1")
    for kind, rows in WAREHOUSE.items():
        assert not _take(ledger, kind, *rows).refused
    return ledger


def _take(
    ledger: MemoryLedger, kind: str, *rows: dict[str, Any], create_items: bool = False, trial: bool = False
) -> Taken:
    numbered = list(enumerate(rows, start=2))
    batch = Batch(kind=kind, rows=numbered, by="anna a.csv", create_items=create_items, trial=trial)
    with ledger.transaction(None if trial else frozenset(batch.feeds)) as book:
        return take(book, batch)


def _row(ledger: MemoryLedger, kind: type[R], *key: str) -> R | None:
    with ledger.transaction(None) as book:
        return book.get(kind, row_key(*key))


def _held(ledger: MemoryLedger, place: str, item: str) -> Quantity:
    balance = _row(ledger, Balance, "WH1", place, item, "", "", "", "")
    return balance.quantity if balance else Quantity(0)


def _heads(ledger: MemoryLedger) -> dict[str, int]:
    with ledger.transaction(None) as book:
        return {feed: book.newest(feed) for feed in (GLOBAL_FEED, "WH1")}


def _empty(ledger: MemoryLedger, place: str) -> None:
    """All lamps go from a bin back to where opening stock comes from."""
    gone = Balance(site="WH1", location=place, item="007", quantity=-_held(ledger, place, "007"))
    with ledger.transaction(frozenset({"WH1"})) as book:
        _, draft = opening_stock(book, [gone])
        record(book, draft, Cause("emptied", by="anna"), "WH1")


def _stock(place: str, item: str, quantity: str, **more: str) -> dict[str, str]:
    return {"site": "WH1", "location": place, "item": item, "quantity": quantity} | more


def _line(order: str, line: str, item: str, quantity: str, **more: str) -> dict[str, str]:
    return {"site": "WH1", "order": order, "line": line, "item": item, "quantity": quantity} | more


def test_reference_data_arrives_as_it_was_written(ledger: MemoryLedger) -> None:
    assert _row(ledger, Site, "WH1") == Site(code="WH1", name="Hall")
    assert _row(ledger, Location, "WH1", "A-3") == Location(site="WH1", code="A-3", walk=3)
    assert _row(ledger, Item, "8") == Item(code="8", name="Salt", unit="kg", scale=3)


def test_a_lot_has_the_day_it_expires(ledger: MemoryLedger) -> None:
    """R40"""
    lots = [{"item": "8", "lot": "L2411", "expiry": "2031-03-31T00:00"}, {"item": "9", "lot": "L1"}]
    assert _take(ledger, "lots", *lots).refused == [(3, "item 9 is not in the ledger; import items first")]
    assert _row(ledger, Lot, "8", "L2411") == Lot(item="8", lot="L2411", expiry="2031-03-31")


def test_goods_on_their_way_in_need_no_stock(ledger: MemoryLedger) -> None:
    taken = _take(ledger, "orders", _line("PO-1", "1", "007", "2", kind="inbound"))
    assert (taken.changed, taken.tasks, taken.unstocked) == (1, 0, 0)


def test_a_gtin_is_kept_with_14_digits(ledger: MemoryLedger) -> None:
    assert _row(ledger, Barcode, "09521234543213") == Barcode(
        code="09521234543213", item="007", unit="box", factor=Quantity(6)
    )


def test_the_same_file_again_changes_nothing_and_says_so(ledger: MemoryLedger) -> None:
    before = _heads(ledger)
    for kind, rows in WAREHOUSE.items():
        taken = _take(ledger, kind, *rows)
        assert (taken.changed, taken.unchanged) == (0, len(rows))
    assert _heads(ledger) == before


def test_250_items_are_three_changes(ledger: MemoryLedger) -> None:
    before = _heads(ledger)[GLOBAL_FEED]
    assert _take(ledger, "items", *({"code": f"N{n}"} for n in range(250))).changed == 250
    assert _heads(ledger)[GLOBAL_FEED] == before + 3


def test_a_file_without_a_column_leaves_what_is_known(ledger: MemoryLedger) -> None:
    assert _take(ledger, "items", {"code": "8", "name_zh": "盐"}).changed == 1
    assert _row(ledger, Item, "8") == Item(code="8", name="Salt", name_zh="盐", unit="kg", scale=3)


def test_a_date_that_a_receipt_told_is_the_offices_once_it_is_imported(ledger: MemoryLedger) -> None:
    told = Lot(item="8", lot="L1", expiry="2031-03-31", told_by="op-1")
    with ledger.transaction(frozenset({GLOBAL_FEED})) as book:
        kind, draft = put_rows(book, [told])
        record(book, draft, Cause(kind), GLOBAL_FEED)
    _take(ledger, "lots", {"item": "8", "lot": "L1", "blocked": True})
    assert _row(ledger, Lot, "8", "L1") == Lot(item="8", lot="L1", expiry="2031-03-31", blocked=True, told_by="op-1")
    _take(ledger, "lots", {"item": "8", "lot": "L1", "expiry": "2031-03-31"})
    assert _row(ledger, Lot, "8", "L1") == Lot(item="8", lot="L1", expiry="2031-03-31", blocked=True)


def test_operators_get_their_roles_by_site(ledger: MemoryLedger) -> None:
    _take(ledger, "operators", {"code": "anna", "badge": "0815", "roles": "WH1: picker receiver; *: manager"})
    operator = _row(ledger, Operator, "anna")
    assert operator
    assert operator.roles == {"WH1": ["picker", "receiver"], "*": ["manager"]}


def test_an_operator_with_a_role_that_does_not_exist_is_rejected_by_row(ledger: MemoryLedger) -> None:
    good, slip = ({"code": code, "roles": roles} for code, roles in (("anna", "picker"), ("bert", "WH1: manger")))
    taken = _take(ledger, "operators", good, slip)
    assert (taken.changed, _row(ledger, Operator, "bert")) == (1, None)
    ((row, reason),) = taken.refused
    assert "there is no role 'manger'; there are picker, receiver, supervisor, manager" in reason
    assert row == 3


# --- what the ledger does not take ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "row", "said"),
    [
        ("orders", _line("1", "1", "nine", "2"), "item nine is not in the ledger"),
        ("orders", _line("1", "1", "007", "2", site="WH9"), "site WH9 is not in the ledger"),
        ("orders", _line("1", "1", "007", "0.5"), "more decimals"),
        ("orders", _line("1", "1", "007", "2", unit="pallet"), "no pack pallet"),
        ("stock", _stock("Z-1", "007", "2"), "location Z-1 is not in the ledger"),
        ("barcodes", {"item": "8", "barcode": "9521234543213"}, "belongs to item 007"),
        ("barcodes", {"item": "007", "barcode": "1", "unit": "pcs", "factor": "6"}, "cannot hold 6 pcs"),
        ("items", {"code": "8", "unit": "g"}, "keeps item 8 in kg"),
        ("items", {"code": "9", "tracking": "lx"}, "tracking lx"),
        ("items", {"code": "9", "scale": 9}, "between 0 and 6"),
    ],
)
def test_what_contradicts_the_ledger_is_refused_with_its_row_and_reason(
    ledger: MemoryLedger, kind: str, row: dict[str, Any], said: str
) -> None:
    """R64"""
    before = _heads(ledger)
    for trial in (True, False):
        [(number, reason)] = _take(ledger, kind, row, trial=trial).refused
        assert number == 2
        assert said in reason
    assert _heads(ledger) == before


def test_a_trial_writes_nothing(ledger: MemoryLedger) -> None:
    before = _heads(ledger)
    assert not _take(ledger, "orders", _line("1", "1", "007", "2"), trial=True).refused
    assert _heads(ledger) == before


# --- stock ------------------------------------------------------------------------------------------------------------


def test_opening_stock_comes_from_adjust_in_base_units(ledger: MemoryLedger) -> None:
    _take(ledger, "stock", _stock("A-1", "007", "2", unit="box"), _stock("A-2", "8", "1.5"))
    assert _held(ledger, "A-1", "007") == Quantity(12)
    assert _held(ledger, "A-2", "8") == Quantity(1500, 3)
    assert _held(ledger, "@adjust", "007") == Quantity(-12)


def test_opening_stock_is_posted_once_even_when_the_bins_are_empty_again(ledger: MemoryLedger) -> None:
    rows = [_stock("A-1", "007", "6"), _stock("A-2", "007", "6")]
    assert _take(ledger, "stock", *rows).changed == 2
    _empty(ledger, "A-1")
    before = _heads(ledger)
    assert (_take(ledger, "stock", *rows).changed, _take(ledger, "stock", *rows).unchanged) == (0, 2)
    assert _heads(ledger) == before


def test_a_file_that_was_mended_meanwhile_opens_no_account_again(ledger: MemoryLedger) -> None:
    """The commonest way to stock twice: the rejected rows are put right, and the bins were picked from since."""
    _take(ledger, "stock", _stock("A-1", "007", "6"), _stock("A-2", "007", "6"), _stock("Z-9", "007", "1"))
    _empty(ledger, "A-1")
    taken = _take(ledger, "stock", _stock("A-3", "007", "1"), _stock("A-2", "007", "6"), _stock("A-1", "007", "6"))
    assert (taken.changed, taken.unchanged, taken.refused) == (1, 2, [])
    assert [_held(ledger, place, "007").units for place in ("A-1", "A-2", "A-3")] == [0, 6, 1]


def test_an_account_that_was_opened_with_another_quantity_is_a_matter_of_counting(ledger: MemoryLedger) -> None:
    _take(ledger, "stock", _stock("A-1", "007", "6"))
    _empty(ledger, "A-1")
    taken = _take(ledger, "stock", _stock("A-1", "007", "7"))
    assert taken.changed == 0
    assert [reason for _, reason in taken.refused] == [
        "opening stock of 6 was posted here before, and is gone by now; count it instead"
    ]


def test_stock_for_an_account_that_has_other_stock_is_refused(ledger: MemoryLedger) -> None:
    _take(ledger, "stock", _stock("A-1", "007", "6"))
    taken = _take(ledger, "stock", _stock("A-1", "007", "7"), _stock("A-3", "007", "1"))
    assert taken.changed == 1
    assert [row for row, _ in taken.refused] == [2]
    assert "the ledger has 6 here" in taken.refused[0][1]


def test_stock_beyond_what_an_account_can_count_is_refused_and_the_rest_is_taken(ledger: MemoryLedger) -> None:
    much = "999999999999999"
    taken = _take(ledger, "stock", _stock("A-1", "007", much), _stock("A-2", "007", "1"), _stock("A-3", "8", "1"))
    assert (taken.changed, [row for row, _ in taken.refused]) == (2, [3])
    assert "more than an account can count" in taken.refused[0][1]
    assert _held(ledger, "A-2", "007") == Quantity(0)
    assert _held(ledger, "A-3", "8") == Quantity(1000, 3)


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_becomes_pick_tasks_in_walking_order(ledger: MemoryLedger) -> None:
    """R14"""
    _take(ledger, "stock", _stock("A-3", "007", "6"), _stock("A-1", "8", "5"))
    taken = _take(ledger, "orders", _line("1", "1", "007", "4", due="2026-11-02T08:00"), _line("1", "2", "8", "2.5"))
    assert (taken.changed, taken.tasks, taken.unstocked) == (2, 2, 0)
    with ledger.transaction(None) as book:
        tasks = sorted(book.select(Task, site="WH1", order="1"), key=lambda task: task.sequence)
    assert [(task.location, task.item, task.line) for task in tasks] == [("A-1", "8", "2"), ("A-3", "007", "1")]
    order = _row(ledger, Order, "WH1", "1")
    assert order
    assert order.due == "2026-11-02T08:00"


def test_the_same_orders_again_change_nothing(ledger: MemoryLedger) -> None:
    rows = [_line("1", "1", "007", "4"), _line("2", "1", "007", "1")]
    _take(ledger, "orders", *rows)
    before = _heads(ledger)
    taken = _take(ledger, "orders", *rows)
    assert (taken.changed, taken.unchanged, taken.unstocked) == (0, 2, 2)
    assert _heads(ledger) == before


def test_a_line_ordered_in_boxes_is_kept_in_pieces(ledger: MemoryLedger) -> None:
    _take(ledger, "orders", _line("1", "1", "007", "2", unit="box"))
    line = _row(ledger, OrderLine, "WH1", "1", "1")
    assert line
    assert (line.quantity, line.unit) == (Quantity(12), "box")


def test_orders_can_bring_their_items_along(ledger: MemoryLedger) -> None:
    lines = [_line("1", "1", "85123A", "1"), _line("1", "2", "85123A", "2", description="HEART HOLDER")]
    taken = _take(ledger, "orders", *lines, create_items=True)
    assert (taken.items_made, taken.refused) == (1, [])
    assert _row(ledger, Item, "85123A") == Item(code="85123A", name="HEART HOLDER")
    assert _take(ledger, "orders", *lines, create_items=True).items_made == 0
