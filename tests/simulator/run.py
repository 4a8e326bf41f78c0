"""Run worlds: `python tests/simulator/run.py --seeds 1000`. The same seed gives the same world, byte for byte."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from simulator.plan import draw_plan  # noqa: E402  (the path above makes it importable)
from simulator.planted import FAULTS, find  # noqa: E402
from simulator.world import Result, World  # noqa: E402


def run_seed(seed: int) -> Result:
    return World(draw_plan(seed)).run()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many worlds to run (default 100)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (default 1)")
    parser.add_argument("--seed", type=int, help="run this one seed only")
    parser.add_argument("--verbose", action="store_true", help="print the log hash of each seed; with --seed its log")
    parser.add_argument("--planted", action="store_true", help="plant known faults; name what finds each")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    return parser.parse_args()


def _show(result: Result, *, verbose: bool) -> None:
    if verbose:
        print(f"seed {result.seed}: {result.hash}")
    if result.broken:
        print(f"seed {result.seed} FAILED {result.broken}\n  plan: {draw_plan(result.seed)}")


def _run_one(seed: int, *, verbose: bool) -> list[Result]:
    result = World(draw_plan(seed), print if verbose else lambda _: None).run()
    _show(result, verbose=True)
    return [result]


def _run_many(seeds: range, *, jobs: int, verbose: bool) -> list[Result]:
    results: list[Result] = []
    with ProcessPoolExecutor(jobs) as pool:
        for result in pool.map(run_seed, seeds, chunksize=4):
            results.append(result)
            _show(result, verbose=verbose)
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


def main() -> int:
    arguments = _arguments()
    if arguments.planted:
        return _run_planted()
    began = time.monotonic()
    if arguments.seed is not None:
        results = _run_one(arguments.seed, verbose=arguments.verbose)
    else:
        seeds = range(arguments.first, arguments.first + arguments.seeds)
        results = _run_many(seeds, jobs=arguments.jobs, verbose=arguments.verbose)
    failed = sum(result.broken is not None for result in results)
    print(
        f"{sum(result.operations for result in results)} operations, {sum(result.kills for result in results)} kills, "
        f"{sum(result.rollbacks for result in results)} rollbacks, {sum(result.copies for result in results)} restored "
        f"or cloned terminals in {time.monotonic() - began:.0f} s"
    )
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
