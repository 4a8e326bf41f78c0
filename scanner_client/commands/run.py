"""`scanner run`."""

from __future__ import annotations

import os
import signal
import threading

import click

from scanner_client.cli import Stop
from scanner_client.commands.options import home_option
from scanner_client.home import Home
from scanner_client.start import LANGUAGES, language_of


@click.command("run")
@home_option
@click.option("--headless", is_flag=True, help="Without a window: only keep the ledger and this terminal in step.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Spoken until somebody logs in.")
def command(home: Home, headless: bool, lang: str | None) -> None:
    """Run the terminal until it is ended (`scanner stop`, SIGTERM, or the window is closed).

    Talks to the ledger in the mode last chosen. A second one on the same home exits with 2 and names the first. In a
    window no key and no scan ends it.
    """
    if headless:
        _without_window(home)
        return
    from devices.faults import DeviceError  # noqa: PLC0415  # the windowless mode does not need these
    from scanner_client.app import NoWindow, run  # noqa: PLC0415

    try:
        run(home, lang or language_of(os.environ.get("LC_ALL") or os.environ.get("LANG") or ""))
    except (DeviceError, NoWindow) as error:
        raise Stop(str(error)) from error


def _without_window(home: Home) -> None:
    from scanner_client.terminal import Terminal  # noqa: PLC0415  # the window loads it in its own order

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
