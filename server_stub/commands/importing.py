"""`ledger import`: a file of another system into the ledger, with an account of every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from server_stub.commands.asking import SITE_HELP, AsPlace, Failed, have_done, office_user, reading, say_json
from server_stub.importing.accounting import Account, Record
from server_stub.importing.applying import Batch, Taken, take_in
from server_stub.importing.kinds import KINDS
from server_stub.importing.mapping import Mapping, fitting, load_mapping
from server_stub.importing.problems import ImportProblem
from server_stub.importing.reading import read_records
from server_stub.importing.source import Source, read_source
from server_stub.importing.suspicion import note_suspicions
from server_stub.importing.telling import Told, sentences, told
from server_stub.place import Place
from sync.wire.quantity import Quantity
from sync.wire.rows import Site

RECORDS_A_BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    kind: str
    file: Path
    named: str | None = None
    check: bool = False
    create_items: bool = False
    encoding: str = ""
    site: str = ""
    as_json: bool = False


@click.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "named", metavar="MAP", help="A mapping file, or the name of a shipped mapping.")
@click.option("--check", is_flag=True, help="Only say what would be rejected and what looks odd; write nothing.")
@click.option("--create-items", is_flag=True, help="Make items that orders name and the ledger does not know.")
@click.option("--encoding", default="", help="Tried where the file is not UTF-8, as in gb18030.")
@click.option("--site", default="", help=f"{SITE_HELP} Of rows that name none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option(
    "--db",
    "place",
    type=AsPlace(),
    envvar="LEDGER_DB",
    help="The ledger: a SQLite file or URL, or postgresql://… Not needed with --check.  [env: LEDGER_DB]",
)
def import_command(place: Place | None, **asked: Any) -> None:
    r"""Import sites, locations, items, barcodes, lots, stock, orders, operators or partners from CSV, XLSX or JSON.

    Every row of FILE is accepted, or rejected with its row number (row 1 is the header) and the reason. The same file
    again changes nothing. Exit status 1 where rows were rejected that no rule of the mapping leaves out.

    \b
      ledger import items items.csv --check
      ledger import orders invoices.csv --map online_retail --site WH1
    """
    wish = Wish(**asked)
    if place is None and not wish.check:
        raise click.UsageError("name the ledger with --db or LEDGER_DB, or only look at the file with --check")
    report = import_file(wish, place)
    if wish.as_json:
        say_json(report)
    else:
        click.echo("\n".join(sentences(report)))
    raise SystemExit(0 if report.clean else 1)


def import_file(wish: Wish, place: Place | None) -> Told:
    """Import one file and account for it. Raises Failed where it cannot be read at all."""
    try:
        account, mapping, used = _read(wish, place)
    except ImportProblem as problem:
        raise Failed(str(problem)) from problem
    taken = _take(place, wish, mapping, account) if place else None
    account.close()
    return told(wish.kind, wish.file.name, used, account, taken, checked_only=wish.check)


def _read(wish: Wish, place: Place | None) -> tuple[Account, Mapping, str]:
    """The account of the file by itself, the mapping it was read with, and that mapping's name."""
    kind, used = KINDS[wish.kind], wish.named or ""
    mapping = load_mapping(wish.named, kind) if wish.named else None
    source = _source(wish, mapping)
    if mapping is None:
        used, mapping = fitting(kind, source.header)
    site = wish.site or mapping.site or (_only_site(place) if kind.has_site and place else "")
    account = read_records(source, kind, mapping, site)
    note_suspicions(account, kind)
    return account, mapping, used


def _source(wish: Wish, mapping: Mapping | None) -> Source:
    if mapping is None:
        return read_source(wish.file, encoding=wish.encoding)
    return read_source(wish.file, encoding=wish.encoding or mapping.encoding, delimiter=mapping.delimiter)


def _only_site(place: Place) -> str:
    """The site of a ledger that has one; rows need not name it."""
    with reading(place) as ledger:
        sites = ledger.rows(Site, {}, "", 2)
    return sites[0].code if len(sites) == 1 else ""


def _take(place: Place, wish: Wish, mapping: Mapping, account: Account) -> Taken:
    """Have the accepted records taken in, batch by batch; what the ledger refuses moves to the rejected ones."""
    total = Taken()
    for records in _batches(wish.kind, account.accepted):
        batch = Batch(
            kind=wish.kind,
            rows=[(one.row, {name: _plain(value) for name, value in one.values.items()}) for one in records],
            by=f"{office_user()} {wish.file.name}",
            create_items=wish.create_items or mapping.create_items,
            trial=wish.check,
        )
        taken = msgspec.convert(have_done(place, take_in, batch=msgspec.to_builtins(batch)), Taken)
        for name in ("changed", "unchanged", "items_made", "tasks", "unstocked"):
            setattr(total, name, getattr(total, name) + getattr(taken, name))
        total.refused += taken.refused
    account.take_back(dict(total.refused))
    return total


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Quantity) else value


def _batches(kind: str, records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """Batches of about this size; the lines of one order are never parted."""
    if kind == "orders":
        orders: dict[tuple[str, str], list[Record]] = {}
        for one in records:
            orders.setdefault((one.text("site"), one.text("order")), []).append(one)
        batch: list[Record] = []
        for lines in orders.values():
            if batch and len(batch) + len(lines) > RECORDS_A_BATCH:
                yield batch
                batch = []
            batch = batch + lines
        if batch:
            yield batch
        return
    for at in range(0, len(records), RECORDS_A_BATCH):
        yield records[at : at + RECORDS_A_BATCH]
