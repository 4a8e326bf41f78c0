"""Making, migrating and opening a ledger's database."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from server_stub.db import schema
from server_stub.db.book import Identity
from server_stub.db.dialect import flavour_of, ledger_url
from server_stub.db.ledger import Ledger, utc_now
from server_stub.place import NoLedger

MIGRATIONS = Path(__file__).with_name("migrations")
LIVE = "live"


def create_schema(address: str, *, ledger_id: str = "", environment: str = LIVE) -> None:
    """Make an empty ledger: its tables, its id and its first epoch. Harmless where there is one already.

    A SQLite file must exist (it may be empty). Raises NoLedger where the database cannot be used.
    """
    with _opened(address) as connection:
        _upgrade(connection)
        if connection.execute(select(schema.meta.c.name)).first() is None:
            names = {
                "ledger_id": ledger_id or str(uuid.uuid4()),
                "ledger_epoch": str(uuid.uuid4()),
                "environment": environment,
                "created": utc_now(),
            }
            rows = [{"name": name, "value": value} for name, value in names.items()]
            connection.execute(insert(schema.meta), rows)


def migrate_schema(address: str) -> None:
    """Bring a ledger's tables to this version. Raises NoLedger where there is no ledger."""
    with _opened(address) as connection:
        if not inspect(connection).has_table(schema.meta.name):
            raise _no_ledger(ledger_url(address))
        _upgrade(connection)


def open_ledger(address: str, *, read_only: bool = False, clock: Callable[[], str] = utc_now) -> Ledger:
    """Open a ledger. Raises NoLedger where there is none or its tables are another version's.

    `read_only` leaves a SQLite file and its WAL as they are, for reading beside a running service.
    """
    url = ledger_url(address)
    flavour = flavour_of(url)
    engine = flavour.engine(url, read_only=read_only)
    try:
        identity = _identity(engine, url)
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine, flavour, identity, clock)


def _identity(engine: Engine, url: URL) -> Identity:
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(schema.meta.name):
                raise _no_ledger(url)
            _check_version(connection, url)
            names = {row.name: row.value for row in connection.execute(select(schema.meta))}
    except DBAPIError as error:
        raise NoLedger(f"the ledger {_shown(url)} cannot be opened: {error.orig}; check the address") from error
    return Identity(names["ledger_id"], names["ledger_epoch"], names["environment"])


def _check_version(connection: Connection, url: URL) -> None:
    have = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if have == schema.VERSIONS[-1]:
        return
    older = have in schema.VERSIONS
    cure = "stop the service, have a backup and run `ledger migrate`" if older else "update this program"
    raise NoLedger(f"the tables of the ledger {_shown(url)} are another version's; {cure}")


@contextmanager
def _opened(address: str) -> Iterator[Connection]:
    """A connection in one transaction, for changing the schema."""
    url = ledger_url(address)
    flavour = flavour_of(url)
    engine = flavour.engine(url, read_only=False)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(flavour.begin_writing)
            yield connection
            connection.exec_driver_sql("COMMIT")
    except DBAPIError as error:
        raise NoLedger(f"the ledger {_shown(url)} cannot be made: {error.orig}; check the address") from error
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    # Alembic takes a while to import, and only who changes the schema needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _no_ledger(url: URL) -> NoLedger:
    return NoLedger(f"there is no ledger at {_shown(url)}; make one with `ledger init`")


def _shown(url: URL) -> str:
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
