"""`scanner run`."""

from __future__ import annotations

import signal
import threading

import click

from scanner_client.commands.options import home_option
from scanner_client.home import Home
from scanner_client.terminal import Terminal


@click.command("run")
@home_option
def command(home: Home) -> None:
    """Run the terminal until it is ended (SIGTERM or Ctrl-C).

    Talks to the ledger in the mode last chosen. A second one on the same home exits with 2 and names the first.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    terminal = Terminal.open(home, doing="run")
    try:
        terminal.start()
        click.echo(f"Terminal {terminal.terminal} of site {terminal.site} runs.")
        ended.wait()
    finally:
        terminal.close()
