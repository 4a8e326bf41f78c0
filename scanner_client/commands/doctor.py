"""`scanner doctor`."""

from __future__ import annotations

import click

from scanner_client.checkup import examine
from scanner_client.commands.options import home_option
from scanner_client.home import Home


@click.command("doctor")
@home_option
def command(home: Home) -> None:
    """Look for what hinders a terminal: clock, disk, SQLite, the home's permissions, the way to the ledger.

    Each finding names its cure. Exits with 1 where there is one.
    """
    findings = examine(home)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.well else 'MEND'} {finding.name}: {finding.says}")
    if not all(finding.well for finding in findings):
        raise click.exceptions.Exit(1)
