"""`ledger terminal`: inviting, listing and revoking terminals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click
import msgspec

from server_stub.access import Registry, invite
from server_stub.commands.asking import db_option, have_done, json_option, reading, say_json, say_rows, site_option
from server_stub.fleet import clock, heard, terminal_lines
from server_stub.office import OfficeRefusal, office_work
from server_stub.ports import ServedLedger
from server_stub.words import checked_code
from sync.wire import rows

COLUMNS = ("terminal", "site", "state", "expires", "mode", "heard", "unsent", "oldest", "program", "clock")


@office_work
def add_terminal(ledger: ServedLedger, terminal: str, site: str, hours: float) -> dict[str, str]:
    """Invite a new terminal; the answer holds its one-time code."""
    checked_code("a terminal", terminal)
    if ledger.get(rows.Site, site) is None:
        raise OfficeRefusal(f"there is no site {site!r}; make it with `ledger site add {site}`")

    def work(registry: Registry) -> dict[str, str]:
        known = registry.terminal(terminal)
        if known:
            state = "was revoked" if known.revoked else "is enrolled already"
            cure = f"`ledger terminal rotate {terminal}` gives it a code for a new key"
            raise OfficeRefusal(f"the terminal {terminal} {state}; {cure}")
        return _invited(registry, terminal, site, hours)

    return ledger.registry(work)


@office_work
def rotate_terminal(ledger: ServedLedger, terminal: str, hours: float) -> dict[str, str]:
    """Invite a known terminal again; its key and token are good until the code is used."""

    def work(registry: Registry) -> dict[str, str]:
        known = registry.terminal(terminal)
        if known is None:
            raise _unknown(terminal)
        return _invited(registry, terminal, known.site, hours)

    return ledger.registry(work)


@office_work
def revoke_terminal(ledger: ServedLedger, terminal: str) -> dict[str, str]:
    def work(registry: Registry) -> None:
        invited = any(one.terminal == terminal for one in registry.invitations())
        if registry.terminal(terminal) is None and not invited:
            raise _unknown(terminal)
        registry.drop_invitations(terminal)
        registry.revoke_terminal(terminal)

    ledger.registry(work)
    return {"terminal": terminal, "state": "revoked"}


def _unknown(terminal: str) -> OfficeRefusal:
    return OfficeRefusal(f"there is no terminal {terminal!r}; `ledger terminal list` shows those there are", 1)


def _invited(registry: Registry, terminal: str, site: str, hours: float) -> dict[str, str]:
    now = datetime.now(UTC)
    lifetime = timedelta(hours=hours)
    code = invite(registry, terminal, site, now, lifetime)
    expires = (now + lifetime).isoformat(timespec="seconds")
    return {"terminal": terminal, "site": site, "code": code, "expires": expires}


@click.group("terminal")
def terminal_command() -> None:
    """Invite, list and revoke terminals."""


hours_option = click.option(
    "--hours", type=click.FloatRange(0.01, 24 * 30), default=24.0, show_default=True, help="How long the code is good."
)


@terminal_command.command("add")
@click.argument("terminal")
@site_option
@hours_option
@json_option
@db_option
def add(terminal: str, site: str, hours: float, as_json: bool, place: Any) -> None:
    """Invite the terminal TERMINAL and print its one-time code.

    \b
      ledger terminal add T1 --site HALL
      scanner enroll http://ledger.example:8460 7Q2MX-0KD4T      on the terminal
    """
    _say_code(have_done(place, add_terminal, terminal=terminal, site=site, hours=hours), as_json=as_json)


@terminal_command.command("rotate")
@click.argument("terminal")
@hours_option
@json_option
@db_option
def rotate(terminal: str, hours: float, as_json: bool, place: Any) -> None:
    """Print a code with which TERMINAL enrols again, with a new key and a new token.

    For a lost key, a replaced device, or a revoked terminal that is let in again. What it has stays good until the code
    is used.
    """
    _say_code(have_done(place, rotate_terminal, terminal=terminal, hours=hours), as_json=as_json)


@terminal_command.command("revoke")
@click.argument("terminal")
@db_option
def revoke(terminal: str, place: Any) -> None:
    """Shut TERMINAL out at once (R23). It keeps its queue, which can still be taken in by stick."""
    have_done(place, revoke_terminal, terminal=terminal)
    click.echo(f"{terminal} is revoked")


@terminal_command.command("list")
@json_option
@db_option
def list_terminals(as_json: bool, place: Any) -> None:
    """List terminals: invited, enrolled or revoked, when each was last heard of, and how it stood then.

    `mode`: automatic, or offline where somebody chose to stay so. `unsent` and `oldest` are of the time it was last
    heard of. `clock`: how far its clock is ahead of the ledger's.
    """
    now = datetime.now(UTC)
    with reading(place) as ledger:
        found = ledger.registry(lambda registry: terminal_lines(registry, now))
    words = [{} if as_json else {"heard": heard(one, now), "clock": clock(one)} for one in found]
    rows = [row | told for row, told in zip(msgspec.to_builtins(found), words, strict=True)]
    say_rows(rows, COLUMNS, as_json=as_json)


def _say_code(invited: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        say_json(invited)
    else:
        click.echo(f"{invited['code']}\n{invited['terminal']} enrols with this code until {invited['expires']}")
