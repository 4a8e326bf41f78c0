"""constraints.txt: names and exact versions, one for each package that any extra or the build brings in."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINNED = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in LINES if "==" in line}
# The installer installs itself; sqlite-utils asks for it by name.
NOT_PINNED = {"pip"}


def _declared() -> list[Requirement]:
    project = PROJECT["project"]
    texts = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra in project["optional-dependencies"].values():
        texts += extra
    return [Requirement(text) for text in texts]


def _needs(requirement: Requirement) -> list[Requirement]:
    try:
        texts = metadata.requires(requirement.name) or []
    except metadata.PackageNotFoundError:
        pytest.fail(f"{requirement} is declared and not installed")
    wanted = [Requirement(text) for text in texts]
    environments = [{"extra": extra} for extra in requirement.extras or {""}]
    return [each for each in wanted if each.marker is None or any(map(each.marker.evaluate, environments))]


def test_constraints_hold_names_and_versions_and_nothing_else() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
    assert len(PINNED) == len(LINES), "a package stands twice"


@pytest.mark.parametrize("requirement", _declared(), ids=str)
def test_every_pin_lies_in_the_range_that_pyproject_declares(requirement: Requirement) -> None:
    assert requirement.specifier.contains(PINNED[canonicalize_name(requirement.name)])


def test_every_package_that_comes_along_is_pinned() -> None:
    queue, seen = _declared(), set[str]()
    while queue:
        requirement = queue.pop()
        if str(requirement) not in seen:
            seen.add(str(requirement))
            queue += _needs(requirement)
    names = {canonicalize_name(Requirement(text).name) for text in seen}
    assert names - NOT_PINNED - PINNED.keys() == set(), "add these to constraints.txt"
    assert PINNED.keys() - names == set(), "nothing needs these any more"
