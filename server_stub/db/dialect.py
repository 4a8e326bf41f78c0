"""What tells SQLite from PostgreSQL (`postgresql`): statements as text, opening a connection, what a lock timeout is.

Statements are built with SQLAlchemy and compiled once to the driver's own text; they run on the driver's cursor, for a
batch writes thousands of rows and each layer in between would be paid thousands of times.
"""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Table,
    and_,
    bindparam,
    create_engine,
    event,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Dialect, Engine, make_url
from sqlalchemy.pool import ConnectionPoolEntry, SingletonThreadPool
from sqlalchemy.sql.compiler import SQLCompiler

from server_stub.place import NoLedger

LOCK_TIMEOUT_SECONDS = 5


class Flavour(ABC):
    """What differs between the databases."""

    name: str
    begin_writing: str
    begin_reading: str
    locks_rows: bool
    _dialect: Dialect

    @abstractmethod
    def engine(self, url: URL, *, read_only: bool) -> Engine: ...
    @abstractmethod
    def insert(self, table: Table) -> Any:
        """An insert that knows `on_conflict_do_update`."""

    @abstractmethod
    def among(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The column is one of the texts of one bound parameter, `many(texts)`."""

    @abstractmethod
    def beginning(self, key: ColumnElement[str]) -> tuple[FromClause, ColumnElement[bool]]:
        """What to join with, and on what, so that the key begins with one of the texts of `many(texts)`."""

    @abstractmethod
    def many(self, texts: Sequence[str]) -> Any: ...
    @abstractmethod
    def write_many(self, cursor: Any, statement: str, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Run an insert or upsert of whole rows of the table for each of the rows, in whatever way is quickest here."""

    @abstractmethod
    def is_busy(self, error: BaseException) -> bool:
        """Whether the same transaction may succeed when tried again."""

    def text(self, statement: Any) -> str:
        """The statement in the driver's words; parameters by position, in the order of their columns."""
        compiled = statement.compile(dialect=self._dialect)
        assert isinstance(compiled, SQLCompiler)
        assert not any(compiled.params.values()), "a value of its own would need a place among the parameters"
        return str(compiled)


class SQLite(Flavour):
    """One file, one process, one connection that writes."""

    name = "sqlite"
    begin_writing = "BEGIN IMMEDIATE"
    begin_reading = "BEGIN"
    locks_rows = False

    def __init__(self) -> None:
        self._dialect = sqlite.dialect(paramstyle="qmark")

    def engine(self, url: URL, *, read_only: bool) -> Engine:
        """One connection in the thread that uses it. Never makes a file; read-only leaves a WAL as it is."""
        file = quote(str(Path(url.database or "").absolute()))
        mode = "ro" if read_only else "rw"
        opened = URL.create("sqlite", database=f"file:{file}", query={"mode": mode, "uri": "true"})
        engine = create_engine(opened, poolclass=SingletonThreadPool)
        event.listen(engine, "connect", _prepare_reading if read_only else _prepare_writing)
        return engine

    def insert(self, table: Table) -> Any:
        return sqlite.insert(table)

    def among(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        listed = func.json_each(bindparam("many")).table_valued("value")
        return column.in_(select(listed.c.value))

    def beginning(self, key: ColumnElement[str]) -> tuple[FromClause, ColumnElement[bool]]:
        listed = func.json_each(bindparam("many")).table_valued("value")
        return listed, begins_with(key, listed.c.value, "char(1114111)")

    def many(self, texts: Sequence[str]) -> Any:
        return json.dumps(list(texts))

    def write_many(self, cursor: Any, statement: str, table: Table, rows: Sequence[Sequence[Any]]) -> None:  # noqa: ARG002 the statement names it
        cursor.executemany(statement, rows)

    def is_busy(self, error: BaseException) -> bool:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return isinstance(error, sqlite3.OperationalError) and code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _prepare_reading(connection: Any, _entry: ConnectionPoolEntry | None) -> None:
    """Our own transactions: no implicit BEGIN."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT_SECONDS * 1000}")


def _prepare_writing(connection: Any, entry: ConnectionPoolEntry) -> None:
    """A commit that returns has reached the disk."""
    _prepare_reading(connection, entry)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def begins_with(key: ColumnElement[str], prefix: ColumnElement[str], last_character: str) -> ColumnElement[bool]:
    """A range that the key's index serves; no text goes on behind the last character there is."""
    return and_(key >= prefix, key < prefix.concat(literal_column(last_character)))


def flavour_of(url: URL) -> Flavour:
    if url.get_backend_name() == "sqlite":
        return SQLite()
    from server_stub.db.postgresql import PostgreSQL  # noqa: PLC0415  # most ledgers never need its drivers

    return PostgreSQL()


def ledger_url(address: str) -> URL:
    """Read an address as people write it: a file, `sqlite:///FILE`, or `postgresql://USER@HOST/DATABASE`.

    Raises NoLedger for any other kind of database.
    """
    if "://" not in address:
        return URL.create("sqlite", database=address)
    url = make_url(address)
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database:
        return url
    raise NoLedger(
        f"a ledger cannot be kept at {backend}://…; name a file, sqlite:///FILE or postgresql://USER@HOST/DATABASE"
    )
