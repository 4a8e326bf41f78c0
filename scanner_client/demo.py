"""`scanner demo`: a shift on an invented warehouse, with a ledger and three terminals of its own, and its card."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click

from scanner_client.rehearsal.office import RehearsalFailed
from scanner_client.rehearsal.proof import Check
from scanner_client.rehearsal.shift import OPERATORS, Shift
from scanner_client.rehearsal.warehouse import invent_orders, write_orders

ORDERS = 30
SEED = 952
NEEDED = ("sqlalchemy", "starlette", "structlog", "uvicorn")


def demo(*, headless: bool, script: Path | None, size: str, lang: str, home: Path | None) -> int:
    """Run the demo and give its exit status. `lang` is the first picker's language; the others speak the other one."""
    if any(find_spec(name) is None for name in NEEDED):
        return _say_no("the demo needs a ledger: install scanner-client[ledger]")
    if script is not None:
        return _play(script, home, size)
    if not headless:
        click.echo("The terminals work without a window here; what their pickers do is told as it happens.")
    with TemporaryDirectory(prefix="scanner-demo-") as temporary:
        folder = home or Path(temporary)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            return _say_no(f"the folder {folder} is not empty: name a new one with --home")
        return _shift(folder, size, lang)


def _shift(folder: Path, size: str, lang: str) -> int:
    lines = invent_orders(Random(SEED), ORDERS)  # noqa: S311  # the same invented orders each time
    operators = [(code, lang if number == 0 else _other(lang)) for number, (code, _) in enumerate(OPERATORS)]
    shift = Shift(folder, lines, write_orders(folder, lines), said=click.echo, operators=operators, size=size)
    try:
        checks = asyncio.run(_worked(shift))
    except RehearsalFailed as failed:
        click.echo(f"the shift broke off: {failed}", err=True)
        return 1
    click.echo(shift.card("demo: a shift of three pickers", checks))
    return 1 if any(check.fault for check in checks) else 0


async def _worked(shift: Shift) -> list[Check]:
    await shift.work()
    return await shift.prove()


def _other(language: str) -> str:
    return "zh_CN" if language == "en" else "en"


def _play(script: Path, home: Path | None, size: str) -> int:
    from scanner_client.play import play  # noqa: PLC0415  # only for this

    return play(script, home=home, size=size, frames=None)


def _say_no(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 2
