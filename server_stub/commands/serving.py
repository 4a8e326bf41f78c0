"""`ledger init|migrate|serve`: making a ledger, bringing it to this version, and running the service."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from server_stub.api.settings import LONG_POLL_SECONDS, Settings
from server_stub.backup.due import Plan
from server_stub.backup.taking import KEEP
from server_stub.commands.asking import Failed, db_option, key_option, plain_errors, say_json
from server_stub.db import create_schema, migrate_schema, open_ledger
from server_stub.keys import create_key, load_key
from server_stub.logs import configure_logs
from server_stub.place import Place, sole_use
from server_stub.service import CannotListen, Listening, serve

POSTGRES_THREADS = 8
LOOK_AGAIN_SECONDS = 1.0
ENVIRONMENTS = ("live", "training", "test")


@click.command("init")
@click.option(
    "--environment",
    type=click.Choice(ENVIRONMENTS),
    default=ENVIRONMENTS[0],
    show_default=True,
    envvar="LEDGER_ENVIRONMENT",
    help="What the ledger is for; terminals show it, and only a live one demands PINs.",
)
@key_option
@db_option
def init_command(place: Place, key: Path | None, environment: str) -> None:
    """Make a new, empty ledger and its signing key.

    \b
      ledger init --db warehouse.db
      ledger init --db postgresql://ledger@localhost/warehouse --key ledger.key

    Keep a copy of the key with the backups: it is not in the database.
    """
    path = key or place.key
    with plain_errors():
        if place.file:
            _make_file(place.file)
        with sole_use(place):
            create_schema(place.url, environment=environment)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            create_key(path)
    click.echo(f"the ledger is ready; its signing key is {path}")


def _make_file(file: Path) -> None:
    """An empty file for its owner alone, so that it can be locked before SQLite opens it."""
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise Failed(f"the ledger {file} cannot be made: {error.strerror}; name another file") from error


@click.command("migrate")
@db_option
def migrate_command(place: Place) -> None:
    """Bring the ledger's tables to this version. Stop the service first, and have a backup.

    \b
      ledger migrate --db warehouse.db
    """
    with plain_errors(), sole_use(place):
        migrate_schema(place.url)
    click.echo("the ledger's tables are those of this version")


@click.command("serve")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="LEDGER_HOST",
    help="Address to listen on.  [env: LEDGER_HOST]",
)
@click.option(
    "--port",
    default=8460,
    show_default=True,
    envvar="LEDGER_PORT",
    help="Port; 0 takes a free one.  [env: LEDGER_PORT]",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="LEDGER_TLS_CERT",
    help="Certificate (PEM, with its chain): speak HTTPS only.  [env: LEDGER_TLS_CERT]",
)
@click.option(
    "--tls-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="LEDGER_TLS_KEY",
    help="The certificate's private key (PEM).  [env: LEDGER_TLS_KEY]",
)
@click.option(
    "--max-in-flight",
    type=click.IntRange(1, 1000),
    default=16,
    show_default=True,
    envvar="LEDGER_MAX_IN_FLIGHT",
    help="Exchanges taken in at a time; more are asked to come back.  [env: LEDGER_MAX_IN_FLIGHT]",
)
@click.option(
    "--wait-seconds",
    type=click.FloatRange(0, 300),
    default=LONG_POLL_SECONDS,
    show_default=True,
    envvar="LEDGER_WAIT_SECONDS",
    help="How long a terminal's long poll is held.  [env: LEDGER_WAIT_SECONDS]",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    envvar="LEDGER_LOG_LEVEL",
    help="How much to log, as JSON lines on standard error.  [env: LEDGER_LOG_LEVEL]",
)
@click.option(
    "--backup-to",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    envvar="LEDGER_BACKUPS",
    help="Make backups in this folder by itself; may be given more than once.  [env: LEDGER_BACKUPS, with colons]",
)
@click.option(
    "--backup-hours",
    type=click.FloatRange(0.01, 24 * 30),
    default=24.0,
    show_default=True,
    envvar="LEDGER_BACKUP_HOURS",
    help="How often.  [env: LEDGER_BACKUP_HOURS]",
)
@key_option
@db_option
def serve_command(place: Place, key: Path | None, log_level: str, **given: Any) -> None:
    """Serve terminals and other programs until stopped. Prints its address as one JSON line.

    \b
      ledger serve --db warehouse.db
      ledger serve --host 0.0.0.0 --tls-cert hall.pem --tls-key hall.key
      ledger serve --port 0                        takes a free port and says which

    On SQLite one service runs at a time. On PostgreSQL start as many as are needed on one database, behind any load
    balancer, all with the same key.
    """
    configure_logs(log_level)
    listening = Listening(given["host"], given["port"], given["tls_cert"], given["tls_key"])
    with plain_errors(), sole_use(place):
        settings = _settings(place, key or place.key, given)
        try:
            serve(open_ledger, settings, place, listening, say_json, _plan(given))
        except CannotListen as error:
            raise Failed(str(error)) from error


def _plan(given: dict[str, Any]) -> Plan | None:
    folders = given["backup_to"]
    return Plan(folders, timedelta(hours=given["backup_hours"]), KEEP) if folders else None


def _settings(place: Place, key: Path, given: dict[str, Any]) -> Settings:
    shared = place.file is None
    return Settings(
        key=load_key(key),
        threads=POSTGRES_THREADS if shared else 1,
        look_again=LOOK_AGAIN_SECONDS if shared else None,
        max_in_flight=given["max_in_flight"],
        wait_seconds=given["wait_seconds"],
    )
