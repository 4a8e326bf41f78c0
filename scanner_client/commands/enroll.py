"""`scanner enroll URL CODE`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from scanner_client.clock import new_epoch
from scanner_client.commands.options import home_option
from scanner_client.enrolment import enrol
from scanner_client.home import Home
from sync.shell import LedgerLine
from sync.wire.service import EnrollReply, EnrollRequest


@click.command("enroll")
@click.argument("url")
@click.argument("code")
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="Certificates (PEM) that the ledger's own is checked against, where it is not a public one.",
)
@home_option
def command(url: str, code: str, ca_file: Path | None, home: Home) -> None:
    """Register this terminal with the ledger at URL.

    CODE is the one-time code that `ledger terminal add` printed. Makes the terminal's key and its home. After a key was
    lost, enrol the same home again: its work stays and goes on in a new epoch.

    \b
    scanner enroll https://ledger.example:8443 7F3K9-M2QXA
    """
    certificates = str(ca_file or "")

    def ask(request: EnrollRequest) -> EnrollReply:
        return asyncio.run(_ask(LedgerLine(url, ca_file=certificates), request))

    with home.locked("enroll"):
        config = enrol(home, url, code, ask=ask, ca_file=certificates, new_epoch=new_epoch)
    click.echo(f"Terminal {config.terminal} of site {config.site} is enrolled in {home.path}.")


async def _ask(line: LedgerLine, request: EnrollRequest) -> EnrollReply:
    try:
        return await line.enroll(request)
    finally:
        await line.close()
