"""`make shift` without a file: three pickers work a shift of invented orders while network and power fail.

Exit status 0 only where the files prove that nothing was lost and nothing is there twice.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click

from scanner_client.rehearsal.office import RehearsalFailed
from scanner_client.rehearsal.proof import Check
from scanner_client.rehearsal.shift import Shift
from scanner_client.rehearsal.warehouse import invent_orders, write_orders

ORDERS = 30
SEED = 952


def main() -> int:
    """Work the shift and print its card; the exit status."""
    with TemporaryDirectory(prefix="shift-") as temporary:
        folder = Path(temporary)
        lines = invent_orders(Random(SEED), ORDERS)  # noqa: S311  # the same invented orders each time
        shift = Shift(folder, lines, write_orders(folder, lines), said=click.echo)
        try:
            checks = asyncio.run(_worked(shift))
        except RehearsalFailed as failed:
            click.echo(f"the shift broke off: {failed}", err=True)
            return 1
        click.echo(shift.card("a shift of three pickers", checks))
        return 1 if any(check.fault for check in checks) else 0


async def _worked(shift: Shift) -> list[Check]:
    await shift.work()
    return await shift.prove()


if __name__ == "__main__":
    sys.exit(main())
