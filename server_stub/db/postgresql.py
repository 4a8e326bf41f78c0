"""A ledger on PostgreSQL. Imported where one is opened, for its drivers take longer to load than a command to run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, FromClause, Table, Text, any_, bindparam, cast, create_engine, func
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, Engine

from server_stub.db.dialect import LOCK_TIMEOUT_SECONDS, Flavour, begins_with

IDLE_TIMEOUT_SECONDS = 30
CONNECTIONS = 8


class PostgreSQL(Flavour):
    """Several processes may serve one ledger; row locks on terminal and feeds keep change numbers gapless."""

    name = "postgresql"
    begin_writing = "BEGIN"
    begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    locks_rows = True

    def __init__(self) -> None:
        self._dialect = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]  # SQLAlchemy's own

    def engine(self, url: URL, *, read_only: bool) -> Engine:  # noqa: ARG002 readers disturb nobody here
        options = {"autocommit": True, "options": _session_settings()}
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

    def is_busy(self, error: BaseException) -> bool:
        # A transaction that was left idle too long is ended by the server; psycopg calls that an internal error.
        ended = psycopg.errors.IdleInTransactionSessionTimeout
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | ended)


def _session_settings() -> str:
    return (
        f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_SECONDS}s"
        " -c synchronous_commit=on"
    )
