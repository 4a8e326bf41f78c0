"""Run worlds: `python tests/simulator/run.py --seeds 1000`. The same seed gives the same world, byte for byte."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from simulator.file_world import FileWorld, draw_file_plan  # noqa: E402
from simulator.plan import Plan, draw_long_plan, draw_plan  # noqa: E402  (the path above makes it importable)
from simulator.planted import FAULTS, find  # noqa: E402
from simulator.strikes import gaps, table, total  # noqa: E402
from simulator.world import Result, World  # noqa: E402

Draw = Callable[[int], Plan]
SEEDS_FOR_ALL = 1000
"""In so many worlds every fault is to strike in every state in which it can."""


def run_world(draw: Draw, seed: int) -> Result:
    return FileWorld(draw(seed)).run() if draw is draw_file_plan else World(draw(seed)).run()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many worlds to run (default 100)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (default 1)")
    parser.add_argument("--seed", type=int, help="run this one seed only")
    parser.add_argument("--short", action="store_true", help="worlds of 80 to 260 operations, as the tests run them")
    parser.add_argument("--tier2", action="store_true", help="small worlds of files: real stores, service and database")
    parser.add_argument("--verbose", action="store_true", help="print the log hash of each seed; with --seed its log")
    parser.add_argument("--planted", action="store_true", help="plant known faults; name what finds each")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    return parser.parse_args()


def _show(result: Result, draw: Draw, *, verbose: bool) -> None:
    if verbose:
        print(f"seed {result.seed}: {result.hash}")
    if result.broken:
        print(f"seed {result.seed} FAILED {result.broken}\n  plan: {draw(result.seed)}")


def _run_one(seed: int, draw: Draw, *, verbose: bool) -> list[Result]:
    kind = FileWorld if draw is draw_file_plan else World
    result = kind(draw(seed), print if verbose else lambda _: None).run()
    _show(result, draw, verbose=True)
    return [result]


def _run_many(seeds: range, draw: Draw, *, jobs: int, verbose: bool) -> list[Result]:
    results: list[Result] = []
    with ProcessPoolExecutor(jobs) as pool:
        for result in pool.map(partial(run_world, draw), seeds, chunksize=4):
            results.append(result)
            _show(result, draw, verbose=verbose)
            if len(results) % 100 == 0:
                print(f"{len(results)} of {len(seeds)} seeds", flush=True)
    return results


def _run_planted() -> int:
    """The table of planted faults: each is to be found by a checker that is meant to see it."""
    missed = 0
    for found in map(find, FAULTS):
        missed += not found.rightly
        print(f"{found.fault.name:<48} {found.seeds:>3} seeds  {found.checker or 'NOT FOUND'}", flush=True)
    print(f"{len(FAULTS) - missed} found, {missed} missed")
    return 1 if missed else 0


def _totals(results: list[Result], seconds: float) -> str:
    operations = [result.operations for result in results]
    kills, rollbacks, copies = (
        sum(counts) for counts in zip(*((one.kills, one.rollbacks, one.copies) for one in results), strict=True)
    )
    return (
        f"{sum(operations)} operations, median {statistics.median(operations):.0f} a seed; {kills} kills, "
        f"{rollbacks} rollbacks, {copies} restored or cloned terminals; {seconds:.0f} s"
    )


def main() -> int:
    arguments = _arguments()
    if arguments.planted:
        return _run_planted()
    began, draw = time.monotonic(), _draw(arguments)
    if arguments.seed is not None:
        results = _run_one(arguments.seed, draw, verbose=arguments.verbose)
    else:
        seeds = range(arguments.first, arguments.first + arguments.seeds)
        results = _run_many(seeds, draw, jobs=arguments.jobs, verbose=arguments.verbose)
    failed = sum(result.broken is not None for result in results)
    must_be_whole = len(results) >= SEEDS_FOR_ALL and not arguments.tier2
    untried = _show_strikes(results, name_gaps=must_be_whole)
    print(_totals(results, time.monotonic() - began))
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed or (untried and must_be_whole) else 0


def _draw(arguments: argparse.Namespace) -> Draw:
    if arguments.tier2:
        return draw_file_plan
    return draw_plan if arguments.short else draw_long_plan


def _show_strikes(results: list[Result], *, name_gaps: bool) -> int:
    """The table of faults and states. How many of its cells are empty that could be hit; a few worlds leave many."""
    struck = total([result.struck for result in results])
    untried = gaps(struck)
    print(table(struck))
    for gap in untried if name_gaps else ():
        print(f"NEVER: {gap}")
    return len(untried)


if __name__ == "__main__":
    sys.exit(main())
