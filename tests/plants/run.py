"""Look for the seed on which each breakage is found: `make plants`, or `python tests/plants/run.py --only TEXT`.

Prints breakage, seed and checker, and fails where one is not found, or where the table names another seed or checker.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS)]

from plants.planting import ROOT, Misplanted, Plant, read_plants  # noqa: E402  (the path above makes it importable)
from plants.search import Found, find, run_worlds  # noqa: E402


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="look in so many worlds at most (default 200)")
    parser.add_argument("--only", default="", help="only the breakages whose names hold this text")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    return parser.parse_args()


def _look(plant: Plant, *, most: int) -> Found:
    """Whatever the first seed shows, the world of the unbroken product must be sound on it."""
    try:
        found = find(plant, 1, most)
    except Misplanted as error:
        return Found(None, "", str(error))
    if found.seed is not None and run_worlds(ROOT, plant.world, found.seed, found.seed).seed is not None:
        return Found(found.seed, "", "the unbroken product fails in this world too")
    return found


def _told(plant: Plant, found: Found) -> str:
    if not found.checker:
        return f"NOT FOUND: {found.message}"
    recorded = (found.seed, found.checker) == (plant.seed, plant.checker)
    return found.checker if recorded else f"{found.checker}; the table says seed {plant.seed}, {plant.checker}"


def main() -> int:
    arguments = _arguments()
    plants = [one for one in read_plants() if arguments.only in one.name]
    wrong = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for plant, found in zip(plants, pool.map(partial(_look, most=arguments.seeds), plants), strict=True):
            told = _told(plant, found)
            wrong += told != plant.checker
            print(f"{plant.name:<60} {found.seed or '-':>4}  {told}", flush=True)
    print(f"{len(plants) - wrong} of {len(plants)} as the table says")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
