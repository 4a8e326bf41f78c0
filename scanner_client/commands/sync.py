"""`scanner sync`."""

from __future__ import annotations

import time
from uuid import uuid4

import click
import msgspec

from scanner_client.commands.options import home_option, looking_into
from scanner_client.control import SYNC_SECONDS, Answer, Ask, ask
from scanner_client.forecast import forecast, forecast_lines
from scanner_client.home import Home
from scanner_client.status import Status
from scanner_client.terminal import Terminal
from scanner_client.told import Trial
from sync.driver import LineState
from sync.wire.codec import encode

RETRY_SECONDS = 2.0
NO_ANSWER = "No answer to the dry run came in time, or it could not be kept: try it again."


@click.command("sync")
@click.option("--once", is_flag=True, help="One exchange, then end; else it is tried for a minute.")
@click.option(
    "--dry-run", is_flag=True, help="Say what waits, and what the ledger would make of it; nothing is sent or stored."
)
@click.option("--json", "as_json", is_flag=True, help="The dry run as one JSON value on standard output.")
@home_option
def command(once: bool, dry_run: bool, as_json: bool, home: Home) -> None:
    """Send what waits and fetch what is new.

    Where `scanner run` is running in this home, it is asked to. Exits with 1 when something stayed unsent, and a dry
    run when the ledger did not answer it.

    \b
    scanner sync
    scanner sync --dry-run --json
    """
    if as_json and not dry_run:
        raise click.UsageError("--json goes with --dry-run; `scanner status --json` tells how things stand.")
    if dry_run:
        _say_what_waits(home, as_json=as_json)
        return
    status, fault = _sync(home, time.monotonic() + (0.0 if once else SYNC_SECONDS))
    if fault:
        click.echo(fault, err=True)
    click.echo(f"{status.unsent} unsent, {status.conflict} in conflict.")
    if status.unsent or fault:
        raise click.exceptions.Exit(1)


def _sync(home: Home, deadline: float) -> tuple[Status, str]:
    """Ask the running program, or be it, until all is sent or the deadline has passed."""
    home.config()
    answer = ask(home.control, Ask(do="sync"), SYNC_SECONDS)
    if answer is None:
        return _sync_here(home, deadline)
    while answer.status is not None and answer.status.unsent and time.monotonic() < deadline:
        time.sleep(RETRY_SECONDS)
        answer = ask(home.control, Ask(do="sync"), SYNC_SECONDS) or Answer(error="The running program has ended.")
    if answer.status is None:
        raise click.ClickException(answer.error)
    return answer.status, answer.fault


def _sync_here(home: Home, deadline: float) -> tuple[Status, str]:
    terminal = Terminal.open(home, doing="sync")
    try:
        terminal.start(offline=True)
        state, status = _exchange(terminal)
        while (status.unsent or state.trouble) and time.monotonic() < deadline:
            time.sleep(RETRY_SECONDS)
            state, status = _exchange(terminal)
        return status, state.said
    finally:
        terminal.close()


def _exchange(terminal: Terminal) -> tuple[LineState, Status]:
    return terminal.sync_now().result(), terminal.status()


def _say_what_waits(home: Home, *, as_json: bool) -> None:
    with looking_into(home) as tx:
        found = forecast(tx)
    trial = _tried(home, uuid4().hex)
    found = msgspec.structs.replace(found, foretold=trial.told, fault=trial.fault)
    if as_json:
        click.echo(encode(found))
    else:
        for line in forecast_lines(found):
            click.echo(line)
    if trial.told is None:
        click.echo(trial.fault, err=True)
        raise click.exceptions.Exit(1)


def _tried(home: Home, token: str) -> Trial:
    """The ledger's answer, by way of the running program or without one."""
    answer = ask(home.control, Ask(do="dry_run", token=token), SYNC_SECONDS)
    if answer is None:
        trial = _tried_here(home, token)
    else:
        if answer.error:
            raise click.ClickException(answer.error)
        with looking_into(home) as tx:
            trial = tx.trial()
    return trial if trial and trial.token == token else Trial(token=token, at="", fault=NO_ANSWER)


def _tried_here(home: Home, token: str) -> Trial | None:
    terminal = Terminal.open(home, doing="sync")
    try:
        terminal.start(offline=True)
        return terminal.try_out(token).result(SYNC_SECONDS)
    finally:
        terminal.close()
