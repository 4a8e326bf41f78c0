"""A whole shift on real processes: picked offline, killed, replies lost, and proven from the files afterwards.

R33: terminals carry on without the network. X3, X7: nothing is lost by a kill. The full one is `make shift FILE=…`.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from scanner_client.rehearsal.proof import Check, Confirmed, held_by_terminal, plant_loss, prove
from scanner_client.rehearsal.warehouse import invent_orders
from sync.wire.bodies import decode_body
from sync.wire.operation import decode_operation

RUN = Path(__file__).with_name("run.py")
ORDERS = 20
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def _orders(path: Path, orders: int) -> dict[tuple[str, str], int]:
    """A file with an old system's dirt: other column names, a cancelled line, an empty row."""
    lines = invent_orders(Random(4), orders)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order", "line", "item", "description", "quantity"])
        writer.writerows([line.order, line.line, line.item, line.name, line.quantity] for line in lines)
        writer.writerow(["SO-9999", "1", lines[0].item, "", -3])
        writer.writerow([])
    return {(line.order, line.line): line.quantity for line in lines}


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RUN), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)


class Worked:
    """A shift that was worked: its folder, what was ordered, and what the command said."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "orders-of-today.csv"
        self.ordered = _orders(self.file, ORDERS)
        self.folder = folder / "shift"
        self.said = _run("--file", self.file, "--keep", self.folder)

    def confirmed(self) -> list[Confirmed]:
        """What the terminals' files say was confirmed; the pickers' own account was checked by the command."""
        found: list[Confirmed] = []
        for name, store in self.stores(self.folder).items():
            for one in held_by_terminal(store):
                operation = decode_operation(one.raw)
                if operation.kind != "picked":
                    continue
                pick = decode_body(operation)
                found.append(Confirmed(name, pick.order, pick.location, pick.item, pick.quantity.units))
        return found

    @staticmethod
    def stores(folder: Path) -> dict[str, Path]:
        return {name: folder / name / "terminal.db" for name in ("T1", "T2", "T3")}

    def faults(self, folder: Path, confirmed: list[Confirmed] | None = None) -> list[Check]:
        given = self.confirmed() if confirmed is None else confirmed
        found = prove(folder / "ledger.db", self.stores(folder), self.ordered, given)
        return [check for check in found if check.fault]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Worked:
    return Worked(tmp_path_factory.mktemp("worked"))


@pytest.fixture
def copy(worked: Worked, tmp_path: Path) -> Path:
    return shutil.copytree(worked.folder, tmp_path / "copy", ignore=shutil.ignore_patterns("*.sock"))


def test_every_line_is_picked_once_while_network_and_power_fail(worked: Worked) -> None:
    assert worked.said.returncode == 0, worked.said.stdout + worked.said.stderr
    assert "all 9 checks are true" in worked.said.stdout
    assert "killed at" in worked.said.stdout
    assert "2 left out" in worked.said.stdout


def test_the_files_of_a_good_shift_prove_it(worked: Worked) -> None:
    assert worked.faults(worked.folder) == []


def test_the_proof_notices_an_operation_that_the_ledger_lost(worked: Worked, copy: Path) -> None:
    lost = plant_loss(copy / "ledger.db")
    assert any(lost in check.fault for check in worked.faults(copy))


def test_the_proof_notices_a_confirmed_line_that_a_terminal_lost(worked: Worked, copy: Path) -> None:
    last = "(SELECT max(seq) FROM operation WHERE kind = 'picked')"
    _change(copy / "T2" / "terminal.db", f"DELETE FROM operation WHERE seq = {last}")
    assert any("confirmed and not kept" in check.fault for check in worked.faults(copy))


def test_the_proof_notices_a_line_that_is_kept_and_was_never_confirmed(worked: Worked, copy: Path) -> None:
    assert any("never confirmed" in check.fault for check in worked.faults(copy, worked.confirmed()[1:]))


def test_the_proof_notices_an_altered_byte_a_left_piece_and_a_waiting_operation(worked: Worked, copy: Path) -> None:
    altered = "CAST(replace(CAST(raw AS TEXT), 'picked', 'packed') AS BLOB)"
    first = "(SELECT min(id) FROM operation WHERE kind = 'picked')"
    _change(copy / "ledger.db", f"UPDATE operation SET raw = {altered} WHERE id = {first}")
    _change(copy / "ledger.db", "UPDATE balances SET quantity = quantity + 1 WHERE location LIKE 'TOTE%'")
    _change(copy / "T1" / "terminal.db", "UPDATE operation SET standing = 'kept' WHERE seq = 2")
    names = {check.name for check in worked.faults(copy)}
    assert {"operations in the ledger", "postings sum to zero", "waiting on terminals"} <= names


def test_a_planted_loss_makes_the_command_say_no(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    _orders(file, 8)
    said = _run("--file", file, "--plant-lost")
    assert said.returncode == 1, said.stdout + said.stderr
    assert "not in the ledger" in said.stdout


def test_a_real_morning_of_orders_is_picked_to_the_last_line(shared: Path) -> None:
    """987 lines in 62 orders, 12,919 pieces, from the file with its real dirt."""
    said = _run("--file", shared / "data" / "online_retail_morning.csv", "--quiet")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "999: 987 lines, 12 left out" in said.stdout
    assert "987 lines, 12,919 pieces of 12,919" in said.stdout


def _change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as file:
        assert file.execute(statement).rowcount
        file.commit()
