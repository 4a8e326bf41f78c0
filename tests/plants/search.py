"""Running worlds against a broken copy, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from plants.planting import Plant, plant_in

REPLAY = Path(__file__).with_name("replay.py")


@dataclass(frozen=True, slots=True)
class Found:
    """The first seed in whose world something noticed, and what; None where nothing did."""

    seed: int | None
    checker: str
    message: str


def find(plant: Plant, first: int, last: int) -> Found:
    """Run the worlds of these seeds until one breaks. Raises Misplanted."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        plant_in(Path(folder), plant)
        return run_worlds(Path(folder), plant.world, first, last)


def run_worlds(packages: Path, world: str, first: int, last: int) -> Found:
    command = [sys.executable, str(REPLAY), str(packages), world, str(first), str(last)]
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)
    if ended.returncode:
        raise RuntimeError(f"the worlds could not be run against {packages}:\n{ended.stderr}")
    return Found(**json.loads(ended.stdout.splitlines()[-1]))
