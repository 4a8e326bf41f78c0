"""`scanner play SCRIPT`."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from scanner_client.core.texts import LANGUAGES


@click.command("play")
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="SCANNER_HOME",
    help="Where the terminals' homes are; else a folder that is removed afterwards.",
)
@click.option("--size", default="20x16", show_default=True, help="Columns by rows of a terminal that names none.")
@click.option("--frames", type=click.Path(path_type=Path, file_okay=False), help="Write each frame into this folder.")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of a terminal that names none.",
)
@click.option(
    "--rewrite-frames", is_flag=True, help="Write the frames that the script judges, instead of judging them."
)
def command(script: Path, home: Path | None, size: str, frames: Path | None, lang: str, rewrite_frames: bool) -> None:
    """Play SCRIPT on the real program without a window: one line, one input or one judgement.

    Stops at the first judgement that is not met, prints the frame it saw and exits with 1.

    \b
    scanner play stories/two_pickers.play --size 20x16
    """
    player = importlib.import_module("scanner_client.play")
    raise click.exceptions.Exit(
        player.play(script, home=home, size=size, frames=frames, language=lang, rewrite=rewrite_frames)
    )
