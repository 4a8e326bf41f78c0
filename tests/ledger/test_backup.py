"""Backups: whole, of one moment, counted and dropped by age, and what terminals may forget once there are two."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ledger.at_work import NOON, Opened, Work, fill, tables
from msgspec import json, structs

from server_stub.backup.due import _due_in as due_in
from server_stub.backup.due import due
from server_stub.backup.manifest import Manifest, manifest_of, read_manifest
from server_stub.backup.taking import note_backup, take
from server_stub.db import open_ledger
from server_stub.db.copying import read_copy, write_copy
from server_stub.office import OfficeRefusal


@pytest.fixture
def work(ledger_url: str, opened: Opened) -> Work:
    return Work(ledger_url, opened)


@pytest.fixture
def small(sqlite_url: str, opened: Opened) -> Work:
    return Work(sqlite_url, opened)


# --- taking -----------------------------------------------------------------------------------------------------------


def test_a_backup_holds_every_row_of_every_table_and_agrees_with_its_log(work: Work, tmp_path: Path) -> None:
    file = work.backup(tmp_path / "backups")
    copy = open_ledger(f"sqlite:///{file}", read_only=True)
    assert tables(copy) == tables(work.ledger)
    assert not copy.verify()
    copy.close()
    assert file.stat().st_mode & 0o777 == manifest_of(file).stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
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
    strangers = [lay(folder, 1, of="another"), folder / "notes.db"]
    strangers[1].touch()
    made = [take(small.place, folder, keep=2).file for _ in range(4)]
    kept = {file for one in (strangers[0], *made[2:]) for file in (one, manifest_of(one))}
    assert set(folder.iterdir()) == {*kept, strangers[1]}


def lay(folder: Path, hours: float, of: str = "") -> Path:
    """A file that passes for a backup made so many hours ago."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{of}-{hours}.db"
    file.touch()
    manifest = structs.replace(made_at(datetime.now(UTC) - timedelta(hours=hours)), ledger_id=of)
    manifest_of(file).write_bytes(json.encode(manifest))
    return file


def test_terminals_may_forget_what_two_verified_backups_hold(work: Work, tmp_path: Path) -> None:
    picker = work.picker
    for expected in (0, 0, 2):
        assert picker.exchange().stream.safe_seq == expected
        made = read_manifest(work.backup(tmp_path / "backups"))
        note_backup(work.ledger, {feed: [*end] for feed, end in made.feeds.items()}, [[*one] for one in made.streams])


def test_the_command_tells_the_ledger_how_far_its_backups_go(small: Work, tmp_path: Path) -> None:
    for _ in range(2):
        small.run("backup", "--to", str(tmp_path / "backups"))
    small.reopened()
    assert small.picker.exchange().stream.safe_seq == 2


def test_backups_of_another_history_let_nobody_forget(small: Work) -> None:
    made = small.ledger.positions()
    for _ in range(2):
        note_backup(
            small.ledger,
            {feed: [n, "0" * 64] for feed, (n, _) in made.feeds.items()},
            [[terminal, epoch, seq] for (terminal, epoch), seq in made.streams.items()],
        )
    assert small.picker.exchange().stream.safe_seq == 0


@pytest.mark.parametrize("way", ["from SQLite", "and back"])
def test_no_table_is_left_out(small: Work, postgres_url: str, tmp_path: Path, way: str) -> None:
    fill(small.ledger)
    before = tables(small.ledger, but="")
    assert all(before.values())
    small.ledger.close()
    files = [tmp_path / "one.db", tmp_path / "two.db"]
    for file in files:
        file.touch()
    write_copy(small.url, files[0])
    read_copy(files[0], postgres_url)
    write_copy(postgres_url, files[1])
    address = postgres_url if way == "from SQLite" else f"sqlite:///{files[1]}"
    copy = open_ledger(address, read_only=True)
    assert tables(copy, but="") == before
    copy.close()


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


def test_another_ledgers_backups_in_the_folder_are_none_of_this_one(tmp_path: Path) -> None:
    lay(tmp_path, 1, of="another")
    assert due_in(tmp_path, timedelta(hours=24), "mine") == timedelta(0)
    lay(tmp_path, 1, of="mine")
    assert due_in(tmp_path, timedelta(hours=24), "mine") > timedelta(hours=22)


def test_status_counts_the_newest_that_was_finished(small: Work, tmp_path: Path) -> None:
    lay(tmp_path, 30)
    assert "stale" in small.run("backup", "status", "--to", str(tmp_path), status=1)
    lay(tmp_path, 1).unlink()
    manifest_of(lay(tmp_path, 2)).write_text("half a manif", encoding="ascii")
    assert "stale" in small.run("backup", "status", "--to", str(tmp_path), status=1)
    lay(tmp_path, 3)
    assert "fresh" in small.run("backup", "status", "--to", str(tmp_path))


def test_status_tells_the_age_and_fails_where_a_folder_has_none(small: Work, tmp_path: Path) -> None:
    small.run("backup", "--to", str(tmp_path / "good"))
    assert "fresh" in small.run("backup", "status", "--to", str(tmp_path / "good"))
    said = small.run("backup", "status", "--to", str(tmp_path / "good"), "--to", str(tmp_path / "bad"), status=1)
    assert f"no backup of the last 26 hours in {tmp_path / 'bad'}" in said


def test_status_fails_where_the_newest_is_too_old(small: Work, tmp_path: Path) -> None:
    small.run("backup", "--to", str(tmp_path))
    assert "stale" in small.run("backup", "status", "--to", str(tmp_path), "--max-hours", "0.0000001", status=1)
