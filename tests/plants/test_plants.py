"""Each deliberate breakage of the product is found by its checker in the world it was first found in.

`make plants` looks for the seeds anew; a breakage that no longer fits the source fails here, and says so.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from plants.planting import ROOT, Change, Misplanted, Plant, plant_in, read_plants
from plants.search import find

PLANTS = read_plants()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda one: one.name)
def test_a_breakage_is_found_where_it_was_found(plant: Plant) -> None:
    found = find(plant, plant.seed, plant.seed)
    assert (found.seed, found.checker) == (plant.seed, plant.checker), found.message


@pytest.mark.parametrize("text", ["a = 1\n", "a = 2\na = 2\n"], ids=["not there", "there twice"])
def test_a_breakage_whose_text_does_not_stand_there_once_is_not_planted(tmp_path: Path, text: str) -> None:
    (tmp_path / "module.py").write_text(text)
    with pytest.raises(Misplanted, match=r"module\.py"):
        Change("module.py", "a = 2\n", "a = 3\n").apply_in(tmp_path, "a breakage")
    assert (tmp_path / "module.py").read_text() == text


def test_a_breakage_leaves_the_working_tree_alone(tmp_path: Path) -> None:
    plant = PLANTS[0]
    before = {change.file: (ROOT / change.file).read_bytes() for change in plant.changes}
    plant_in(tmp_path, plant)
    assert {file: (ROOT / file).read_bytes() for file in before} == before
    assert all((tmp_path / file).read_bytes() != text for file, text in before.items())
