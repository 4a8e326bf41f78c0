"""The two buildings of the demo warehouse: locations in walking order, and where each article lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

MAIN, HARBOUR = "E1", "P2"
BAYS = 4
WALK_STEP = 10
AFTER_THE_BINS = 5_000


@dataclass(frozen=True, slots=True)
class Place:
    """`check` is empty where the label has no check digits."""

    site: str
    code: str
    kind: str
    zone: str
    walk: int
    check: str = ""
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Building:
    """`others`: kind and code of what is no bin; `locked`: bins that are closed for picking."""

    site: str
    aisles: str
    positions: int
    locked: tuple[str, ...]
    others: tuple[tuple[str, str], ...]


def _numbered(kind: str, prefix: str, count: int, digits: int = 1) -> list[tuple[str, str]]:
    return [(kind, f"{prefix}-{number:0{digits}d}") for number in range(1, count + 1)]


BUILDINGS = (
    Building(
        MAIN,
        "ABCDEF",
        12,
        ("Q-01-01", "Q-01-02", "Q-01-03", "Q-01-04"),
        (
            *_numbered("dock", "DOCK", 2),
            *_numbered("staging", "IN", 2),
            *_numbered("staging", "OUT", 2),
            *_numbered("tote", "TOTE", 6, 2),
        ),
    ),
    Building(
        HARBOUR,
        "AB",
        10,
        ("Q-01-01", "Q-01-02"),
        (
            *_numbered("dock", "DOCK", 2),
            *_numbered("staging", "IN", 2),
            *_numbered("staging", "OUT", 2),
            *_numbered("tote", "TOTE", 8, 2),
        ),
    ),
)


def places(random: Random) -> list[Place]:
    """Every location of both buildings, in walking order."""
    return [place for building in BUILDINGS for place in _places_of(building, random)]


def _places_of(building: Building, random: Random) -> Iterator[Place]:
    last: list[str] = []
    for step, code in enumerate(_walk(building), start=1):
        check = random.choice([f"{number:02d}" for number in range(10, 100) if f"{number:02d}" not in last[-5:]])
        last.append(check)
        yield Place(building.site, code, "bin", code[0], step * WALK_STEP, check)
    rest = [("bin", code) for code in building.locked] + list(building.others)
    for step, (kind, code) in enumerate(rest, start=1):
        zone = code.partition("-")[0]
        yield Place(building.site, code, kind, zone, AFTER_THE_BINS + step * WALK_STEP, blocked=kind == "bin")


def _walk(building: Building) -> Iterator[str]:
    """Up one aisle and down the next."""
    for turn, aisle in enumerate(building.aisles):
        stops = list(product(range(1, BAYS + 1), range(1, building.positions + 1)))
        for bay, position in stops if turn % 2 == 0 else reversed(stops):
            yield f"{aisle}-{bay:02d}-{position:02d}"
