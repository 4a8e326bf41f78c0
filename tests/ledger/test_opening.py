"""Making, migrating and opening a ledger: what is not ours is refused in a sentence that names the cure."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from server_stub.db import Ledger, create_schema, migrate_schema, open_ledger, schema
from server_stub.db.dialect import ledger_url as address_of
from server_stub.db.opening import MIGRATIONS
from server_stub.place import NoLedger
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Conflict, Item, Lot


def test_the_migrations_make_the_tables_the_program_works_with(ledger_url: str) -> None:
    engine = create_engine(address_of(ledger_url))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


def test_the_program_knows_every_revision() -> None:
    revisions = [one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert tuple(reversed(revisions)) == schema.VERSIONS


def test_making_a_ledger_again_keeps_its_id(sqlite_url: str, opened: Callable[[str], Ledger]) -> None:
    before = opened(sqlite_url).ledger_id
    create_schema(sqlite_url)
    migrate_schema(sqlite_url)
    assert opened(sqlite_url).ledger_id == before


def test_a_file_that_is_not_there_or_not_ours_is_refused_with_the_cure(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    for address in (str(empty), f"sqlite:///{empty}"):
        with pytest.raises(NoLedger, match="ledger init"):
            open_ledger(address)
        with pytest.raises(NoLedger, match="ledger init"):
            migrate_schema(address)
    with pytest.raises(NoLedger, match="cannot be opened"):
        open_ledger(str(tmp_path / "nowhere.db"))
    assert not (tmp_path / "nowhere.db").exists()
    with pytest.raises(NoLedger, match="mysql"):
        open_ledger("mysql://somewhere/ledger")


@pytest.mark.parametrize(("version", "cure"), [("0000", "update this program"), ("9999", "update this program")])
def test_tables_of_another_version_are_refused_with_the_cure(sqlite_url: str, version: str, cure: str) -> None:
    """R31."""
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [version])
    connection.close()
    with pytest.raises(NoLedger, match=cure):
        open_ledger(sqlite_url)


@pytest.mark.parametrize("version", schema.VERSIONS[:-1])
def test_a_ledger_of_an_older_version_goes_on_after_a_migration(
    version: str, tmp_path: Path, opened: Callable[[str], Ledger]
) -> None:
    """R31."""
    file = tmp_path / "older.db"
    _make_at(file, version)
    with pytest.raises(NoLedger, match="ledger migrate"):
        open_ledger(str(file))
    migrate_schema(str(file))
    ledger = opened(str(file))
    assert (ledger.ledger_id, ledger.get(Lot, "lamp\x1fL1")) == (
        "kept",
        Lot(item="lamp", lot="L1", expiry="2027-03-31"),
    )
    engine = create_engine(address_of(str(file)))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


def _make_at(file: Path, version: str) -> None:
    """A ledger as a program of this version left it, with one lot."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        meta = [{"name": name, "value": "kept"} for name in ("ledger_id", "ledger_epoch", "environment")]
        connection.execute(schema.meta.insert(), meta)
        connection.execute(
            text("INSERT INTO lots (key, item, lot, expiry, blocked) VALUES (:key, 'lamp', 'L1', '2027-03-31', false)"),
            {"key": "lamp\x1fL1"},
        )
    engine.dispose()


def test_lists_are_read_in_pages_by_equal_columns(ledger_url: str, opened: Callable[[str], Ledger]) -> None:
    ledger = opened(ledger_url)
    rows = [Balance(site="A", location=f"A-{n}", item=str(n % 2), quantity=Quantity(n, 1)) for n in range(1, 6)]
    with ledger.transaction({"A"}) as book:
        for row in (*rows, Item(code="1", unit="m"), Conflict(site="A", id="c", kind="k", state="open", subject="s")):
            book.write(type(row), row.key, row)
    first = ledger.rows(Balance, {"item": "1"}, count=2)
    assert first == [rows[0], rows[2]]
    assert ledger.rows(Balance, {"item": "1"}, after=first[-1].key, count=2) == [rows[4]]
    assert ledger.units(["0", "1"]) == {"1": "m"}
    assert ledger.get(Conflict, "A\x1fc") is not None
    assert ledger.operations({"terminal": "T1", "kind": "picked", "outcome": "applied", "site": "A"}) == []
