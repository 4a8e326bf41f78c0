"""Restoring: another ledger's backup or an altered one is refused; terminals complete what comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ledger.at_work import NOON, Opened, Work, fill, tables

from server_stub.access import OFFICE, TERMINAL, Invitation, Registry, invite, mint_token
from server_stub.backup import loss
from server_stub.backup.loss import lost
from server_stub.backup.manifest import manifest_of
from server_stub.backup.taking import take
from server_stub.changes import change, put_global
from server_stub.db import create_schema, open_ledger
from server_stub.db.copying import become_another
from server_stub.db.schema import ROW_TABLES, metadata
from server_stub.ledger.office import put_rows
from server_stub.pins import KeptPin
from server_stub.place import place_of, sole_use
from sync.wire.rows import Claim, Conflict, Item, Location

PAST = [
    *(metadata.tables[name] for name in (
        "log", "operation", "operation_feed", "operation_conflict", "waiting", "stream", "link", "gap", "terminal",
        "drained", "invitation", "token", "pin", "backup",
    )),
    ROW_TABLES[Conflict],
    ROW_TABLES[Claim],
]  # fmt: skip
"""Tables that a ledger of its own begins without."""


@pytest.fixture
def small(sqlite_url: str, opened: Opened) -> Work:
    return Work(sqlite_url, opened)


# --- restoring --------------------------------------------------------------------------------------------------------


def test_a_restored_ledger_gets_back_from_the_terminals_what_they_recorded(small: Work, tmp_path: Path) -> None:
    file = small.backup(tmp_path)
    small.picker.move(3, "A-01", "A-03")
    small.picker.sync()
    epoch = small.ledger.ledger_epoch
    small.run("restore", str(file))
    hall = small.reopened()
    assert small.place.file
    assert small.place.file.stat().st_mode & 0o777 == 0o600
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
    assert said.count("not in the backup: ") == 2
    (aside,) = [one for one in tmp_path.iterdir() if ".before-" in one.name and not one.name.endswith(("-wal", "-shm"))]
    old = open_ledger(f"sqlite:///{aside}", read_only=True)
    assert old.get(Item, "vase") is not None
    old.close()


CHANGES: list[tuple[Callable[[Registry], object], str]] = [
    (lambda registry: registry.revoke_terminal("T1"), "terminal T1 was revoked"),
    (lambda registry: registry.register_terminal("T1", "HALL", b"n" * 32), "terminal T1 was enrolled at HALL"),
    (lambda registry: invite(registry, "T8", "HALL", NOON), "invitation T8 was invited to HALL"),
    (lambda registry: mint_token(registry, OFFICE, "till"), "token till was given a token"),
    (lambda registry: registry.drop_tokens(OFFICE, "report"), "token report was removed"),
    (lambda registry: registry.put_pin(KeptPin("li", verifier="v")), "pin li chose a PIN"),
    (lambda registry: mint_token(registry, TERMINAL, "T1"), ""),
    (lambda registry: registry.put_invitation(Invitation("code", "T1", "HALL", NOON.isoformat(), claim="used")), ""),
]


@pytest.mark.parametrize(("alter", "said"), CHANGES, ids=[said or "what terminals do" for _, said in CHANGES])
def test_of_who_may_come_in_what_changed_since_the_backup_is_listed(
    small: Work, tmp_path: Path, opened: Opened, alter: Callable[[Registry], object], said: str
) -> None:
    small.ledger.registry(lambda registry: mint_token(registry, OFFICE, "report"))
    backup = opened(f"sqlite:///{small.backup(tmp_path)}")
    small.ledger.registry(alter)
    assert [f"{one.kind} {one.text}" for one in lost(small.ledger, backup)] == ([said] if said else [])


def test_the_offices_doings_are_listed_feed_by_feed_and_those_of_terminals_are_not(
    small: Work, tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loss, "ENTRIES_A_READ", 1)
    backup = opened(f"sqlite:///{small.backup(tmp_path)}")
    change(small.ledger, "NEW", "li", lambda book: put_rows(book, [Location(site="NEW", code="B-1")]))
    small.picker.receive(1, "STAGE")
    small.picker.sync()
    for code in ("vase", "bowl"):
        put_global(small.ledger, "items_imported", "li", Item(code=code))
    told = [one.text.partition(" entry")[0] for one in lost(small.ledger, backup)]
    assert told == ["NEW", "global", "global"]


def test_of_a_log_that_is_not_the_backups_nothing_is_listed(small: Work, tmp_path: Path, opened: Opened) -> None:
    other = opened(f"sqlite:///{shutil.copy(small.backup(tmp_path), tmp_path / 'other.db')}")
    put_global(other, "items_imported", "li", Item(code="bowl"))
    put_global(small.ledger, "items_imported", "li", Item(code="vase"))
    put_global(small.ledger, "items_imported", "li", Item(code="plate"))
    assert lost(small.ledger, other) == []


def test_a_ledger_that_is_damaged_is_replaced_and_kept_with_all_its_files(small: Work, tmp_path: Path) -> None:
    file = small.backup(tmp_path / "backups")
    small.ledger.close()
    assert small.place.file
    for ending in ("", "-wal"):
        small.place.file.with_name(f"{small.place.file.name}{ending}").write_bytes(b"no database" * 100)
    said = small.run("restore", str(file))
    assert "what only the ledger knew is not listed" in said
    aside = [one for one in tmp_path.iterdir() if ".before-" in one.name and not one.name.endswith("-shm")]
    assert [one.read_bytes()[:11] for one in aside] == [b"no database"] * 2
    assert small.reopened().held() == {"A-01": 8, "A-02": 1}


def test_what_is_in_use_is_neither_replaced_nor_adopted(small: Work, tmp_path: Path) -> None:
    file = small.backup(tmp_path)
    epoch = small.ledger.ledger_epoch
    with sole_use(small.place):
        for words in ((str(file),), ("--adopt",)):
            assert "is in use by" in small.run("restore", *words, status=2)
    assert small.open().ledger_epoch == epoch


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
    elsewhere = ("--as-copy", "--db", str(tmp_path / "copy.db"))
    assert "is not what was made" in small.run("restore", str(file), *elsewhere, status=2)
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


def test_what_only_the_ledger_knew_that_an_empty_database_replaces_is_listed(
    small: Work, postgres_url: str, tmp_path: Path
) -> None:
    file = small.backup(tmp_path)
    put_global(small.ledger, "items_imported", "li", Item(code="vase"))
    said = small.run("restore", str(file), "--db", postgres_url, "--given-up", small.url)
    assert "items_imported li global entry" in said


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
    assert copy.ledger_epoch != original.ledger_epoch
    assert copy.environment == "training"
    assert not copy.verify()
    assert tables(copy)["balances"] == tables(original)["balances"]
    assert {end.hash for end in copy.heads().values()}.isdisjoint(end.hash for end in original.heads().values())
    said = small.run("restore", str(file), "--as-copy", "--db", str(target), status=2)
    assert "name another file for the copy" in said


def test_a_copy_takes_nothing_of_who_spoke_to_the_original_and_of_what_they_said(small: Work) -> None:
    fill(small.ledger, PAST)
    held = tables(small.ledger, but="")
    assert all(held[table.name] for table in PAST)
    small.ledger.close()
    become_another(small.url, "training")
    left = tables(small.open(), but="")
    assert [table.name for table in PAST if left[table.name]] == []


def test_a_ledger_that_terminals_met_twice_goes_on_under_a_new_epoch(small: Work) -> None:
    epoch = small.ledger.ledger_epoch
    small.run("restore", "--adopt")
    assert small.open().ledger_epoch != epoch
