"""Backups: whole, of one moment, refused when altered; a restore that terminals complete by themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click.testing
import pytest
from ledger.hall import Hall

from server_stub.backup.due import due
from server_stub.backup.manifest import Manifest, backups_in, manifest_of, read_manifest
from server_stub.backup.taking import note_backup, take
from server_stub.changes import put_global
from server_stub.cli import main
from server_stub.db import Ledger, create_schema, open_ledger
from server_stub.db.schema import metadata
from server_stub.ledger.book import Terminal
from server_stub.office import OfficeRefusal
from server_stub.place import place_of
from sync.wire.rows import Item

Opened = Callable[[str], Ledger]
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class Work:
    """A hall on a ledger at an address, with two operations of one picker in it."""

    def __init__(self, url: str, opened: Opened) -> None:
        self.url = url
        self.place = place_of(url)
        self._opened = opened
        self.ledger = self.open()
        self.hall = Hall(self.ledger, self._register, ledger_id=self.ledger.ledger_id)
        self.hall.stock(A_01=9)
        self.picker = self.hall.picker("T1")
        self.picker.move(1, "A-01", "A-02")
        self.picker.receive(5, "STAGE", "cup")
        self.picker.sync()

    def open(self) -> Ledger:
        self.ledger = self._opened(self.url)
        return self.ledger

    def _register(self, terminal: Terminal) -> None:
        self.ledger.registry(lambda registry: registry.register_terminal(terminal.id, terminal.site, b"k" * 32))

    def reopened(self) -> Hall:
        """The same people before what now lies at the address."""
        self.hall.ledger = self.open()
        return self.hall

    def run(self, *words: str, status: int = 0) -> str:
        self.ledger.close()
        result = click.testing.CliRunner().invoke(main, words, env={"LEDGER_DB": self.url})
        assert result.exit_code == status, result.output
        return result.output

    def backup(self, folder: Path) -> Path:
        return take(self.place, folder, keep=9).file


@pytest.fixture
def work(ledger_url: str, opened: Opened) -> Work:
    return Work(ledger_url, opened)


@pytest.fixture
def small(sqlite_url: str, opened: Opened) -> Work:
    return Work(sqlite_url, opened)


def tables(ledger: Ledger) -> dict[str, list[Any]]:
    """All rows of all tables, the notes of backups aside."""
    with ledger._engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in metadata.sorted_tables
            if table.name != "backup"
        }


# --- taking -----------------------------------------------------------------------------------------------------------


def test_a_backup_holds_every_row_of_every_table_and_agrees_with_its_log(work: Work, tmp_path: Path) -> None:
    file = work.backup(tmp_path / "backups")
    copy = open_ledger(f"sqlite:///{file}", read_only=True)
    assert tables(copy) == tables(work.ledger)
    assert not copy.verify()
    copy.close()
    assert file.stat().st_mode & 0o777 == manifest_of(file).stat().st_mode & 0o777 == 0o600
    assert read_manifest(file).positions() == work.ledger.positions()


def test_no_backup_is_made_of_a_ledger_that_differs_from_its_log(small: Work, tmp_path: Path) -> None:
    assert small.place.file
    with closing(sqlite3.connect(small.place.file)) as file:
        file.execute("UPDATE balances SET quantity = quantity + 1 WHERE location = 'A-01'")
        file.commit()
    with pytest.raises(OfficeRefusal, match="differs from its log") as refusal:
        take(small.place, tmp_path / "backups", keep=9)
    assert refusal.value.status == 1
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named_in_one_sentence(small: Work, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = small.run("backup", "--to", str(tmp_path / "file" / "folder"), status=2)
    assert "no backup can be made in" in said
    assert said.count("\n") == 1


def test_of_older_backups_the_newest_stay_and_strangers_are_left_alone(small: Work, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = [take(small.place, folder, keep=2).file for _ in range(3)]
    (folder / "notes.db").touch()
    take(small.place, folder, keep=2)
    assert {file for file, _ in backups_in(folder)} >= {made[2]}
    assert len(list(backups_in(folder))) == 2
    assert (folder / "notes.db").exists()


def test_terminals_may_forget_what_two_verified_backups_hold(work: Work, tmp_path: Path) -> None:
    picker = work.picker
    for expected in (0, 0, 2):
        assert picker.exchange().stream.safe_seq == expected
        made = read_manifest(work.backup(tmp_path / "backups"))
        note_backup(work.ledger, {feed: [*end] for feed, end in made.feeds.items()}, [[*one] for one in made.streams])


# --- how old ----------------------------------------------------------------------------------------------------------


def made_at(moment: datetime) -> Manifest:
    return Manifest(
        ledger_id="", ledger_epoch="", environment="live", made=moment.isoformat(), release="", bytes=0, sha256="",
        feeds={}, streams=[],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ages", "hours"), [((), 0), ((1,), 23), ((30, 1), 23), ((24,), 0), ((30,), 0)], ids=str
)  # fmt: skip
def test_a_backup_is_due_a_day_after_the_newest(ages: tuple[int, ...], hours: int) -> None:
    manifests = [made_at(NOON - timedelta(hours=age)) for age in ages]
    assert due(manifests, timedelta(hours=24), NOON) == timedelta(hours=hours)


def test_status_tells_the_age_and_fails_where_a_folder_has_none(small: Work, tmp_path: Path) -> None:
    small.run("backup", "--to", str(tmp_path / "good"))
    assert "fresh" in small.run("backup", "status", "--to", str(tmp_path / "good"))
    said = small.run("backup", "status", "--to", str(tmp_path / "good"), "--to", str(tmp_path / "bad"), status=1)
    assert f"no backup of the last 26 hours in {tmp_path / 'bad'}" in said


def test_status_fails_where_the_newest_is_too_old(small: Work, tmp_path: Path) -> None:
    small.run("backup", "--to", str(tmp_path))
    assert "stale" in small.run("backup", "status", "--to", str(tmp_path), "--max-hours", "0.0000001", status=1)


# --- restoring --------------------------------------------------------------------------------------------------------


def test_a_restored_ledger_gets_back_from_the_terminals_what_they_recorded(small: Work, tmp_path: Path) -> None:
    file = small.backup(tmp_path)
    small.picker.move(3, "A-01", "A-03")
    small.picker.sync()
    epoch = small.ledger.ledger_epoch
    small.run("restore", str(file))
    hall = small.reopened()
    assert small.ledger.ledger_epoch != epoch
    assert hall.held() == {"A-01": 8, "A-02": 1}
    for _ in range(2):  # it learns how far the ledger has come, and offers what it lacks
        small.picker.exchange()
    assert hall.held() == {"A-01": 5, "A-02": 1, "A-03": 3}
    assert not small.ledger.verify()


def test_what_only_the_ledger_knew_is_listed_and_the_old_file_stays(small: Work, tmp_path: Path) -> None:
    file = small.backup(tmp_path)
    put_global(small.ledger, "items_imported", "li", Item(code="vase"))
    small.hall.picker("T9")
    small.picker.receive(1, "STAGE")
    small.picker.sync()
    said = small.run("restore", str(file))
    assert "items_imported li global entry" in said
    assert "terminal T9 was enrolled at HALL" in said
    assert "received" not in said
    (aside,) = [one for one in tmp_path.iterdir() if ".before-" in one.name and not one.name.endswith(("-wal", "-shm"))]
    old = open_ledger(f"sqlite:///{aside}", read_only=True)
    assert old.get(Item, "vase") is not None
    old.close()


def test_another_ledgers_backup_is_refused(small: Work, tmp_path: Path, opened: Opened) -> None:
    other = tmp_path / "other.db"
    other.touch()
    create_schema(f"sqlite:///{other}")
    file = take(place_of(str(other)), tmp_path / "backups", keep=9).file
    said = small.run("restore", str(file), status=1)
    assert "of another ledger" in said
    assert small.reopened().held() == {"A-01": 8, "A-02": 1}


def test_an_altered_backup_is_refused(small: Work, tmp_path: Path) -> None:
    file = small.backup(tmp_path)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert "is not what was made" in small.run("restore", str(file), status=2)
    manifest_of(file).unlink()
    assert "belong together" in small.run("restore", str(file), status=2)


def test_a_ledger_moves_to_postgresql_and_back(small: Work, postgres_url: str, tmp_path: Path) -> None:
    """A backup is the way from one file to a database that several processes serve."""
    before = tables(small.ledger)
    file = small.backup(tmp_path)
    small.run("restore", str(file), "--db", postgres_url)
    moved = open_ledger(postgres_url)
    assert without_epoch(tables(moved)) == without_epoch(before)
    assert not moved.verify()
    moved.close()
    assert "holds a ledger already" in small.run("restore", str(file), "--db", postgres_url, status=2)
    back = take(place_of(postgres_url), tmp_path / "back", keep=9).file
    copy = open_ledger(f"sqlite:///{back}", read_only=True)
    assert without_epoch(tables(copy)) == without_epoch(before)
    copy.close()


def without_epoch(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {**found, "meta": [row for row in found["meta"] if "ledger_epoch" not in row]}


# --- a copy of its own, and adopting ----------------------------------------------------------------------------------


def test_a_copy_is_a_ledger_of_its_own_with_the_same_goods(small: Work, tmp_path: Path, opened: Opened) -> None:
    file = small.backup(tmp_path)
    target = tmp_path / "training.db"
    small.run("restore", str(file), "--as-copy", "--db", str(target))
    copy = opened(f"sqlite:///{target}")
    original = small.open()
    assert copy.ledger_id != original.ledger_id
    assert copy.environment == "training"
    assert not copy.verify()
    assert tables(copy)["balances"] == tables(original)["balances"]
    assert not tables(copy)["terminal"]
    said = small.run("restore", str(file), "--as-copy", "--db", str(target), status=2)
    assert "name another file for the copy" in said


def test_a_ledger_that_terminals_met_twice_goes_on_under_a_new_epoch(small: Work) -> None:
    epoch = small.ledger.ledger_epoch
    small.run("restore", "--adopt")
    assert small.open().ledger_epoch != epoch
