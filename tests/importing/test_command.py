"""`ledger import` as it is typed: from an empty ledger to pick tasks, with an exit status a script can trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server_stub.cli import main

FILES = {
    "sites": "code,name\nWH1,Hall\n",
    "locations": "site,code,walk\nWH1,A-1,1\nWH1,A-2,2\n",
    "items": "code,name\n007,Lamp\n008,Bell\n",
    "barcodes": "item,barcode,unit,factor\n007,9521234543213,box,6\n",
    "operators": "code,badge,roles\nanna,0815,picker\n",
    "partners": "code,name\nK1,Corner shop\n",
    "stock": "location,item,quantity\nA-2,007,12\nA-1,008,3\n",
    "orders": "order,item,quantity,unit\n1,007,2,box\n1,008,3,\n2,009,1,\n",
}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    database = tmp_path / "ledger.db"
    monkeypatch.setenv("LEDGER_DB", str(database))
    assert _run("init").exit_code == 0
    return database


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def _import(folder: Path, kind: str, *options: str) -> Result:
    file = folder / f"{kind}.csv"
    file.write_text(FILES[kind], encoding="utf-8")
    return _run("import", kind, str(file), *options)


def test_a_warehouse_is_filled_from_files_and_orders_become_tasks(ledger: Path) -> None:
    """R63, R71: ids in = ids out; the row that cannot be taken is named and makes the status 1."""
    said = {kind: _import(ledger.parent, kind) for kind in FILES}
    assert {kind: result.exit_code for kind, result in said.items()} == {kind: int(kind == "orders") for kind in FILES}
    assert "row 4: item 009 is not in the ledger" in said["orders"].output
    assert "2 open pick tasks" in said["orders"].output
    stock = json.loads(_run("stock", "--site", "WH1", "--json").output)
    assert {(one["location"], one["item"], one["quantity"]) for one in stock if one["location"][0] != "@"} == {
        ("A-2", "007", "12"),
        ("A-1", "008", "3"),
    }
    assert _run("verify").exit_code == 0


def test_the_same_files_again_change_nothing(ledger: Path) -> None:
    for kind in FILES:
        _import(ledger.parent, kind)
    for kind in FILES:
        assert "nothing changed" in _import(ledger.parent, kind).output


def test_a_check_writes_nothing_and_tells_the_same(ledger: Path) -> None:
    for kind in ("sites", "locations"):
        _import(ledger.parent, kind)
    checked = _import(ledger.parent, "stock", "--check")
    assert checked.exit_code == 1
    assert "item 007 is not in the ledger" in checked.output
    assert "nothing was written" in checked.output
    assert json.loads(_run("stock", "--json").output) == []


def test_a_file_can_be_checked_without_a_ledger(tmp_path: Path) -> None:
    result = _import(tmp_path, "items", "--check")
    assert result.exit_code == 0
    assert "looked at by itself" in result.output


def test_the_report_as_json_accounts_for_every_row(ledger: Path) -> None:
    report = json.loads(_import(ledger.parent, "orders", "--site", "WH1", "--json").output)
    assert (report["rows"], report["accepted"]) == (3, 0)
    assert [one["row"] for one in report["rejected"]] == [2, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "items", "missing.csv"), "missing.csv cannot be read"),
        (("import", "items", "missing.csv", "--map", "nowhere.toml"), "mapping nowhere.toml cannot be read"),
        (("import", "wishes", "missing.csv"), "'wishes'"),
    ],
)
def test_what_cannot_be_begun_is_one_sentence_and_status_2(ledger: Path, arguments: tuple[str, ...], said: str) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_without_a_ledger_only_a_check_is_possible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEDGER_DB", raising=False)
    result = _import(tmp_path, "items")
    assert result.exit_code == 2
    assert "--db" in result.output


def test_real_orders_come_in_with_the_shipped_mapping_and_again_change_nothing(ledger: Path, shared: Path) -> None:
    """R63: 999 rows; 987 lines in 62 orders, 12,919 pieces; 12 reported, and the file is found by its header."""
    _import(ledger.parent, "sites")
    file = str(shared / "data" / "online_retail_morning.csv")
    first, second = _run("import", "orders", file), _run("import", "orders", file)
    assert first.exit_code == 0, first.output
    assert "999 rows: 987 accepted, 12 rejected" in first.output
    assert "987 lines in 62 orders, 12,919 pieces" in first.output
    assert "nothing changed: the ledger has 987 rows of this file already" in second.output


def test_a_folder_is_imported_in_the_order_that_leaves_nothing_unknown(ledger: Path, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    for kind in ("orders", "stock", "barcodes", "items", "locations", "sites"):
        (folder / f"{kind}.csv").write_text(FILES[kind], encoding="utf-8")
    done = _run("import-folder", str(folder), "--site", "WH1", "--json")
    rejected = {report["kind"]: [one["row"] for one in report["rejected"]] for report in json.loads(done.stdout)}
    assert rejected == {"sites": [], "items": [], "barcodes": [], "locations": [], "stock": [], "orders": [4]}
    assert done.exit_code == 1, "one row names an item that nobody knows"


def test_a_folder_without_files_named_after_a_kind_is_refused(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n", encoding="utf-8")
    done = _run("import-folder", str(tmp_path))
    assert done.exit_code == 2
    assert "items.csv" in done.stderr
