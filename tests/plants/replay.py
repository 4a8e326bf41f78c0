"""Run worlds against the packages in a folder: `replay.py FOLDER MEMORY|FILES FIRST LAST`. To be started as a program.

Prints one line of JSON for the first world that breaks: its seed and the checker that noticed. It is a process of its
own, because the packages of the working tree must never have been imported here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def main(folder: str, world: str, first: str, last: str) -> None:
    sys.path[:0] = [folder, str(TESTS)]

    from simulator.plan import draw_plan
    from simulator.world import World

    import sync

    assert str(sync.__file__).startswith(folder), f"the packages were to come from {folder}, not from {sync.__file__}"
    for seed in range(int(first), int(last) + 1):
        broken = World(draw_plan(seed)).run().broken
        if broken:
            print(json.dumps({"seed": seed, "checker": broken.checker, "message": broken.message}))
            return
    print(json.dumps({"seed": None, "checker": "", "message": "nothing broke"}))


if __name__ == "__main__":
    main(*sys.argv[1:])
