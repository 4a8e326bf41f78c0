"""A ledger on PostgreSQL. Imported where one is opened, for its drivers take longer to load than a command to run."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, FromClause, Table, Text, any_, bindparam, cast, create_engine, func
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, Engine

from server_stub.db.dialect import LOCK_TIMEOUT_SECONDS, Flavour, begins_with

IDLE_TIMEOUT_SECONDS = 30
CONNECTIONS = 8
VALUES = re.compile(r"VALUES \([^)]*\)")


class PostgreSQL(Flavour):
    """Several processes may serve one ledger; row locks on terminal and feeds keep change numbers gapless."""

    name = "postgresql"
    begin_writing = "BEGIN"
    begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    locks_rows = True

    def __init__(self) -> None:
        self._dialect = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        self._of_columns: Callable[[str, Table], str] = lru_cache(None)(self._one_statement)

    def engine(self, url: URL, *, read_only: bool) -> Engine:  # noqa: ARG002 readers disturb nobody here
        # So that pg_stat_activity tells the processes of one ledger apart.
        name = f"ledger {os.getpid()}"
        options = {"autocommit": True, "options": _session_settings(), "application_name": name}
        return create_engine(url, pool_size=CONNECTIONS, max_overflow=CONNECTIONS, connect_args=options)

    def insert(self, table: Table) -> Any:
        return postgresql.insert(table)

    def among(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column == any_(bindparam("many", type_=postgresql.ARRAY(column.type)))

    def beginning(self, key: ColumnElement[str]) -> tuple[FromClause, ColumnElement[bool]]:
        texts = bindparam("many", type_=postgresql.ARRAY(Text()))
        listed = func.unnest(cast(texts, postgresql.ARRAY(Text()))).table_valued("value").render_derived()
        return listed, begins_with(key, listed.c.value, "chr(1114111)")

    def many(self, texts: Sequence[str]) -> Any:
        return list(texts)

    def write_many(self, cursor: Any, statement: str, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        cursor.execute(self._of_columns(statement, table), [list(column) for column in zip(*rows, strict=True)])

    def _one_statement(self, statement: str, table: Table) -> str:
        """The statement with its one row of values replaced by rows made of arrays, one for each column.

        500 rows in one statement take a quarter of the time of 500 statements sent ahead of their answers.
        """
        types = (column.type.compile(self._dialect).partition(" COLLATE")[0] for column in table.columns)
        arrays = ", ".join(f"%b::{one}[]" for one in types)
        made, count = VALUES.subn(f"SELECT * FROM unnest({arrays})", statement)
        assert count == 1, "an insert has one list of values"
        return made

    def is_busy(self, error: BaseException) -> bool:
        # A transaction that was left idle too long is ended by the server; psycopg calls that an internal error.
        ended = psycopg.errors.IdleInTransactionSessionTimeout
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | ended)


def _session_settings() -> str:
    return (
        f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_SECONDS}s"
        " -c synchronous_commit=on"
    )
