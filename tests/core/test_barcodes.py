"""Barcodes: what a code is by its own form, and which reading is trusted first (FIELD_NOTES 2)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_terminal import MemoryStore, MemoryTransaction, warehouse

from scanner_client.core.barcode import meaning, parse_scan
from scanner_client.core.barcode.digits import check_digit, gtin14, printed_gtin
from scanner_client.core.matches import (
    BadgeMatch,
    CommandMatch,
    ItemMatch,
    LocationMatch,
    LotMatch,
    Match,
    OrderMatch,
    PlateMatch,
    TextMatch,
)
from scanner_client.facts import StoreFacts
from scanner_client.parse import as_fields, parsed_line, scan_in
from sync.wire.rows import Item, Location

GS = "\x1d"

WHAT_IT_IS = [
    # scan, kind, symbology, elements, gtin14
    ("]C10109521234543213", "gs1_elements", "]C1", [["01", "09521234543213"]], "09521234543213"),
    (f"]d2010952123454321310AB{GS}21X", "gs1_elements", "]d2",
     [["01", "09521234543213"], ["10", "AB"], ["21", "X"]], "09521234543213"),
    ("]E09521234543213", "ean", "]E0", [["01", "09521234543213"]], "09521234543213"),
    ("]E402345673", "ean", "]E4", [["01", "00000002345673"]], "00000002345673"),
    ("]E0952123454321312", "ean", "]E0", [["01", "09521234543213"]], "09521234543213"),
    ("]E00001234000057|]e099AB", "ean+composite", "]E0", [["01", "00001234000057"], ["99", "AB"]], "00001234000057"),
    ("]Q1https://id.example.org/01/09521234543213?x=1", "gs1_digital_link", "]Q1", None, None),
    ("]Q1HTTPS://id.example.org/01/09521234543213/10/AB", "gs1_digital_link", "]Q1",
     [["01", "09521234543213"], ["10", "AB"]], "09521234543213"),
    ("]Q1just text", "plain", "]Q1", [], None),
    ("]C0A-03-02", "plain", "]C0", [], None),
    ("]I119521234543210", "gtin", "]I1", [["01", "19521234543210"]], "19521234543210"),
    ("9521234543213", "gtin", None, [["01", "09521234543213"]], "09521234543213"),
    ("123456789012345675", "sscc", None, [["00", "123456789012345675"]], None),
    ("(01)09521234543213(10)AB\\(", "gs1_elements", None, [["01", "09521234543213"], ["10", "AB("]], "09521234543213"),
    (f"010952123454321310AB{GS}21X", "gs1_elements", None,
     [["01", "09521234543213"], ["10", "AB"], ["21", "X"]], "09521234543213"),
    ("21A03", "plain", None, [], None),
    ("3712", "plain", None, [], None),
    ("A-03-02", "plain", None, [], None),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "kind", "symbology", "elements", "key"), WHAT_IT_IS)
def test_a_code_is_read_by_its_identifier_or_its_form(
    raw: str, kind: str, symbology: str | None, elements: list[list[str]] | None, key: str | None
) -> None:
    found = as_fields(parse_scan(raw))
    assert (found["kind"], found["symbology"]) == (kind, symbology)
    if elements is not None:
        assert (found["elements"], found["gtin14"], found["error"]) == (elements, key, None)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("]", "identifier"),
        ("]C", "identifier"),
        ("]C1", "no GS1 data"),
        ("]d2" + GS, "no GS1 data"),
        ("]C10109521234543214", "check digit"),
        ("]C100123456789012345670", "check digit"),
        ("]C117260230", "no valid GS1 data"),
        ("]C1400A" + GS + "400B", "twice"),
        ("]C101095212345432130209521234543213", "exclude"),
        ("]C10209521234543213", "needs"),
        ("]C18006095212345432130302", "piece"),
        ("]E09521234543214", "check digit"),
        ("]E012345", "cut off"),
        ("952123454321", "check digit"),
        ("]Q1https://id.example.org/01/09521234543213/10/AB?10=AB", "twice"),
        ("]Q1https://id.example.org/01/0952123%00", "character"),
        ("]Q1https://id.example.org/01/9521234543213", "14 digits"),
        ("]Q1https://id.example.org/01/09521234543213?99=", "no value"),
        ("(10", "bracketed"),
        ("", "empty"),
    ],
)
def test_a_code_that_is_wrong_in_itself_says_why(raw: str, word: str) -> None:
    assert word in parse_scan(raw).error


@given(st.text())
def test_no_text_makes_the_parser_fail(raw: str) -> None:
    parse_scan(raw)
    parse_scan("]C1" + raw)
    parse_scan("]Q1https://a/" + raw)


@pytest.mark.parametrize(
    "printed", ["95200002", "952000000026", "9520000123451", "19520000123458", "A-03-02", "00000000"]
)
def test_a_gtin_is_shown_as_its_label_has_it(printed: str) -> None:
    assert printed_gtin(gtin14(printed) or printed) == printed


@given(st.from_regex(r"[0-9]{7,13}", fullmatch=True).filter(lambda digits: len(digits) in (7, 11, 12, 13)))
def test_every_payload_with_its_check_digit_is_a_gtin(payload: str) -> None:
    code = payload + check_digit(payload)
    assert gtin14(code) == (code.zfill(14) if payload.strip("0") else "")
    wrong = payload + str((int(code[-1]) + 1) % 10)
    assert gtin14(wrong) == ""


# --- meaning here -----------------------------------------------------------------------------------------------------


def here() -> StoreFacts:
    rows = [
        *warehouse(),
        Location(site="S1", code="21A03"),
        Item(code="09521234543299", name="An item whose own code looks like a GTIN"),
    ]
    return StoreFacts(MemoryTransaction(MemoryStore(rows)))


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("A-03-02", LocationMatch),
        ("]C0A-03-02", LocationMatch),
        ("A-03-02\r", LocationMatch),
        ("21A03", LocationMatch),
        ("LOC:A-03-02", LocationMatch),
        ("SOAP", ItemMatch),
        ("9520000123451", ItemMatch),
        ("]E09520000123451", ItemMatch),
        ("]C10109520000123451", ItemMatch),
        ("09521234543299", ItemMatch),
        ("SO-1", OrderMatch),
        ("B-WANG", BadgeMatch),
        ("CONFIRM", CommandMatch),
        ("CMD:short", CommandMatch),
        ("LOT:L9", LotMatch),
        ("]C110L9", LotMatch),
        ("123456789012345675", PlateMatch),
        ("]C100123456789012345675", PlateMatch),
        ("who knows", TextMatch),
        ("4006381333931", TextMatch),
        ("", TextMatch),
        ("]C10109520000123452", TextMatch),
    ],
)
def test_what_this_site_knows_goes_before_what_a_code_looks_like(raw: str, kind: type[Match]) -> None:
    assert type(meaning(raw, here())[0]) is kind


def test_a_pack_code_means_its_unit_and_factor_and_brings_its_lot() -> None:
    (box,) = meaning("19520000123458", here())
    (tea,) = meaning(f"]C1010952123454321310L1{GS}17270131", here())
    assert isinstance(box, ItemMatch)
    assert (box.item, box.unit, box.factor) == ("TOWEL", "box", 12)
    assert isinstance(tea, ItemMatch)
    assert (tea.item, tea.lot, tea.expiry) == ("TEA", "L1", "2027-01-31")


def test_a_misread_code_is_told_from_an_unknown_one() -> None:
    misread, unknown = meaning("]C10109520000123452", here()), meaning("who knows", here())
    assert [one.error for one in (*misread, *unknown) if isinstance(one, TextMatch)] == ["refuse.code_wrong", ""]


# --- scanner parse ----------------------------------------------------------------------------------------------------


def test_a_line_of_parse_input_is_a_json_string_or_the_scan_itself() -> None:
    assert scan_in('"]C110AB\\u001d21X"') == f"]C110AB{GS}21X"
    assert scan_in("]C110AB") == "]C110AB"
    assert scan_in('"half') == '"half'


def test_parse_prints_json_or_a_line_for_people() -> None:
    assert parsed_line("]C0A", as_json=True) == (
        '{"kind":"plain","symbology":"]C0","elements":[],"gtin14":null,"error":null}'
    )
    assert parsed_line("]C10109521234543213", as_json=False) == "gs1_elements  ]C1  (01)09521234543213"


# --- the public vectors of GS1's own engine ---------------------------------------------------------------------------

BEYOND_A_WAREHOUSE = re.compile(r"\]C1(8110|8111|8112|8013|401|7030|391\d|39401|8007|7252|7258|8030|2531|80030|89)")
"""Coupons, currencies, bank accounts, digital signatures and the like: split, and not judged."""

ELSEWHERE_IN_THE_ENGINE = {
    "gs1se-0159",  # bracketed text that does not begin with a bracket: plain text here
    "gs1se-0270",  # a link of another scheme: plain text here
    "gs1se-0292",  # the zone of an IPv6 address
    "gs1se-0373",  # a key qualifier in the query is read, not refused
}


def test_the_public_vectors_of_the_gs1_engine_agree(shared: Path) -> None:
    rows = json.loads((shared / "vectors" / "gs1_scan_vectors.json").read_text(encoding="utf-8"))["rows"]
    ours = [
        row
        for row in rows
        if not row.get("flags")
        and row["id"] not in ELSEWHERE_IN_THE_ENGINE
        and not BEYOND_A_WAREHOUSE.match(row["input"])
    ]
    differing = []
    for row in ours:
        found = as_fields(parse_scan(row["input"]))
        right = found["elements"] == row["ais"] and not found["error"] if row["expect"] == "ok" else found["error"]
        if not right:
            differing.append((row["id"], row["input"], found))
    assert not differing
    assert len(ours) > 200
