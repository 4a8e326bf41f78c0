"""`ledger token`: tokens with which other programs read the ledger."""

from __future__ import annotations

from typing import Any

import click

from server_stub.access import OFFICE, Registry, mint_token
from server_stub.commands.asking import db_option, have_done, json_option, reading, say_rows
from server_stub.office import OfficeRefusal, office_work
from server_stub.ports import ServedLedger
from server_stub.words import checked_code


@office_work
def add_token(ledger: ServedLedger, name: str) -> str:
    """A token for the program called `name`. Of the token itself only the hash stays here."""
    checked_code("a token", name)

    def work(registry: Registry) -> str:
        if registry.tokens(OFFICE, name):
            raise OfficeRefusal(f"there is a token {name!r} already; end it with `ledger token revoke {name}`", 1)
        return mint_token(registry, OFFICE, name)

    return ledger.registry(work)


@office_work
def revoke_token(ledger: ServedLedger, name: str) -> None:
    def work(registry: Registry) -> None:
        if not registry.tokens(OFFICE, name):
            raise OfficeRefusal(f"there is no token {name!r}; `ledger token list` shows those there are", 1)
        registry.drop_tokens(OFFICE, name)

    ledger.registry(work)


@click.group("token")
def token_command() -> None:
    """Give other programs tokens to read the ledger over HTTP, and take them back."""


@token_command.command("add")
@click.argument("name")
@db_option
def add(name: str, place: Any) -> None:
    """Print a token for the program NAME. It is shown this once.

    \b
      ledger token add reports
      curl -H "Authorization: Bearer TOKEN" http://ledger.example:8460/v1/stock?site=HALL
    """
    click.echo(have_done(place, add_token, name=name))


@token_command.command("list")
@json_option
@db_option
def list_tokens(as_json: bool, place: Any) -> None:
    """List the programs that have a token, and whether they used it."""
    with reading(place) as ledger:
        found = ledger.registry(lambda registry: list(registry.tokens(OFFICE)))
    lines = [{"name": token.holder, "used": token.used} for token in found]
    say_rows(lines, ("name", "used"), as_json=as_json)


@token_command.command("revoke")
@click.argument("name")
@db_option
def revoke(name: str, place: Any) -> None:
    """End the token of the program NAME at once."""
    have_done(place, revoke_token, name=name)
    click.echo(f"the token {name} is revoked")
