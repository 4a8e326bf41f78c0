"""`ledger stock|ops|claims|verify`: what the ledger holds, and whether its tables agree with its log."""

from __future__ import annotations

from typing import Any

import click

from server_stub.commands.asking import SITE_HELP, Failed, db_option, json_option, lines, reading, say_json, say_rows

STOCK_COLUMNS = ("site", "location", "item", "lot", "serial", "lpn", "status", "quantity", "unit")
OPERATION_COLUMNS = ("id", "terminal", "kind", "at", "by", "outcome", "state", "n", "conflicts", "reason")
CLAIM_COLUMNS = ("site", "order", "task", "by", "terminal", "since")


@click.command("stock")
@click.option("--site", help=SITE_HELP)
@click.option("--location", help="Only this location.")
@click.option("--item", help="Only this item.")
@click.option("--lot", help="Only this lot.")
@json_option
@db_option
def stock_command(as_json: bool, place: Any, **equal: str | None) -> None:
    """Show stock: every account with goods on it, the virtual ones (@supplier, @customer …) too.

    \b
      ledger stock --site HALL --item 4711 --json
    """
    with reading(place) as ledger:
        shown = [line for line in lines(ledger, "stock", _given(equal)) if not _is_zero(line["quantity"])]
    say_rows(shown, STOCK_COLUMNS, as_json=as_json)


@click.command("ops")
@click.option("--terminal", help="Only this terminal's.")
@click.option("--kind", help="Only this kind, as picked.")
@click.option("--outcome", help="Only with this outcome, as conflict or quarantined.")
@click.option("--site", help=SITE_HELP)
@json_option
@db_option
def ops_command(as_json: bool, place: Any, **equal: str | None) -> None:
    """Show operations with what became of each; what could not be judged is shown with its reason.

    \b
      ledger ops --outcome quarantined
    """
    with reading(place) as ledger:
        shown = [_operation(line) for line in lines(ledger, "operations", _given(equal))]
    say_rows(shown, OPERATION_COLUMNS, as_json=as_json)


@click.command("claims")
@click.option("--site", help=SITE_HELP)
@click.option("--order", help="Only this order.")
@click.option("--by", help="Only this operator's.")
@json_option
@db_option
def claims_command(as_json: bool, place: Any, **equal: str | None) -> None:
    """Show who works on which order, on which terminal, and since when.

    \b
      ledger claims --site HALL
    """
    with reading(place) as ledger:
        shown = lines(ledger, "claims", _given(equal))
    say_rows(shown, CLAIM_COLUMNS, as_json=as_json)


@click.command("verify")
@json_option
@db_option
def verify_command(as_json: bool, place: Any) -> None:
    """Check the whole ledger: each hash of the log, every table rebuilt from it and compared, all sums zero (R27).

    Exit status 1, and the entries and rows that differ, where anything does.
    """
    with reading(place) as ledger:
        differences = ledger.verify()
    if as_json:
        say_json({"v": 1, "ok": not differences, "differences": differences})
    else:
        for difference in differences:
            click.echo(difference)
    if differences:
        raise Failed(f"the ledger differs from its log in {len(differences)} places; restore it from a backup", 1)
    if not as_json:
        click.echo("the ledger agrees with its log")


def _given(equal: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in equal.items() if value is not None}


def _is_zero(quantity: str) -> bool:
    return not quantity.strip("-0.")


def _operation(line: dict[str, Any]) -> dict[str, Any]:
    """The outcome's fields beside the operation's, so that a line can be searched and sorted."""
    outcome = line.pop("outcome")
    return {**line, **{name: outcome.get(name, "") for name in ("outcome", "state", "n", "conflicts", "reason")}}
