"""A whole ledger from one database into another, as it stood at one moment.

The copy is always a SQLite file, whatever the ledger is kept in: one file to carry, which `ledger verify` reads as it
is, and the way from SQLite to PostgreSQL and back.
"""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from server_stub.db import schema
from server_stub.db.dialect import flavour_of, ledger_url
from server_stub.db.keeping import compact
from server_stub.db.opening import create_schema
from server_stub.db.session import Statements, session
from server_stub.place import SQLITE, NoLedger, place_of
from sync.wire.canonical import chain_hash
from sync.wire.messages import feed_origin
from sync.wire.rows import Claim, Conflict, Request

ROWS_A_TIME = 2000
OF_THE_ORIGINAL = (
    schema.log,
    schema.operation,
    schema.operation_feed,
    schema.operation_conflict,
    schema.waiting,
    schema.stream,
    schema.link,
    schema.gap,
    schema.terminal,
    schema.drained,
    schema.invitation,
    schema.token,
    schema.pin,
    schema.backup,
    schema.ROW_TABLES[Conflict],
    schema.ROW_TABLES[Claim],
    schema.ROW_TABLES[Request],
)
"""What a ledger of its own does not take over: who may speak to it, what terminals said, and what is disputed."""


def write_copy(address: str, file: Path) -> None:
    """Copy the ledger at `address` into `file`, which must be empty, beside a running service.

    Raises OSError or sqlite3.Error where the file cannot be written, NoLedger where the ledger cannot be read.
    """
    source = place_of(address).file
    if source is None:
        create_schema(f"{SQLITE}{file}")
        _copy_tables(address, f"{SQLITE}{file}")
        return
    # A reader that never checkpoints: the file and its write-ahead log stay as they are.
    with closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", [str(file)])


def read_copy(file: Path, address: str) -> None:
    """Put what `write_copy` wrote into the database at `address`: a SQLite file that is not there yet, or an empty
    PostgreSQL database. Raises NoLedger where something is there already."""
    target = place_of(address).file
    if target is not None:
        shutil.copyfile(file, target)
        return
    create_schema(address)
    if _has_entries(address):
        raise NoLedger("the database holds a ledger already; name an empty one")
    _copy_tables(f"{SQLITE}{file}", address)


def new_epoch(address: str) -> str:
    """Give the ledger a new epoch: terminals then compare what they hold with what it has."""
    epoch = str(uuid.uuid4())
    with _writing(address) as connection:
        connection.execute(update(schema.meta).where(schema.meta.c.name == "ledger_epoch").values(value=epoch))
    return epoch


def become_another(address: str, environment: str) -> str:
    """Make the copy a ledger of its own, with another id: the same goods, orders and people, and no past.

    Terminals of the original are refused by it, and the other way round. Returns the new id.
    """
    url = ledger_url(address)
    flavour = flavour_of(url)
    engine = flavour.engine(url, read_only=False)
    ledger_id = str(uuid.uuid4())
    try:
        with session(engine, Statements(flavour), writing=True) as opened:
            for table in OF_THE_ORIGINAL:
                opened.drop(table)
            for feed, n, hash, *_ in opened.rows(schema.feed):
                begins = chain_hash(feed_origin(ledger_id, feed), hash.encode("ascii"))
                opened.put(schema.feed, feed, n, begins, n, begins)
                compact(opened, feed)
            names = {"ledger_id": ledger_id, "ledger_epoch": str(uuid.uuid4()), "environment": environment}
            for name, value in names.items():
                opened.put(schema.meta, name, value)
    finally:
        engine.dispose()
    return ledger_id


def _copy_tables(source: str, target: str) -> None:
    """All rows of all tables, read in one transaction."""
    with _reading(source) as reader, _writing(target) as writer:
        for table in schema.metadata.sorted_tables:
            writer.execute(delete(table))
            for rows in _chunks(reader, table):
                writer.execute(insert(table), rows)


def _chunks(reader: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    found = reader.execute(select(table), execution_options={"yield_per": ROWS_A_TIME})
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]


def _has_entries(address: str) -> bool:
    with _reading(address) as connection:
        return bool(connection.execute(select(func.count()).select_from(schema.feed)).scalar())


@contextmanager
def _reading(address: str) -> Iterator[Connection]:
    with _connected(address, writing=False) as connection:
        yield connection


@contextmanager
def _writing(address: str) -> Iterator[Connection]:
    with _connected(address, writing=True) as connection:
        yield connection


@contextmanager
def _connected(address: str, *, writing: bool) -> Iterator[Connection]:
    """A connection in one transaction, committed at the end."""
    url = ledger_url(address)
    flavour = flavour_of(url)
    engine = flavour.engine(url, read_only=not writing)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(flavour.begin_writing if writing else flavour.begin_reading)
            yield connection
            connection.exec_driver_sql("COMMIT")
    except DBAPIError as error:
        shown = url.render_as_string(hide_password=True)
        raise NoLedger(f"the database {shown} cannot be used: {error.orig}; check the address") from error
    finally:
        engine.dispose()
