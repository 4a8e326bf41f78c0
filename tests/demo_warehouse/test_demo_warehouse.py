"""The demo warehouse can be imported as it lies there, every order can be served, and its story holds."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from demo_warehouse.generate import FOLDER, files
from simulator.memory_book import MemoryLedger

from scanner_client.core.barcode.digits import check_digit_fits, is_sscc
from scanner_client.core.cells import cells_known
from scanner_client.core.texts import read_texts
from server_stub.importing.applying import Batch, Taken, take
from server_stub.importing.kinds import KINDS
from server_stub.importing.mapping import fitting
from server_stub.importing.reading import read_records
from server_stub.importing.source import read_source
from server_stub.importing.suspicion import note_suspicions
from sync.wire.rows import Balance, OrderLine, Task

MANIFEST = tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))
STORY: dict[str, Any] = MANIFEST["story"]
KIND_NAMES = [file["kind"] for file in MANIFEST["file"]]
MAIN = STORY["site"]
FAR_OFF = date(2030, 1, 1)
"""The demo is to work for years: nothing that can be picked expires before."""


def _rows(kind: str) -> list[dict[str, str]]:
    with (FOLDER / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _take(ledger: MemoryLedger, kind: str) -> Taken:
    known = KINDS[kind]
    source = read_source(FOLDER / f"{kind}.csv")
    account = read_records(source, known, fitting(known, source.header)[1])
    note_suspicions(account, known)
    odd = [one for one in account.findings if kind != "orders" or one.sort != "unit"]
    assert (account.rejected, odd) == ([], []), "boxes here and bottles there are no surprise in orders, all else is"
    rows = [(one.row, {name: _plain(value) for name, value in one.values.items()}) for one in account.accepted]
    batch = Batch(kind=kind, rows=rows, by="demo")
    with ledger.transaction(frozenset(batch.feeds)) as book:
        return take(book, batch)


def _plain(value: object) -> str | int | bool:
    return value if isinstance(value, str | int | bool) else str(value)


@pytest.fixture(scope="module")
def ledger() -> MemoryLedger:
    """A ledger with the whole demo warehouse, imported in the manifest's order; every row was taken."""
    ledger = MemoryLedger("ledger-demo", "le-1")
    for kind in KIND_NAMES:
        taken = _take(ledger, kind)
        assert (kind, taken.refused, taken.unchanged, taken.unstocked) == (kind, [], 0, 0)
    return ledger


def _pick_tasks(ledger: MemoryLedger, order: str) -> list[Task]:
    with ledger.transaction(None) as book:
        return sorted(book.select(Task, site=MAIN, order=order), key=lambda task: task.sequence)


def test_the_files_are_those_the_script_writes() -> None:
    for name, text in files().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"{name}: run demo_warehouse.generate"


@pytest.mark.parametrize("file", MANIFEST["file"], ids=KIND_NAMES)
def test_the_manifest_counts_every_file(file: dict[str, Any]) -> None:
    assert len(_rows(file["kind"])) == file["rows"]
    assert file["name"] == f"{file['kind']}.csv"


def test_every_csv_file_is_in_the_manifest() -> None:
    assert {path.name for path in Path(FOLDER).glob("*.csv")} == {file["name"] for file in MANIFEST["file"]}


def test_it_is_as_large_as_promised() -> None:
    orders = {(row["kind"], row["order"]) for row in _rows("orders")}
    assert Counter(kind for kind, _ in orders) == {"outbound": 30, "inbound": 5}
    assert len(_rows("locations")) == 400
    assert len(_rows("sites")) == 2
    assert len(_rows("items")) == pytest.approx(200, abs=5)


# --- codes ------------------------------------------------------------------------------------------------------------


def test_every_barcode_is_a_gtin_of_the_example_range_with_a_right_check_digit() -> None:
    """GS1 General Specifications, 1.4.5 and 7.9."""
    for row in _rows("barcodes"):
        code = row["barcode"]
        assert check_digit_fits(code), code
        assert code.startswith("952") if len(code) == 13 else code[1:].startswith("952"), code


def test_every_item_has_its_piece_and_its_box_in_barcodes() -> None:
    packs: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in _rows("barcodes"):
        packs[row["item"]][row["unit"]] = (int(row["factor"]), len(row["barcode"]))
    for item in _rows("items"):
        assert packs[item["code"]][item["unit"]] == (1, 13)
        factor, length = packs[item["code"]]["box"]
        assert factor > 1
        assert length == 14


def test_no_code_means_two_things_on_one_site() -> None:
    for site in ("E1", "P2"):
        codes = (
            [row["code"] for row in _rows("locations") if row["site"] == site]
            + [code for row in _rows("barcodes") for code in (row["barcode"], row["barcode"].zfill(14)) if code]
            + [row["code"] for kind in ("items", "operators", "partners", "sites") for row in _rows(kind)]
            + [row["badge"] for row in _rows("operators")]
            + sorted({row["order"] for row in _rows("orders")})
            + sorted({row["lot"] for row in _rows("lots")})
        )
        barcodes = {row["barcode"].zfill(14) for row in _rows("barcodes")}
        twice = {code for code, often in Counter(codes).items() if often > 1} - barcodes
        assert twice == set()


def test_the_last_four_of_an_item_code_are_enough_to_type_it() -> None:
    """SCREENS rule 5: the end of an unreadable label."""
    ends = [row["code"][-4:] for row in _rows("items")]
    assert len(set(ends)) == len(ends)
    assert all(end.isdigit() for end in ends)


def test_check_digits_differ_between_neighbours() -> None:
    walk = [row for row in _rows("locations") if row["check"]]
    assert all(len(row["check"]) == 2 for row in walk)
    for one, following in pairwise(walk):
        assert one["check"] != following["check"] or one["site"] != following["site"]


def test_the_walk_goes_up_one_aisle_and_down_the_next() -> None:
    """R14"""
    walk = [row["code"] for row in sorted(_rows("locations"), key=lambda row: int(row["walk"])) if row["site"] == MAIN]
    assert walk[0] == "A-01-01"
    assert walk[47:49] == ["A-04-12", "B-04-12"]
    assert walk[95:97] == ["B-01-01", "C-01-01"]


def test_pallets_have_licence_plates_with_a_right_check_digit() -> None:
    plates = [row["lpn"] for row in _rows("stock") if row["lpn"]]
    assert len(plates) == 2
    assert all(is_sscc(plate) for plate in plates)


# --- names ------------------------------------------------------------------------------------------------------------


def test_every_name_is_in_both_languages_its_own_and_can_be_drawn() -> None:
    """SCREENS rule 3: ASCII and wide characters only."""
    items = _rows("items")
    for column in ("name", "name_zh"):
        assert len({row[column] for row in items}) == len(items)
        assert all(cells_known(row[column]) for row in items)
    assert all(row["name"].isascii() and not row["name_zh"].isascii() for row in items)


def test_every_unit_has_a_word_in_both_languages() -> None:
    texts = read_texts((FOLDER.parent / "flows" / "texts.toml").read_text(encoding="utf-8"))
    units = {row["unit"] for row in _rows("barcodes")}
    assert {unit for unit in units if f"unit.{unit}" not in texts} == set()


def test_there_is_a_person_for_every_role_and_one_who_left() -> None:
    """R21"""
    operators = _rows("operators")
    roles = {word for row in operators for part in row["roles"].split(";") for word in part.split(":")[-1].split()}
    assert roles == {"picker", "receiver", "supervisor", "manager"}
    assert {row["language"] for row in operators} == {"en", "zh_CN"}
    assert [row["active"] for row in operators].count("no") == 1


# --- stock and orders -------------------------------------------------------------------------------------------------


def test_every_outbound_line_gets_its_tasks_from_the_opening_stock(ledger: MemoryLedger) -> None:
    """The import said so: nothing was left without stock. Here the tasks add up to the lines."""
    with ledger.transaction(None) as book:
        for row in {(row["site"], row["order"]): row for row in _rows("orders")}.values():
            tasks = book.select(Task, site=row["site"], order=row["order"])
            for line in book.select(OrderLine, site=row["site"], order=row["order"]):
                served = sum(task.quantity.units for task in tasks if task.line == line.line)
                assert served == (line.quantity.units if row["kind"] == "outbound" else 0), line


def test_tracked_goods_have_lots_that_last_and_one_that_has_expired_is_closed_away() -> None:
    """R40"""
    tracked = {row["code"] for row in _rows("items") if "l" in row["tracking"]}
    expiry = {(row["item"], row["lot"]): date.fromisoformat(row["expiry"]) for row in _rows("lots")}
    locked = {(row["site"], row["code"]) for row in _rows("locations") if row["blocked"]}
    expired = []
    for row in _rows("stock"):
        assert bool(row["lot"]) == (row["item"] in tracked)
        if row["lot"] and expiry[row["item"], row["lot"]] < FAR_OFF:
            expired.append((row["site"], row["location"]))
    assert expired == [(MAIN, "Q-01-01")]
    assert set(expired) <= locked


def test_some_goods_lie_in_two_lots_so_that_one_can_be_the_wrong_one() -> None:
    lots = Counter(row["item"] for row in _rows("lots"))
    assert sum(often > 1 for often in lots.values()) > 10


def test_every_purchase_order_is_of_one_known_supplier_and_of_known_goods() -> None:
    suppliers = {row["code"] for row in _rows("partners") if row["role"] == "supplier"}
    lines = [row for row in _rows("orders") if row["kind"] == "inbound"]
    assert {row["partner"] for row in lines} == suppliers
    assert {row["item"] for row in lines} <= {row["code"] for row in _rows("items")}
    assert len({(row["order"], row["partner"]) for row in lines}) == 5


# --- the first minute -------------------------------------------------------------------------------------------------


def test_the_first_order_is_walked_as_the_frames_tell(ledger: MemoryLedger) -> None:
    tasks = _pick_tasks(ledger, STORY["order"])
    assert [task.location for task in tasks[:5]] == ["A-02-11", "A-03-02", "A-03-05", "A-04-01", "A-04-08"]
    assert len(tasks) == 17
    hero = tasks[1]
    assert (hero.item, hero.lot) == (STORY["item"], "L2411")
    assert hero.quantity.units == STORY["boxes_first"] * STORY["box"]


def test_both_pickers_are_sent_to_the_same_towels(ledger: MemoryLedger) -> None:
    """Saw 12, you 8, Li 7, ledger -3."""
    (second,) = _pick_tasks(ledger, STORY["second_order"])
    assert (second.location, second.item) == (STORY["location"], STORY["item"])
    assert second.quantity.units == STORY["boxes_second"] * STORY["box"]
    assert STORY["boxes_seen"] - STORY["boxes_first"] - STORY["boxes_second"] == -3
    with ledger.transaction(None) as book:
        held = book.select(Balance, site=MAIN, location=STORY["location"], item=STORY["item"])
    assert [one.quantity.units for one in held] == [STORY["boxes_at_start"] * STORY["box"]]


def test_the_first_order_is_the_most_urgent() -> None:
    priorities = {row["order"]: int(row["priority"]) for row in _rows("orders")}
    assert sorted(priorities, key=lambda order: -priorities[order])[:2] == [STORY["order"], STORY["second_order"]]


def test_the_wrong_shelf_of_the_story_holds_soap() -> None:
    (item,) = {row["item"] for row in _rows("stock") if (row["site"], row["location"]) == (MAIN, "A-03-04")}
    assert next(row["name"] for row in _rows("items") if row["code"] == item).startswith("Soap")


def test_the_people_of_the_story_may_do_what_it_tells() -> None:
    roles = {row["code"]: row["roles"] for row in _rows("operators")}
    assert "picker" in roles[STORY["picker"]]
    assert "picker" in roles[STORY["second_picker"]]
    assert "supervisor" in roles[STORY["supervisor"]]
