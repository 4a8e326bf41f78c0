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
@click.option("--lang", type=click.Choice(["en", "zh_CN"]), default="en", show_default=True, help="The language.")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Keep everything in this folder.")
def command(headless: bool, script: Path | None, size: str, lang: str, home: Path | None) -> None:
    """Show a shift on a demo warehouse, with a ledger and terminals of its own.

    \b
    scanner demo --headless
    scanner demo --size 80x24 --lang zh_CN
    """
    demo = importlib.import_module("scanner_client.demo")
    raise click.exceptions.Exit(demo.demo(headless=headless, script=script, size=size, lang=lang, home=home))
