"""`scanner sync`."""

from __future__ import annotations

import time
from collections import Counter

import click
import msgspec

from scanner_client.commands.options import home_option, looking_into
from scanner_client.control import SYNC_SECONDS, Answer, Ask, ask
from scanner_client.home import Home
from scanner_client.status import Status
from scanner_client.store.standing import KEPT, SENT
from scanner_client.terminal import Terminal
from sync.driver import LineState
from sync.wire.rows import Balance

RETRY_SECONDS = 2.0


@click.command("sync")
@click.option("--once", is_flag=True, help="One exchange, then end; else it is tried for a minute.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent and what may conflict, and send nothing.")
@home_option
def command(once: bool, dry_run: bool, home: Home) -> None:
    """Send what waits and fetch what is new.

    Where `scanner run` is running in this home, it is asked to. Exits with 1 when something stayed unsent.

    \b
    scanner sync
    scanner sync --dry-run
    """
    if dry_run:
        _say_what_waits(home)
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


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What a dry run says: unsent operations by kind, the oldest one's time, and accounts that own work overdrew."""

    v: int = 1
    unsent: dict[str, int]
    oldest: str
    may_conflict: list[str]


def _say_what_waits(home: Home) -> None:
    with looking_into(home) as tx:
        unsent = Counter(entry.kind for entry in tx.queue() if entry.state in (KEPT, SENT))
        short = [
            f"stock_short: {balance.item} at {balance.location} would stand at {balance.quantity}"
            for balance in tx.rows(Balance)
            if balance.quantity.units < 0 and not balance.location.startswith("@")
        ]
        waiting = Waiting(unsent=dict(sorted(unsent.items())), oldest=tx.counts().oldest, may_conflict=short)
    click.echo(msgspec.json.format(msgspec.json.encode(waiting)))
