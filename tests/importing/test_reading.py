"""Every row of a file is accepted or reported with its number and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from server_stub.importing.accounting import Account
from server_stub.importing.kinds import KINDS
from server_stub.importing.mapping import Mapping, fitting, load_mapping, parse_mapping, shipped
from server_stub.importing.problems import BadMapping
from server_stub.importing.reading import read_records
from server_stub.importing.source import read_csv, read_source
from server_stub.importing.suspicion import note_suspicions
from sync.wire.quantity import Quantity


def _read(kind: str, text: str, mapping: Mapping | None = None, site: str = "WH1") -> Account:
    source = read_csv(text.encode(), "a.csv")
    account = read_records(source, KINDS[kind], mapping or Mapping(kind=kind), site)
    note_suspicions(account, KINDS[kind])
    account.close()
    return account


def _reasons(account: Account) -> dict[int, str]:
    return {one.row: one.reason for one in account.rejected}


def _findings(account: Account) -> dict[int, str]:
    return {one.row: one.text for one in account.findings}


# --- real orders ------------------------------------------------------------------------------------------------------


def test_a_real_morning_of_orders_is_accounted_for_row_by_row(shared: Path) -> None:
    """R63: 999 rows; 987 lines in 62 orders, 12,919 pieces; 10 cancellations and 2 postages."""
    source = read_source(shared / "data" / "online_retail_morning.csv")
    account = read_records(source, KINDS["orders"], load_mapping("online_retail", KINDS["orders"]), "WH1")
    account.close()
    assert len(source.rows) == 999
    assert (len(account.accepted), len({one.text("order") for one in account.accepted})) == (987, 62)
    assert sum(int(one.text("quantity")) for one in account.accepted) == 12_919
    reasons = _reasons(account)
    assert sorted(reasons) == [47, 143, 156, 237, 238, 239, 240, 241, 242, 243, 388, 941]
    assert [row for row, reason in reasons.items() if "postage" in reason] == [47, 388]
    assert reasons[143] == "cancellation", "a cancelled discount is a cancellation first"


def test_the_shipped_mapping_is_found_by_the_header_of_the_file() -> None:
    header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    assert fitting(KINDS["orders"], header)[0] == "online_retail"


def test_a_header_that_nothing_fits_is_refused_naming_what_is_missing() -> None:
    with pytest.raises(BadMapping, match="order, item, quantity"):
        fitting(KINDS["orders"], ["a", "b"])


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_mapping_can_be_used(name: str) -> None:
    assert load_mapping(name, KINDS["orders"]).columns


# --- mappings ---------------------------------------------------------------------------------------------------------


MAPPING = """
kind = "orders"
columns = {order = "No", item = "Art", quantity = "Qty", due = "Due"}
formats = {due = "%m/%d/%y %H:%M"}
values = {priority = "5"}
[[reject]]
column = "No"
matches = "^C"
reason = "cancelled"
"""


def test_a_mapping_renames_columns_reads_dates_and_fills_in() -> None:
    mapping = parse_mapping(MAPPING, "m.toml", KINDS["orders"])
    account = _read("orders", "No,Art,Qty,Due\nC7,A,1,\n8,007,1,12/1/10 8:26\n", mapping)
    assert _reasons(account) == {2: "cancelled"}
    assert account.accepted[0].values == {
        "site": "WH1", "order": "8", "line": "1", "item": "007", "quantity": Quantity(1), "due": "2010-12-01T08:26",
        "priority": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "items"', "is for items"),
        ('kind = "orders"\ncolumns = {ordr = "No"}', "'ordr'"),
        ('kind = "orders"\n[[reject]]\ncolumn = "a"\nmatches = "("\nreason = "x"', "pattern"),
        ('kind = "orders"\ncolour = "red"', "colour"),
        ("kind =", "cannot be used"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(text: str, said: str) -> None:
    with pytest.raises(BadMapping, match=said):
        parse_mapping(text, "m.toml", KINDS["orders"])


def test_a_mapping_for_another_file_names_the_column_that_is_missing() -> None:
    with pytest.raises(BadMapping, match="'No'"):
        _read("orders", "order,item,quantity\n", parse_mapping(MAPPING, "m.toml", KINDS["orders"]))


# --- lines ------------------------------------------------------------------------------------------------------------


def test_an_item_that_stands_twice_in_an_order_stays_two_lines() -> None:
    account = _read("orders", "order,item,quantity\n1,A,2\n2,A,1\n1,B,1\n1,A,3\n")
    assert [(one.text("order"), one.text("line")) for one in account.accepted] == [
        ("1", "1"), ("2", "1"), ("1", "2"), ("1", "3"),
    ]  # fmt: skip
    assert "row 2" in _findings(account)[5]


def test_a_line_keeps_its_number_when_a_rule_leaves_out_the_row_before_it() -> None:
    account = _read("orders", "order,item,quantity\n1,A,0\n1,B,1\n")
    assert account.accepted[0].text("line") == "2"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",A,1", "order is missing"),
        ("1,,1", "item is missing"),
        ("1,A,", "quantity is missing"),
        ("1,A,-12", "not above zero"),
        ("1,A,0", "not above zero"),
        ("1,A,a dozen", "not a decimal quantity"),
        ("1,5.02E+12,1", "shortened by a spreadsheet"),
        ("1,@adjust,1", "starts with @"),
        ("1,A\x1fB,1", "control character"),
    ],
)
def test_a_row_that_cannot_be_taken_says_which_cell_and_why(row: str, said: str) -> None:
    """R64"""
    assert said in _reasons(_read("orders", f"order,item,quantity\n{row}\n"))[2]


@pytest.mark.parametrize(
    ("text", "quantity"), [("12.0", Quantity(12)), ("1,250", Quantity(1250)), ("0.50", Quantity(5, 1))]
)
def test_quantities_are_read_as_spreadsheets_write_them(text: str, quantity: Quantity) -> None:
    account = _read("orders", f'order,item,quantity\n1,A,"{text}"\n')
    assert account.accepted[0].values["quantity"] == quantity


# --- what is odd ------------------------------------------------------------------------------------------------------


def test_of_rows_with_one_code_the_first_counts_and_the_others_name_it() -> None:
    """R63"""
    reasons = _reasons(_read("items", "code,name\nA,Lamp\nB,Bell\nA,Lamp\nA,Lantern\n"))
    assert reasons[4].endswith("stands in row 2 already")
    assert "with other values" in reasons[5]


def test_a_code_that_lost_its_leading_zeros_is_found() -> None:
    """R64"""
    assert "007" in _findings(_read("items", "code\n007\n7\n"))[3]
    assert "leading zero" in _findings(_read("items", "code\n00123\n00124\n00125\n00126\n127\n"))[6]


def test_codes_keep_their_leading_zeros() -> None:
    assert _read("items", "code\n00123\n").accepted[0].text("code") == "00123"


@pytest.mark.parametrize(
    ("barcode", "said"),
    [("12345678905", "GTIN-12"), ("9521234543214", "wrong check digit")],
)
def test_a_barcode_that_cannot_be_right_is_found(barcode: str, said: str) -> None:
    """R64"""
    assert said in _findings(_read("barcodes", f"item,barcode\nA,{barcode}\n"))[2]


def test_a_sound_barcode_raises_nothing() -> None:
    assert not _read("barcodes", "item,barcode,unit,factor\nA,9521234543213,pcs,1\n").findings


def test_a_pack_that_holds_two_numbers_of_pieces_is_a_unit_conflict() -> None:
    """R64"""
    account = _read("barcodes", "item,barcode,unit,factor\nA,111,box,6\nA,222,box,12\n")
    assert "one box is 12 here and 6 in row 2" in _findings(account)[3]


def test_text_that_went_through_a_wrong_encoding_is_found() -> None:
    """R63"""
    assert "wrong encoding" in _findings(_read("items", "code,name\nA,CafÃ©\nB,é\n"))[2]
