"""`ledger site`: the warehouses."""

from __future__ import annotations

from typing import Any

import click

from server_stub.changes import put_global
from server_stub.commands.asking import db_option, have_done, json_option, lines, office_user, reading, say_rows
from server_stub.office import OfficeRefusal, office_work
from server_stub.ports import ServedLedger
from server_stub.words import checked_code
from sync.wire.rows import Site

COLUMNS = ("code", "name", "name_zh", "code_page")


@office_work
def add_site(ledger: ServedLedger, code: str, name: str, name_zh: str, code_page: str, by: str) -> None:
    """A new site. Its own feed begins with the first change it sees."""
    site = Site(code=checked_code("a site", code), name=name, name_zh=name_zh, code_page=code_page)
    if ledger.get(Site, code):
        raise OfficeRefusal(f"there is a site {code!r} already; `ledger site list` shows it", 1)
    put_global(ledger, "site_added", by, site)


@click.group("site")
def site_command() -> None:
    """Add and list warehouses."""


@site_command.command("add")
@click.argument("code")
@click.option("--name", default="", help="What people call it.")
@click.option("--name-zh", default="", help="Its Chinese name.")
@click.option("--code-page", default="", help="Encoding of its scanners' text where that is not UTF-8, as gb18030.")
@db_option
def add(code: str, name: str, name_zh: str, code_page: str, place: Any) -> None:
    """Add the warehouse CODE.

    \b
      ledger site add HALL --name "Main hall" --name-zh 主仓
    """
    have_done(place, add_site, code=code, name=name, name_zh=name_zh, code_page=code_page, by=office_user())
    click.echo(f"{code} is added")


@site_command.command("list")
@json_option
@db_option
def list_sites(as_json: bool, place: Any) -> None:
    """List the warehouses."""
    with reading(place) as ledger:
        shown = lines(ledger, "sites")
    say_rows(shown, COLUMNS, as_json=as_json)
