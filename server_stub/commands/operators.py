"""`ledger operator`: the people who scan, with their badges and what they may do where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from server_stub.access import Registry
from server_stub.changes import put_global
from server_stub.commands.asking import Failed, db_option, have_done, json_option, lines, office_user, reading, say_rows
from server_stub.office import OfficeRefusal, office_work
from server_stub.pins import CODE_DIGITS, LIVE, has_pin, is_pin_code, reset_pin
from server_stub.ports import ServedLedger
from server_stub.roles import BadRoles, read_roles
from server_stub.words import checked_code
from sync.wire.rows import Operator

COLUMNS = ("code", "name", "badge", "roles", "language", "active")


@office_work
def add_operator(
    ledger: ServedLedger, code: str, name: str, badge: str, roles: dict[str, list[str]], language: str, by: str
) -> str:
    """A new operator, or the present one changed and active again. A badge belongs to one person.

    Returns the one-time code with which a new one chooses a PIN; empty where none is needed.
    """
    operator = Operator(code=checked_code("an operator", code), name=name, badge=badge, roles=roles, language=language)
    holders = [one.code for one in ledger.rows(Operator, {"badge": badge}, "", 2)] if badge else []
    if set(holders) - {code}:
        raise OfficeRefusal(f"the badge {badge!r} belongs to {holders[0]}; give another one", 1)
    known = ledger.get(Operator, code)
    put_global(ledger, "operator_added", by, operator)
    if known is not None or ledger.environment != LIVE:
        return ""
    return ledger.registry(lambda registry: reset_pin(registry, code, datetime.now(UTC)))


@office_work
def deactivate_operator(ledger: ServedLedger, code: str, by: str) -> None:
    known = ledger.get(Operator, code)
    if known is None:
        raise OfficeRefusal(f"there is no operator {code!r}; `ledger operator list` shows those there are", 1)
    put_global(ledger, "operator_deactivated", by, msgspec.structs.replace(known, active=False))


@office_work
def reset_operator_pin(ledger: ServedLedger, code: str) -> str:
    """End the operator's PIN; the one-time code for the next one, which is told once and nowhere kept."""
    if ledger.get(Operator, code) is None:
        raise OfficeRefusal(f"there is no operator {code!r}; `ledger operator list` shows those there are", 1)
    return ledger.registry(lambda registry: reset_pin(registry, code, datetime.now(UTC)))


@office_work
def give_operator_code(ledger: ServedLedger, code: str, digits: str) -> str:
    """A one-time code for the first PIN of who has none; it voids the one before. `digits`: the code itself, where the
    office has printed one already."""
    if ledger.get(Operator, code) is None:
        raise OfficeRefusal(f"there is no operator {code!r}; `ledger operator list` shows those there are", 1)
    if digits and not is_pin_code(digits):
        raise OfficeRefusal(f"a one-time code has {CODE_DIGITS} digits; leave it out, and one is made")

    def given(registry: Registry) -> str:
        if has_pin(registry, code):
            raise OfficeRefusal(f"{code} has a PIN; `ledger operator reset-pin {code}` ends it and prints a code", 1)
        return reset_pin(registry, code, datetime.now(UTC), digits)

    return ledger.registry(given)


def roles_of(words: Sequence[str]) -> dict[str, list[str]]:
    """`HALL:picker` or `HALL:picker supervisor` per word; without a site everywhere. Raises Failed."""
    try:
        return read_roles(*words)
    except BadRoles as error:
        raise Failed(f"--role: {error}") from error


@click.group("operator")
def operator_command() -> None:
    """Add, list and deactivate the people who scan."""


@operator_command.command("add")
@click.argument("code")
@click.option("--name", default="", help="The person's name.")
@click.option("--badge", default="", help="What scanning the badge gives.")
@click.option("--role", "roles", multiple=True, help="SITE:ROLE, or ROLE for every site.")
@click.option("--language", default="", help="Language of the screens: en or zh_CN.")
@db_option
def add(code: str, name: str, badge: str, roles: tuple[str, ...], language: str, place: Any) -> None:
    """Add the operator CODE, or change what is known of CODE.

    \b
      ledger operator add WANG --name 王芳 --badge B-1001 --role HALL:picker --language zh_CN

    On a live ledger a new operator gets a one-time code, printed here: hand it out with the badge.
    """
    given = {"code": code, "name": name, "badge": badge, "roles": roles_of(roles), "language": language}
    one_time = have_done(place, add_operator, **given, by=office_user())
    click.echo(f"{code} is added")
    if one_time:
        click.echo(_chooses(code, "a PIN", one_time))


@operator_command.command("list")
@json_option
@db_option
def list_operators(as_json: bool, place: Any) -> None:
    """List the operators."""
    with reading(place) as ledger:
        shown = lines(ledger, "operators")
    say_rows(shown, COLUMNS, as_json=as_json)


@operator_command.command("deactivate")
@click.argument("code")
@db_option
def deactivate(code: str, place: Any) -> None:
    """Let the operator CODE log in no more. What CODE did stays."""
    have_done(place, deactivate_operator, code=code, by=office_user())
    click.echo(f"{code} is deactivated")


@operator_command.command("code")
@click.argument("code")
@click.option("--set", "digits", default="", help="The code, of ten digits, where it is printed on the badge already.")
@db_option
def code_command(code: str, digits: str, place: Any) -> None:
    """Print a one-time code for the first PIN of the operator CODE, good for a day.

    \b
      ledger operator code WANG

    Hand it out with the badge. The operator types it at a scanner that reaches the ledger, and chooses a PIN.
    """
    one_time = have_done(place, give_operator_code, code=code, digits=digits)
    click.echo(_chooses(code, "a PIN", one_time))


@operator_command.command("reset-pin")
@click.argument("code")
@db_option
def reset_pin_command(code: str, place: Any) -> None:
    """End the PIN of the operator CODE and print a one-time code, good for a day.

    \b
      ledger operator reset-pin WANG

    The operator types it at a scanner that reaches the ledger, and then chooses a new PIN.
    """
    one_time = have_done(place, reset_operator_pin, code=code)
    click.echo(_chooses(code, "a new PIN", one_time))


def _chooses(code: str, what: str, one_time: str) -> str:
    return f"{code} chooses {what} at a scanner with the one-time code {one_time}"
