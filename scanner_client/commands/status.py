"""`scanner status`."""

from __future__ import annotations

import click
import msgspec

from scanner_client.commands.options import echo_json, home_option, json_option, looking_into
from scanner_client.control import Ask, ask
from scanner_client.home import Home
from scanner_client.status import Status, status_in


@click.command("status")
@json_option
@home_option
def command(as_json: bool, home: Home) -> None:
    """Show mode, line, how many operations stand where, and alerts. Only reads, also while the terminal runs."""
    status = _status(home)
    if as_json:
        echo_json(status)
        return
    for name, value in msgspec.structs.asdict(status).items():
        if name not in ("v", "alerts"):
            click.echo(f"{name:12} {value}")
    for alert in status.alerts:
        click.echo(f"{'ALERT':12} {alert.says}")


def _status(home: Home) -> Status:
    """What the file says; whether the terminal is online only a running program knows."""
    answer = ask(home.control, Ask(do="status"))
    with looking_into(home) as tx:
        return status_in(tx, running=answer is not None)
