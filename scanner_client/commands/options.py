"""What commands share: the option that names the home, a look into a store, JSON on standard output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from scanner_client.clock import new_uuid7, utc_now
from scanner_client.home import Home, home_at
from scanner_client.store import TerminalStore, Transaction
from scanner_client.store.identity import Sources


def _home(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Home:
    return home_at(value)


home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="SCANNER_HOME",
    callback=_home,
    help="The terminal's home; else SCANNER_HOME, else this user's.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")


@contextmanager
def looking_into(home: Home) -> Iterator[Transaction]:
    """One read of the home's store, also while `scanner run` works in it. Raises NotEnrolled or StoreError."""
    home.config()
    store = TerminalStore(home.database, Sources(new_uuid7, utc_now), read_only=True)
    try:
        with store.step() as tx:
            yield tx
    finally:
        store.close()


def echo_json(value: Any) -> None:
    click.echo(msgspec.json.encode(value))
