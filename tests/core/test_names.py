"""Names shortened such that no two items of one order look alike (SCREENS.md, rule 9)."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from chinese_catalogue import catalogue
from hypothesis import given
from hypothesis import strategies as st
from memory_terminal import Picker, line

from scanner_client.core.cells import width
from scanner_client.core.view import Size
from scanner_client.core.view.names import FEWEST_CELLS, short_names
from sync.wire.rows import Item, Location, Operator, Order, Row

CELLS = (8, 10, 11, 12, 14, 18, 19)
"""What the layouts leave for a name at 20x4 and 20x16, and less."""


def shown(names: Mapping[str, str], cells: int) -> dict[str, str]:
    return short_names(names, cells, lambda item: item)


def assert_told_apart(names: Mapping[str, str]) -> None:
    for cells in CELLS:
        short = shown(names, cells)
        assert short.keys() == names.keys()
        assert max(map(width, short.values())) <= cells
        assert len(set(short.values())) == len(short), cells


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["Soap", "Towel blue"], ["Soap", "Towel blue"]),
        (["Lantern white metal", "Towel"], ["Lantern w~", "Towel"]),
        (["Lantern white", "Lantern wood"], ["~hite", "~ood"]),
        (["Lantern white", "Lantern wood", "Lantern worn"], ["~hite", "~od", "~rn"]),
        (["Lantern white small", "Lantern white small X"], ["~890123450", "~X"]),
        (["Soap", "Soap"], ["~890123450", "~890123451"]),
        (["", "Soap"], ["~890123450", "Soap"]),
        (["毛巾30x70蓝 柔软", "毛巾30x70蓝 速干"], ["~柔软", "~速干"]),
    ],
)
def test_the_beginning_then_what_follows_the_shared_one_then_the_end_of_the_code(
    names: list[str], wanted: list[str]
) -> None:
    items = {f"95200{890123450 + place}": name for place, name in enumerate(names)}
    assert list(shown(items, 10).values()) == wanted


@given(
    st.dictionaries(
        st.text("0123456789AB", min_size=1, max_size=14), st.text("ab 毛巾~x", max_size=12), min_size=1, max_size=30
    ),
    st.integers(FEWEST_CELLS, 20),
)
def test_no_two_items_of_any_order_look_alike(names: dict[str, str], cells: int) -> None:
    short = shown(names, cells)
    assert len(set(short.values())) == len(names)
    assert all(0 < width(name) <= cells for name in short.values())


def test_codes_that_end_alike_are_told_apart_all_the_same() -> None:
    assert shown({f"{place}0000000": "Soap" for place in range(3)}, 6) == {
        "00000000": "0000~1", "10000000": "0000~2", "20000000": "0000~3",
    }  # fmt: skip


def test_the_end_of_the_printed_code_is_shown() -> None:
    printed = {"A": "5901234111", "B": "5901234222"}
    assert short_names({"A": "Soap", "B": "Soap"}, 6, printed.__getitem__) == {"A": "~34111", "B": "~34222"}


def test_no_collision_in_orders_of_a_chinese_catalogue() -> None:
    names, chance = catalogue(), Random(7)
    assert len(names) == 500
    assert_told_apart(names)
    for size in (2, 5, 17, 60):
        for _ in range(40):
            assert_told_apart({item: names[item] for item in chance.sample(sorted(names), size)})


def test_no_collision_in_the_orders_of_a_real_morning(shared: Path) -> None:
    with (shared / "data" / "online_retail_morning.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    orders = defaultdict[str, dict[str, str]](dict)
    for row in rows:
        orders[row["InvoiceNo"]][row["StockCode"]] = row["Description"].strip()
    assert len(orders) > 60
    for names in (*orders.values(), {item: name for order in orders.values() for item, name in order.items()}):
        assert_told_apart(names)


def test_the_lines_of_an_order_are_told_apart_on_the_screen() -> None:
    """The names of lines to come, of lines to receive and of the line in hand come from the whole order."""
    names = {"A": "Towel30x70 blue soft", "B": "Towel30x70 blue thick", "C": "Towel30x70 blue plain"}
    rows: list[Row] = [Operator(code="wang", name="Wang", badge="B-WANG"), Order(site="S1", order="SO-1")]
    rows += [Location(site="S1", code="A-01"), *(Item(code=code, name=name) for code, name in names.items())]
    for number, code in enumerate(names, 1):
        rows += line(number, code, "A-01", 1, order="SO-1")
    pick = Picker(rows, Size(20, 4)).scan("B-WANG").press("1").scan("SO-1").view.text
    assert "~soft" in pick
    wide = Picker(rows, Size(80, 24)).scan("B-WANG").press("1").scan("SO-1").view.text
    assert "~thick" in wide
    assert "~plain" in wide
