"""`scanner stop`."""

from __future__ import annotations

import os
import signal
import time

import click

from scanner_client.cli import Stop
from scanner_client.commands.options import home_option
from scanner_client.home import Home

ENDING_SECONDS, LOOKING_SECONDS = 30.0, 0.05
RUN = "run"


@click.command("stop")
@home_option
def command(home: Home) -> None:
    """End the `scanner run` of this home, in its window or without one.

    What was confirmed is kept, and the next start stands at the same prompt. No key and no scan can do this, so that
    nothing that is scanned ever ends the terminal.
    """
    home.config()
    running = home.holder()
    if running is None:
        click.echo(f"Nothing runs in {home.path}.")
        return
    doing, process = running
    if doing != RUN:
        raise Stop(f"`scanner {doing}` (process {process}) works in {home.path}: it ends by itself.")
    _end(home, process)
    click.echo(f"The terminal in {home.path} has ended.")


def _end(home: Home, process: int) -> None:
    """Raises Stop."""
    try:
        os.kill(process, signal.SIGTERM)
    except PermissionError as error:
        raise Stop(f"Process {process} belongs to another user: end it as that user, or close its window.") from error
    except ProcessLookupError:
        return
    deadline = time.monotonic() + ENDING_SECONDS
    while home.holder() == (RUN, process):
        if time.monotonic() >= deadline:
            raise Stop(f"Process {process} has not ended in {ENDING_SECONDS:.0f} s: look at {home.log}, or kill it.")
        time.sleep(LOOKING_SECONDS)  # nothing tells of a lock given back, and the process is no child of ours
