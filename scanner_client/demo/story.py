"""What the first minute is about, read from the demo warehouse's files: who, which orders, which shelf, how much."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

WAREHOUSE = Path(__file__).parents[1] / "demo_warehouse"
"""The folder of CSV files that `ledger import-folder` takes."""


@dataclass(frozen=True, slots=True)
class Story:
    """`box` is how many base units a box of `item` holds; `badges` are the scanned texts by operator."""

    site: str
    picker: str
    second_picker: str
    supervisor: str
    order: str
    second_order: str
    item: str
    location: str
    wrong_location: str
    box: int
    boxes_at_start: int
    boxes_seen: int
    boxes_first: int
    boxes_second: int
    badges: Mapping[str, str] = field(default_factory=dict)

    @property
    def boxes_left(self) -> int:
        """What the ledger has on the shelf when everybody has reported."""
        return self.boxes_seen - self.boxes_first - self.boxes_second


@cache
def shipped_story() -> Story:
    manifest = tomllib.loads((WAREHOUSE / "manifest.toml").read_text(encoding="utf-8"))
    with (WAREHOUSE / "operators.csv").open(encoding="utf-8", newline="") as file:
        badges = {row["code"]: row["badge"] for row in csv.DictReader(file)}
    return Story(**manifest["story"], badges=badges)
