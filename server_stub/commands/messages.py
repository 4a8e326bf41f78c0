"""`ledger message`: what the office has to say to people at terminals, and who has read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from server_stub.changes import change
from server_stub.commands.asking import (
    SITE_HELP,
    db_option,
    have_done,
    json_option,
    lines,
    office_user,
    reading,
    say_rows,
)
from server_stub.ledger.notices import send_message, withdraw_message
from server_stub.office import OfficeRefusal, office_work
from server_stub.ports import ServedLedger
from sync.wire.notices import MAX_MESSAGE_CHARS, harmless
from sync.wire.rows import Message, Operator, Site

COLUMNS = ("id", "site", "at", "until", "terminal", "role", "text", "read_by")
EVERYWHERE = "*"
MOST_DAYS = 365


# --- the work ---------------------------------------------------------------------------------------------------------


@office_work
def send(ledger: ServedLedger, text: str, site: str, terminal: str, role: str, days: int, at: str, by: str) -> int:
    """Send it to each site it is for; how many those are."""
    said = _checked_text(text)
    sites = _sites(ledger, site, terminal)
    until = (datetime.fromisoformat(at) + timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")
    for one in sites:
        _check_role(ledger, one, role)
    for one in sites:
        message = Message(site=one, id="", text=said, by=by, at=at, until=until, terminal=terminal, role=role)
        change(ledger, one, by, lambda book, message=message: send_message(book, message))  # type: ignore[misc]
    return len(sites)


@office_work
def withdraw(ledger: ServedLedger, id: str, by: str) -> bool:
    """Show it to nobody else."""
    found = ledger.rows(Message, {"id": id}, "", 1)
    if not found:
        raise OfficeRefusal(f"no message has the id {id[:80]!r}; see `ledger message list`", 1)
    return change(ledger, found[0].site, by, lambda book: withdraw_message(book, found[0]))


def _checked_text(text: str) -> str:
    said = harmless(text)
    if not said:
        raise OfficeRefusal("the message is empty; write what people are to read")
    if len(said) > MAX_MESSAGE_CHARS:
        told = f"the message has {len(said)} characters, and terminals show at most {MAX_MESSAGE_CHARS}"
        raise OfficeRefusal(f"{told}; shorten it, or send two")
    return said


def _sites(ledger: ServedLedger, site: str, terminal: str) -> list[str]:
    """The sites it is for: the one that is named, the terminal's, or all."""
    known = [row.code for row in ledger.rows(Site, {}, "", 10_000)]
    home = ledger.registry(lambda registry: registry.terminal(terminal)) if terminal else None
    if terminal and (home is None or home.revoked or site not in ("", home.site)):
        where = f" at {site}" if site else ""
        raise OfficeRefusal(f"there is no terminal {terminal[:80]!r}{where}; see `ledger terminal list`", 1)
    if site and site not in known:
        raise OfficeRefusal(f"there is no site {site[:80]!r}; see `ledger site list`", 1)
    if not known:
        raise OfficeRefusal("there is no site yet; add one with `ledger site add`", 1)
    return [home.site] if home else [site] if site else known


def _check_role(ledger: ServedLedger, site: str, role: str) -> None:
    """A role that nobody has at the site is a slip of the pen: nobody would ever read it."""
    people = ledger.rows(Operator, {}, "", 100_000) if role else []
    if role and not any(role in person.roles.get(place, ()) for person in people for place in (site, EVERYWHERE)):
        raise OfficeRefusal(f"nobody at {site} has the role {role[:80]!r}; see `ledger operator list`", 1)


# --- the commands -----------------------------------------------------------------------------------------------------


@click.group("message")
def message_command() -> None:
    """Say something to people at terminals, and see who has read it."""


@message_command.command("send")
@click.argument("text")
@click.option("--site", default="", help=f"{SITE_HELP} All of them unless named.")
@click.option("--terminal", default="", help="Only those who work at this terminal.")
@click.option("--role", default="", help="Only those with this role.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=7, show_default=True, help="How long it is shown.")
@db_option
def send_command(text: str, site: str, terminal: str, role: str, days: int, place: Any) -> None:
    """Show TEXT, of up to 200 characters, to everybody it is for: between two lines, until each has acknowledged it.

    \b
      ledger message send "Dock 3 is closed until noon" --site HALL --role receiver
    """
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    sent = {"text": text, "site": site, "terminal": terminal, "role": role, "days": days, "at": at}
    count = have_done(place, send, by=office_user(), **sent)
    click.echo(f"sent to {count} site{'' if count == 1 else 's'}; `ledger message list` says who has read it")


@message_command.command("list")
@click.option("--site", help=SITE_HELP)
@json_option
@db_option
def list_command(site: str | None, as_json: bool, place: Any) -> None:
    """Show messages, oldest first, each with who has read it, where and when.

    \b
      ledger message list --site HALL
    """
    equal = {"site": site} if site else {}
    with reading(place) as ledger:
        found, read = lines(ledger, "messages", equal), lines(ledger, "acknowledgements", equal)
    for one in found:
        mine = sorted((ack for ack in read if ack["message"] == one["id"]), key=lambda ack: str(ack["at"]))
        told = [{name: ack[name] for name in ("by", "terminal", "at")} for ack in mine]
        one["read_by"] = told if as_json else ", ".join(f"{ack['by']} {ack['at'][:16]}" for ack in mine)
    say_rows(sorted(found, key=lambda one: (one["at"], one["id"])), COLUMNS, as_json=as_json)


@message_command.command("withdraw")
@click.argument("message")
@db_option
def withdraw_command(message: str, place: Any) -> None:
    """Show the message with the id MESSAGE to nobody else. Who has read it stays known.

    \b
      ledger message withdraw 5f0c1b7e-…
    """
    changed = have_done(place, withdraw, id=message, by=office_user())
    click.echo(f"{message} is withdrawn" if changed else f"{message} was withdrawn before")
