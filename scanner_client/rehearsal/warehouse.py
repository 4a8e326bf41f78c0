"""A warehouse for a list of order lines: items with barcodes, a place for each in walking order, and just enough stock.

It is written as the CSV files that `ledger import` reads, so that a rehearsal begins as a real start does.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

SITE = "WH1"
RACKS, LEVELS = 20, 4
FIRST_GTIN = 952_000_000_000
"""GTINs that start with 952 are reserved for examples (GS1 General Specifications, 1.4.5)."""

WORDS = (
    ("lamp", "灯"),
    ("bell", "铃"),
    ("cup", "杯"),
    ("bowl", "碗"),
    ("frame", "相框"),
    ("basket", "篮"),
    ("clock", "钟"),
)
COLOURS = (("red", "红"), ("white", "白"), ("blue", "蓝"), ("green", "绿"), ("black", "黑"))


@dataclass(frozen=True, slots=True)
class Line:
    """One order line; `quantity` in whole pieces."""

    order: str
    line: str
    item: str
    quantity: int
    name: str = ""
    name_zh: str = ""


def gtin13(number: int) -> str:
    """The GTIN-13 of an example item, with its check digit (GS1 General Specifications, 7.9)."""
    digits = str(FIRST_GTIN + number)
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def place(number: int) -> str:
    """Code of the location at this step of the walk: aisle, rack, level."""
    aisle, rest = divmod(number, RACKS * LEVELS)
    rack, level = divmod(rest, LEVELS)
    letters = chr(ord("A") + aisle % 26) * (1 + aisle // 26)
    return f"{letters}-{rack + 1:02d}-{level + 1}"


def invent_orders(random: Random, orders: int) -> list[Line]:
    """Orders of a demo shop: a few lines each, over a few dozen items."""
    kinds = [(colour, word) for colour in COLOURS for word in WORDS]
    lines: list[Line] = []
    for number in range(orders):
        chosen = sorted(random.sample(range(len(kinds)), random.randint(1, 3)))
        for line, kind in enumerate(chosen, start=1):
            (colour, colour_zh), (word, word_zh) = kinds[kind]
            name, name_zh = f"{colour} {word}", colour_zh + word_zh
            lines.append(Line(f"SO-{1001 + number}", str(line), f"{kind + 1:04d}", random.randint(1, 5), name, name_zh))
    return lines


def write_warehouse(folder: Path, lines: Sequence[Line], totes: Iterable[str]) -> None:
    """Write sites, locations, items, barcodes and stock for these lines."""
    items = {line.item: line for line in reversed(lines)}
    codes = sorted(items)
    demand = {code: sum(line.quantity for line in lines if line.item == code) for code in codes}
    _write(folder / "sites.csv", ("code", "name", "name_zh"), [(SITE, "Rehearsal", "演练仓")])
    bins = [(SITE, place(step), "bin", step + 1, f"{(step * 37 + 11) % 100:02d}") for step in range(len(codes))]
    others = [(SITE, tote, "tote", 0, "") for tote in totes]
    _write(folder / "locations.csv", ("site", "code", "kind", "walk", "check"), bins + others)
    _write(folder / "items.csv", ("code", "name", "name_zh"), [(c, items[c].name, items[c].name_zh) for c in codes])
    barcodes = [(code, gtin13(number), "pcs", 1) for number, code in enumerate(codes)]
    _write(folder / "barcodes.csv", ("item", "barcode", "unit", "factor"), barcodes)
    stock = [(SITE, place(step), code, demand[code]) for step, code in enumerate(codes)]
    _write(folder / "stock.csv", ("site", "location", "item", "quantity"), stock)


def write_operators(folder: Path, operators: Iterable[tuple[str, str]]) -> None:
    """Write operators, given as (code, language), each with a badge."""
    rows = [(code, code.capitalize(), badge(code), "picker", language) for code, language in operators]
    _write(folder / "operators.csv", ("code", "name", "badge", "roles", "language"), rows)


def badge(operator: str) -> str:
    return f"BADGE-{operator.upper()}"


def write_orders(folder: Path, lines: Iterable[Line]) -> Path:
    path = folder / "orders.csv"
    rows = [(SITE, one.order, one.line, one.item, one.quantity) for one in lines]
    _write(path, ("site", "order", "line", "item", "quantity"), rows)
    return path


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
