"""Deliberate breakages of the product's source: what the table says of each, and how a copy is broken.

A breakage is exact text of a product file and what stands there instead. It is made in a copy of the packages, never in
the working tree, so that whatever runs against it cannot see that anything was done to it.
"""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("plants.toml")


class Misplanted(Exception):
    """The table and the source do not fit together."""


@dataclass(frozen=True, slots=True)
class Change:
    file: str
    old: str
    new: str

    def apply_in(self, folder: Path, plant: str) -> None:
        """Raises Misplanted unless the old text stands in the file exactly once."""
        path = folder / self.file
        text = path.read_text() if path.is_file() else ""
        if text.count(self.old) != 1:
            raise Misplanted(
                f"'{plant}' replaces text that stands {text.count(self.old)} times in {self.file}, not once: the source"
                f" has moved on, so write the breakage anew in {TABLE.name}. Looked for:\n{self.old}"
            )
        path.write_text(text.replace(self.old, self.new))


@dataclass(frozen=True, slots=True)
class Plant:
    """One breakage: `checker` finds it in the world of `seed`. `world`: the kind of worlds that can show it."""

    name: str
    world: str
    seed: int
    checker: str
    changes: tuple[Change, ...]


def read_plants(table: Path = TABLE) -> tuple[Plant, ...]:
    """The whole table. Raises Misplanted for a name that comes twice."""
    found = tuple(map(_plant, tomllib.loads(table.read_text())["plant"]))
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Misplanted(f"{table.name} names {twice} twice: give each breakage a name of its own")
    return found


def _plant(entry: dict[str, Any]) -> Plant:
    changes = tuple(Change(one["file"], one["old"], one["new"]) for one in entry["change"])
    return Plant(entry["name"], entry.get("world", "memory"), entry["seed"], entry["checker"], changes)


def plant_in(folder: Path, plant: Plant, source: Path = ROOT) -> None:
    """Copy the packages it changes into `folder` and break them there. Raises Misplanted."""
    for name in sorted({change.file.split("/", 1)[0] for change in plant.changes}):
        shutil.copytree(source / name, folder / name)
    for change in plant.changes:
        change.apply_in(folder, plant.name)
