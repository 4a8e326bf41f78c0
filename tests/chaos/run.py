"""`make chaos`: terminals at work and their ledger, real processes and files, under kill -9 and a network that fails.

Exit status 0 only where the files, read after every process has exited, prove that nothing that was confirmed is lost,
nothing is posted twice, nothing is stuck, and every sum and view is right. `--plant` does damage that must be found.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from chaos.books import database_for, is_file  # noqa: E402
from chaos.floor import all_checks, open_warehouse, said  # noqa: E402
from chaos.partitions import run_matrix  # noqa: E402
from chaos.plan import Plan, draw_plan  # noqa: E402
from chaos.processes import Patience  # noqa: E402
from chaos.storm import PLANTS, Storm  # noqa: E402

from scanner_client.rehearsal.card import card  # noqa: E402
from scanner_client.rehearsal.office import RehearsalFailed  # noqa: E402


async def weathered(plan: Plan, address: str, folder: Path, plant: str) -> int:
    """Work the plan and print its card; the exit status."""
    async with AsyncExitStack() as closed:
        service, terminals = await open_warehouse(address, folder, plan.terminals, Patience(), plan.seed, closed)
        storm = Storm(plan, service, terminals, plant)
        for one in terminals:
            await one.start()
        await storm.work()
    storm.spoil_ledger()
    checks = await all_checks(service, terminals)
    print("\n".join(card(f"chaos on {'SQLite' if is_file(address) else 'PostgreSQL'}", storm.facts(), checks)))
    return 1 if any(check.fault for check in checks) else 0


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--db", default="", help="postgresql://… of a role that may create databases; else SQLite")
    options.add_argument("--seed", type=int, default=1, help="of the plan (default 1)")
    options.add_argument("--steps", type=int, default=180, help="each kills one process or two (default 180)")
    options.add_argument("--terminals", type=int, default=4, help="terminals at work (default 4)")
    options.add_argument("--operations", type=int, default=50_000, help="at least so many (default 50,000)")
    options.add_argument("--plant", choices=PLANTS, default="", help="do this damage; the proof must fail")
    options.add_argument("--partitions", action="store_true", help="the matrix of partitions instead, on SQLite")
    options.add_argument("--keep", type=Path, help="leave all files in this new folder")
    return options.parse_args()


def run(given: argparse.Namespace, folder: Path) -> int:
    if given.partitions:
        return asyncio.run(run_matrix(folder, given.seed))
    plan = draw_plan(given.seed, steps=given.steps, terminals=given.terminals, operations=given.operations)
    print(plan.card(), flush=True)
    with database_for(given.db, folder) as address:
        return asyncio.run(weathered(plan, address, folder, given.plant))


def main() -> int:
    given = arguments()
    with TemporaryDirectory(prefix="chaos-") as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            print(f"chaos: {folder} is not empty; name a new folder with --keep", file=sys.stderr)
            return 2
        try:
            return run(given, folder)
        except (RehearsalFailed, TimeoutError) as failed:
            print(f"chaos: seed {given.seed} broke off: {said(failed)}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
