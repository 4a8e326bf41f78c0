"""What commands share: the --db option, errors in one sentence with their exit status, JSON or columns as output."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from server_stub.commands.columns import columns_of
from server_stub.db import open_ledger
from server_stub.keys import KeyFileError
from server_stub.listings import every
from server_stub.office import OfficeRefusal, perform
from server_stub.place import LedgerInUse, NoLedger, Place, must_exist, place_of
from server_stub.ports import Busy, ServedLedger
from sync.wire.codec import encode

F = TypeVar("F", bound=Callable[..., Any])
SITE_HELP = "The warehouse's code."


class AsPlace(click.ParamType[Place]):
    name = "url"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Place:
        return value if isinstance(value, Place) else place_of(str(value))


db_option = click.option(
    "--db",
    "place",
    type=AsPlace(),
    envvar="LEDGER_DB",
    required=True,
    help="The ledger: a SQLite file or URL, or postgresql://…  [env: LEDGER_DB]",
)
key_option = click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="LEDGER_KEY",
    help="The ledger's signing key; beside a SQLite file unless named.  [env: LEDGER_KEY]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of columns.")
site_option = click.option("--site", required=True, help=SITE_HELP)


class MeantByDefault(click.Group):
    """A group of which one command is meant where none is named: `ledger backup --to FOLDER`."""

    def __init__(self, *args: Any, meant: str, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.meant = meant

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        wants_help = any(one in ("-h", "--help") for one in args)
        if not wants_help and not any(one in self.commands for one in args):
            args = [self.meant, *args]
        return super().parse_args(ctx, args)


class Failed(click.ClickException):
    """One sentence on standard error, and an exit status."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        vars(self)["exit_code"] = status

    def show(self, file: Any = None) -> None:
        click.echo(f"ledger: {self.message}", err=True, file=file)


@contextmanager
def plain_errors() -> Iterator[None]:
    """What can go wrong with a ledger, as one sentence and exit status 2 (or the one the answer has)."""
    try:
        yield
    except OfficeRefusal as refusal:
        raise Failed(str(refusal), refusal.status) from refusal
    except (LedgerInUse, NoLedger, KeyFileError) as error:
        raise Failed(str(error)) from error
    except Busy as error:
        raise Failed("the ledger's database is busy with other work; run the command again") from error


def have_done(place: Place, work: Callable[..., Any], **arguments: Any) -> Any:
    """Work of the office, done in the running service or here."""
    with plain_errors():
        return perform(place, open_ledger, work, **arguments)


@contextmanager
def reading(place: Place) -> Iterator[ServedLedger]:
    """The ledger to read from, beside a running service too."""
    with plain_errors():
        must_exist(place)
        ledger = open_ledger(place.url, read_only=True)
        try:
            yield ledger
        finally:
            ledger.close()


def lines(ledger: ServedLedger, name: str, equal: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The whole list as plain JSON values."""
    found: list[dict[str, Any]] = msgspec.json.decode(encode(every(ledger, name, equal or {})))
    return found


def office_user() -> str:
    """Who the log names as the author of an office change."""
    return getpass.getuser()


def say_json(value: Any) -> None:
    click.echo(encode(value).decode())


def say_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Rows as a JSON list, or as columns under their names."""
    if as_json:
        say_json(rows)
        return
    for line in columns_of(rows, columns):
        click.echo(line)
