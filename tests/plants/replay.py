"""Run worlds against the packages in a folder, the others being ours: `replay.py FOLDER memory|files FIRST LAST`.

To be started as a program. Prints one line of JSON for the first world that breaks: its seed and the checker that
noticed. It is a process of its own, because the packages of the working tree must never have been imported here.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.world import Result

TESTS = Path(__file__).resolve().parents[1]


def main(folder: str, world: str, first: str, last: str) -> None:
    sys.path[:0] = [folder, str(TESTS), str(TESTS.parent)]
    for package in (path.parent.name for path in Path(folder).glob("*/__init__.py")):
        found = str(importlib.import_module(package).__file__)
        assert found.startswith(folder), f"{package} was to come from {folder}, not from {found}"
    run = _in_files() if world == "files" else _in_memory()
    for seed in range(int(first), int(last) + 1):
        broken = run(seed).broken
        if broken:
            print(json.dumps({"seed": seed, "checker": broken.checker, "message": broken.message}))
            return
    print(json.dumps({"seed": None, "checker": "", "message": "nothing broke"}))


def _in_memory() -> Callable[[int], Result]:
    from simulator.plan import draw_plan
    from simulator.world import World

    return lambda seed: World(draw_plan(seed)).run()


def _in_files() -> Callable[[int], Result]:
    from simulator.file_world import FileWorld, draw_file_plan

    return lambda seed: FileWorld(draw_file_plan(seed)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
