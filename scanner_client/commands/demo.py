"""`scanner demo`."""

from __future__ import annotations

import importlib
from pathlib import Path

import click


@click.command("demo")
@click.option("--headless", is_flag=True, help="Without a terminal window; ends by itself.")
@click.option(
    "--script", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Play this script instead."
)
@click.option("--size", default="20x16", show_default=True, help="Columns by rows of the terminal's window.")
@click.option("--lang", type=click.Choice(["en", "zh_CN"]), help="The language; without a window both are played.")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Keep everything in this folder.")
@click.option("--plant-lost", is_flag=True, help="A self-test: lose one pick before the card is read.")
def command(
    headless: bool, script: Path | None, size: str, lang: str | None, home: Path | None, plant_lost: bool
) -> None:
    """Show a minute on a demo warehouse, with a ledger and terminals of its own, then play on. No scanner is needed.

    Exit status 0 only where its card, read from the files, is true.

    \b
    scanner demo --headless
    scanner demo --size 80x24 --lang zh_CN
    """
    demo = importlib.import_module("scanner_client.demo")
    raise click.exceptions.Exit(
        demo.demo(headless=headless, script=script, size=size, lang=lang, home=home, plant_lost=plant_lost)
    )
