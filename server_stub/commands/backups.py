"""`ledger backup` and `ledger restore`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from server_stub.backup.manifest import BadBackup, backups_in
from server_stub.backup.restoring import Restored, adopt, restore, restore_as_copy
from server_stub.backup.taking import KEEP, note_backup, take
from server_stub.commands.asking import (
    Failed,
    MeantByDefault,
    db_option,
    have_done,
    json_option,
    plain_errors,
    say_json,
    say_rows,
)
from server_stub.place import must_exist, place_of

COLUMNS = ("folder", "newest", "hours", "backups", "entries", "bytes", "state")
ENVIRONMENTS = ("training", "test")

folders_option = click.option(
    "--to",
    "folders",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    envvar="LEDGER_BACKUPS",
    help="A folder for backups, best on another disk; may be given more than once.  [env: LEDGER_BACKUPS, with colons]",
)
keep_option = click.option(
    "--keep",
    type=click.IntRange(2, 10_000),
    default=KEEP,
    show_default=True,
    help="How many of the newest backups stay in each folder.",
)


@click.group("backup", cls=MeantByDefault, meant="now")
def backup_command() -> None:
    """Make a verified backup beside the running service (`ledger backup --to FOLDER`), or show how old they are.

    \b
      ledger backup --to /mnt/backup
      ledger backup status --to /mnt/backup --max-hours 26

    The signing key is not in it: keep a copy of the key apart.
    """


@backup_command.command("now")
@folders_option
@keep_option
@json_option
@db_option
def now(folders: Sequence[Path], keep: int, as_json: bool, place: Any) -> None:
    """Make one in each folder: copied at one moment, rebuilt from its log and compared, then named.

    \b
      ledger backup now --to /mnt/backup
    """
    made = []
    for folder in folders:
        with plain_errors():
            must_exist(place)
            taken = take(place, folder, keep)
        manifest = taken.manifest
        have_done(place, note_backup, feeds=manifest.feeds, streams=manifest.streams)
        made.append(
            {"file": str(taken.file), "made": manifest.made, "entries": manifest.entries, "bytes": manifest.bytes}
        )
        if not as_json:
            click.echo(f"{taken.file}: {manifest.entries} entries, {manifest.bytes} bytes, verified")
    if as_json:
        say_json(made)


@backup_command.command("status")
@folders_option
@click.option(
    "--max-hours",
    type=click.FloatRange(0, min_open=True),
    default=26.0,
    show_default=True,
    help="How old the newest backup of a folder may be.",
)
@json_option
def status(folders: Sequence[Path], max_hours: float, as_json: bool) -> None:
    """Show each folder's newest backup and its age. Exit status 1 where one is too old or missing.

    \b
      ledger backup status --to /mnt/backup --max-hours 26
    """
    found = [_state(folder, max_hours, datetime.now(UTC)) for folder in folders]
    say_rows(found, COLUMNS, as_json=as_json)
    bad = [line["folder"] for line in found if line["state"] != "fresh"]
    if bad:
        raise Failed(f"no backup of the last {max_hours:g} hours in {', '.join(bad)}; run `ledger backup`", 1)


def _state(folder: Path, max_hours: float, now: datetime) -> dict[str, Any]:
    backups = list(backups_in(folder))
    if not backups:
        return {"folder": str(folder), "backups": 0, "state": "none"}
    _, newest = backups[0]
    age = now - newest.moment
    return {
        "folder": str(folder),
        "newest": newest.made,
        "hours": f"{age / timedelta(hours=1):.1f}",
        "backups": len(backups),
        "entries": newest.entries,
        "bytes": newest.bytes,
        "state": "fresh" if age <= timedelta(hours=max_hours) else "stale",
    }


@click.command("restore")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as-copy", is_flag=True, help="Make a ledger of its own, with another id, where there is none.")
@click.option(
    "--environment",
    type=click.Choice(ENVIRONMENTS),
    default=ENVIRONMENTS[0],
    show_default=True,
    help="With --as-copy: what the copy is for.",
)
@click.option("--adopt", "adopting", is_flag=True, help="Of two copies that terminals met, let this one go on.")
@click.option("--given-up", help="On PostgreSQL: the address of the ledger that the empty database replaces.")
@json_option
@db_option
def restore_command(
    file: Path | None, as_copy: bool, environment: str, adopting: bool, given_up: str | None, as_json: bool, place: Any
) -> None:
    """Put the backup FILE in the ledger's place. Stop the service first.

    \b
      ledger restore /mnt/backup/ledger-20261102T020000.000000Z.db
      ledger restore FILE --as-copy --db training.db
      ledger restore --adopt

    What terminals recorded since the backup comes back from them by itself; what only the ledger knew is listed. A
    SQLite file that is there is moved aside; a PostgreSQL database must be empty.
    """
    if (file is None) != adopting:
        raise Failed("name the backup's file, or --adopt without one")
    try:
        with plain_errors():
            if file is None:
                say = {"ledger_epoch": adopt(place)}
            elif as_copy:
                say = {"ledger_id": restore_as_copy(file, place, environment)}
            else:
                restored = restore(file, place, place_of(given_up) if given_up else None)
                _tell(restored, as_json=as_json)
                return
    except BadBackup as bad:
        raise Failed(str(bad)) from bad
    if as_json:
        say_json(say)
    else:
        click.echo("; ".join(f"the ledger has the new {name} {value}" for name, value in say.items()))


def _tell(restored: Restored, *, as_json: bool) -> None:
    manifest = restored.manifest
    if as_json:
        say_json(
            {
                "v": 1,
                "ledger_id": manifest.ledger_id,
                "ledger_epoch": restored.ledger_epoch,
                "made": manifest.made,
                "aside": str(restored.aside or ""),
                "lost": restored.lost,
                "unread": restored.unread,
            }
        )
        return
    click.echo(
        f"the ledger is as it was at {manifest.made}, under a new epoch; terminals bring back what they recorded"
    )
    if restored.aside:
        click.echo(f"what was there lies at {restored.aside}")
    if restored.unread:
        click.echo(f"what only the ledger knew is not listed: {restored.unread}")
    for one in restored.lost:
        click.echo(f"not in the backup: {' '.join(part for part in (one.at, one.kind, one.by, one.text) if part)}")
