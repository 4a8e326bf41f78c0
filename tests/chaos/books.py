"""A ledger's database as a run looks into it: read-only, in SQL that SQLite and PostgreSQL share."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

Rows = Callable[[str], list[tuple[Any, ...]]]


def is_file(address: str) -> bool:
    return "://" not in address


@contextmanager
def looking(address: str) -> Iterator[Rows]:
    """Ask the database at `address`."""
    if is_file(address):
        with closing(sqlite3.connect(f"{Path(address).absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as file:
            yield lambda sql: file.execute(sql).fetchall()
        return
    import psycopg

    with psycopg.connect(address, autocommit=True) as server:
        yield lambda sql: server.execute(sql.encode()).fetchall()


def count_of(address: str, ids: Iterable[str]) -> int:
    """How many of these operations are committed."""
    named = ", ".join(f"'{id}'" for id in ids)
    with looking(address) as rows:
        return int(rows(f"SELECT count(*) FROM operation WHERE id IN ({named})")[0][0])


def change(address: str, sql: str) -> None:
    """Do damage, where a plant asks for it."""
    if is_file(address):
        with closing(sqlite3.connect(address)) as file, file:
            file.execute(sql)
        return
    import psycopg

    with psycopg.connect(address, autocommit=True) as server:
        server.execute(sql.encode())


@contextmanager
def database_for(address: str, folder: Path) -> Iterator[str]:
    """Where the run's ledger lives: a file in `folder`, or a database made beside the one at `address` and dropped at
    the end."""
    if not address:
        yield str(folder / "ledger.db")
        return
    import psycopg

    name = f"ledger_chaos_{secrets.token_hex(6)}"
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
