"""`scanner queue list` and `scanner queue export`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from scanner_client.clock import utc_now
from scanner_client.commands.options import echo_json, home_option, json_option, looking_into
from scanner_client.files import write_private
from scanner_client.home import Home, HomeError
from scanner_client.keys import read_key
from sync.wire.bundle import Entry, Header, write_bundle


@click.group("queue")
def command() -> None:
    """The operations kept on this terminal."""


@command.command("list")
@json_option
@home_option
def list_queue(as_json: bool, home: Home) -> None:
    """List them with their outcome, oldest first. Only reads, also while the terminal runs."""
    with looking_into(home) as tx:
        entries = list(tx.queue())
    if as_json:
        echo_json(entries)
        return
    for entry in entries:
        reason = f"  {entry.reason}" if entry.reason else ""
        click.echo(f"{entry.seq:6} {entry.at:24} {entry.kind:16} {entry.state}{reason}")


@command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@home_option
def export_queue(file: Path, home: Home) -> None:
    """Write the signed queue to FILE, to be carried to `ledger import-queue`.

    Nothing changes here: doing both that and the network is harmless.

    \b
    scanner queue export /media/stick/T1.queue
    """
    with looking_into(home) as tx:
        head = tx.head()
        header = Header(
            ledger_id=tx.ledger_id, terminal=tx.terminal, site=tx.site, epoch=head.epoch, head=head.seq, at=utc_now()
        )
        entries = [Entry(link=one.link, op=msgspec.Raw(one.raw)) for one in tx.offer(1, head.seq)]
        earlier = tx.earlier_links()
    sign, certificate = read_key(home.key).sign, home.read_certificate()
    data = write_bundle(header, entries, earlier=earlier, sign=sign, certificate=certificate)
    try:
        write_private(file, data)
    except OSError as error:
        raise HomeError(f"{file} cannot be written ({error.strerror}): name another file.") from error
    click.echo(f"{len(entries)} operations written to {file}.")
