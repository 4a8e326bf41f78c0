"""`scanner verify`."""

from __future__ import annotations

import click

from scanner_client.commands.options import home_option, looking_into
from scanner_client.home import Home
from scanner_client.ports import StoreError


@click.command("verify")
@home_option
def command(home: Home) -> None:
    """Check every byte kept: the file, each operation against its hash, each link against the chain.

    Exits with 1 and names what differs. Only reads, also while the terminal runs.
    """
    try:
        with looking_into(home) as tx:
            held = tx.held_count()
            differences = list(tx.differences())
    except StoreError as error:
        if error.kind != "corrupt":
            raise
        held, differences = 0, [str(error)]
    for difference in differences:
        click.echo(difference)
    if differences:
        raise click.exceptions.Exit(1)
    click.echo(f"{held} operations held; every hash and the whole chain are right.")
