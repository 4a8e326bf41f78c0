"""CSV, XLSX and JSON give the same rows, with row numbers a person finds again in the file."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from server_stub.importing.problems import UnreadableFile
from server_stub.importing.source import read_csv, read_json, read_sheet

HEADER = "item,quantity,name\n"


def _sheet(rows: list[list[str | float]]) -> bytes:
    """A workbook with inline strings and numbers."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    spread = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type='
        f'"{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spread}" xmlns:r="{office}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type='
        f'"{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{spread}"><sheetData>{lines}</sheetData></worksheet>',
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return packed.getvalue()


def test_the_same_table_as_csv_xlsx_and_json_gives_the_same_rows() -> None:
    """R69"""
    of_csv = read_csv(f"{HEADER}007,12,Kettle\n85123A,2.5,灯笼\n".encode(), "a.csv")
    of_sheet = read_sheet(
        _sheet([["item", "quantity", "name"], ["007", 12, "Kettle"], ["85123A", 2.5, "灯笼"]]), "a.xlsx"
    )
    of_json = read_json(
        '[{"item":"007","quantity":12,"name":"Kettle"},{"item":"85123A","quantity":2.50,"name":"灯笼"}]'.encode(), "a"
    )
    assert (
        [row.cells for row in of_csv.rows]
        == [row.cells for row in of_sheet.rows]
        == [row.cells for row in of_json.rows]
    )
    assert [row.number for row in of_csv.rows] == [row.number for row in of_json.rows] == [2, 3]


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert read_csv(b"\xef\xbb\xbf" + HEADER.encode(), "a.csv").header[0] == "item"


def test_gb18030_is_read_where_the_encoding_is_named() -> None:
    """R63"""
    data = f"{HEADER}1,2,白色灯笼\n".encode("gb18030")
    source = read_csv(data, "a.csv", "gb18030")
    assert source.rows[0].cells["name"] == "白色灯笼"
    assert source.encoding == "gb18030"


def test_a_utf8_file_stays_utf8_even_where_another_encoding_is_named() -> None:
    assert read_csv(f"{HEADER}1,2,白色\n".encode(), "a.csv", "gb18030").rows[0].cells["name"] == "白色"


def test_a_row_in_another_encoding_is_reported_with_its_number_and_the_others_are_read() -> None:
    """R63"""
    data = f"{HEADER}1,2,ok\n".encode() + "2,2,灯笼\n".encode("gb18030")
    faults = {row.number: row.fault for row in read_csv(data, "a.csv").rows}
    assert faults[2] == ""
    assert "not UTF-8" in faults[3]
    assert "gb18030" in faults[3]


def test_blanks_around_cells_are_taken_off_and_counted() -> None:
    source = read_csv(f"{HEADER}1 ,2, Kettle\n".encode(), "a.csv")
    assert source.rows[0].cells == {"item": "1", "quantity": "2", "name": "Kettle"}
    assert source.trimmed == 2


def test_empty_and_overlong_rows_keep_their_number_and_say_what_is_wrong() -> None:
    rows = read_csv(f"{HEADER}\n,,\n1,2,3,4\n1,2\n".encode(), "a.csv").rows
    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert [row.fault for row in rows[:2]] == ["the row is empty"] * 2
    assert "4 cells" in rows[2].fault
    assert rows[3].cells["name"] == ""
    assert rows[3].fault == ""


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_the_sign_between_cells_is_the_commonest_of_the_header(sign: str) -> None:
    assert read_csv(f"item{sign}name\n1{sign}a,b\n".encode(), "a.csv").rows[0].cells["name"] == "a,b"


def test_a_line_break_inside_quotes_belongs_to_the_row() -> None:
    rows = read_csv(f'{HEADER}1,2,"two\nlines"\n2,3,x\n'.encode(), "a.csv").rows
    assert [row.number for row in rows] == [2, 3]


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "is empty"), (b'item\n"open', "line"), (b"item,item\n1,2\n", "twice")],
)
def test_a_broken_file_is_named_with_its_fault(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read_csv(data, "a.csv")


def test_json_that_is_no_list_of_objects_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="list of objects"):
        read_json(b'{"item": 1}', "a.json")
