"""Play scripts: the real program driven without a window, for tests, training and bug reports (docs/play.md)."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from scanner_client.child import BadInput, size_named
from scanner_client.play.player import Player, Stage, Unmet
from scanner_client.play.processes import LedgerProcesses, PlayFailed
from scanner_client.play.script import ScriptError, read_script

DONE, UNMET, UNUSABLE = 0, 1, 2


def play(
    script: Path,
    *,
    home: Path | None,
    size: str,
    frames: Path | None,
    language: str = "en",
    rewrite: bool = False,
) -> int:
    """Play `script`, say on standard error where it stopped. Exit status: 0 played, 1 a line unmet, 2 unusable.

    `rewrite`: write the frames that the script judges instead of judging them.
    """
    with ExitStack() as resources:
        homes = home or Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="scanner-play-")))
        homes = homes.expanduser().absolute()
        try:
            size_named(size)
            homes.mkdir(parents=True, exist_ok=True)
            instructions = read_script(script.read_text(encoding="utf-8"), {"size": size, "language": language})
            ledger = LedgerProcesses(_database(homes), script.absolute().parent, homes / "ledger.log")
            stage = Stage(homes, script.absolute().parent, size, language, frames, rewrite)
            player = Player(stage, ledger)
            resources.callback(player.close)
            player.play(instructions)
        except Unmet as unmet:
            _say_unmet(script, unmet)
            return UNMET
        except (ScriptError, PlayFailed, BadInput, OSError, UnicodeDecodeError) as error:
            click.echo(f"{script}: {error}", err=True)
            return UNUSABLE
    return DONE


def _database(homes: Path) -> str:
    """The ledger of LEDGER_DB, else one of the play's own beside the homes."""
    named = os.environ.get("LEDGER_DB", "")
    if "://" in named:
        return named
    return str(Path(named).absolute() if named else homes / "ledger.db")


def _say_unmet(script: Path, unmet: Unmet) -> None:
    width = max([20, *map(len, unmet.seen)])
    click.echo(f"{script}:{unmet.instruction.line}: {unmet.instruction.text}\n{unmet.why}; seen was", err=True)
    click.echo("-" * width, err=True)
    for row in unmet.seen:
        click.echo(row, err=True)
    click.echo("-" * width, err=True)
