"""`scanner demo`: the first minute on a demo warehouse, with a ledger and two terminals of its own, then play on.

`story` what it is about · `minute` which key is due · `hand` what to scan next · `opening` the programs · `arrival` and
`stage` do what is ordered, `sight` keeps the `scene` · `figures` reads the files · `panel` and `pen` draw, `narrow`
for a small window, `layout` shares the window out · `window`, with `painted`, and `headless` show it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import get_terminal_size
from tempfile import TemporaryDirectory

import click

from scanner_client.child import BadInput, size_named
from scanner_client.core.view import Size
from screens.opening import FIRST_TEXT

NEEDED = ("sqlalchemy", "starlette", "structlog", "uvicorn")
LANGUAGES = ("en", "zh_CN")


def demo(
    *, headless: bool, script: Path | None, size: str, lang: str | None, home: Path | None, plant_lost: bool = False
) -> int:
    """Show the demo and give its exit status: 0 only where its card is true. Headless without `lang`: in both."""
    if any(find_spec(name) is None for name in NEEDED):
        return _say_no("the demo needs a ledger: install scanner-client[ledger]")
    if script is not None:
        return _play(script, home, size)
    try:
        cells = size_named(size)
    except BadInput as error:
        return _say_no(f"--size: {error}")
    if not headless and not _is_window():
        click.echo("There is no terminal window here, so the demo plays by itself (as with --headless).")
        headless = True
    with TemporaryDirectory(prefix="scanner-demo-") as temporary:
        folder = home or Path(temporary)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            return _say_no(f"the folder {folder} is not empty: name a new one with --home")
        if headless:
            return _by_itself(folder, LANGUAGES if lang is None else (lang,), size, plant_lost=plant_lost)
        return _in_window(folder, lang or _language(), cells, plant_lost=plant_lost)


def _by_itself(folder: Path, languages: tuple[str, ...], size: str, *, plant_lost: bool) -> int:
    from scanner_client.demo.headless import play_minute  # noqa: PLC0415  # only for this
    from scanner_client.rehearsal.office import RehearsalFailed  # noqa: PLC0415  # as above

    true = True
    for language in languages:
        place = folder / language
        place.mkdir()
        try:
            true &= asyncio.run(play_minute(place, language, size, click.echo, planted=plant_lost))
        except RehearsalFailed as failed:
            click.echo(f"the demo broke off: {failed}", err=True)
            return 1
    return 0 if true else 1


def _in_window(folder: Path, language: str, size: Size, *, plant_lost: bool) -> int:
    click.echo(FIRST_TEXT)
    from scanner_client.demo.headless import card_text  # noqa: PLC0415  # as above
    from scanner_client.demo.opening import Programs  # noqa: PLC0415  # as above
    from scanner_client.demo.stage import Stage  # noqa: PLC0415  # as above
    from scanner_client.demo.story import shipped_story  # noqa: PLC0415  # as above
    from scanner_client.demo.window import DemoApp  # noqa: PLC0415  # loads Textual

    stage = Stage(Programs(folder, shipped_story(), str(size)), language, planted=plant_lost)
    app = DemoApp(stage, size)
    app.run()
    if app.failed:
        click.echo(f"the demo broke off: {app.failed}", err=True)
        return 1
    click.echo(card_text(stage.scene, get_terminal_size().columns))
    return 1 if stage.scene.tally and stage.scene.tally.faults else 0


def _language() -> str:
    """That of the person's surroundings."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh_CN" if spoken.startswith("zh") else "en"


def _is_window() -> bool:
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _play(script: Path, home: Path | None, size: str) -> int:
    from scanner_client.play import play  # noqa: PLC0415  # only for this

    return play(script, home=home, size=size, frames=None)


def _say_no(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 2
