"""The warehouse that is worked in: many goods come in, on an order of its own for each terminal, and are put away."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from scanner_client.rehearsal.warehouse import SITE, badge, gtin13

ITEMS = 24
STAGING = ("IN-1", "IN-2")
BINS = tuple(f"A-{number:02d}" for number in range(1, 13))
ENDLESS = 1_000_000
"""Pieces on each line, so that no line is ever full."""


def code(item: int) -> str:
    return f"G{item:02d}"


def order_of(terminal: str) -> str:
    return f"PO-{terminal}"


def operator_of(terminal: str) -> str:
    return f"op-{terminal.lower()}"


def badge_of(terminal: str) -> str:
    return badge(operator_of(terminal))


def write_warehouse(folder: Path, terminals: Iterable[str]) -> dict[str, Path]:
    """The files that `ledger import` reads, by kind, in the order in which they are to be read."""
    terminals = list(terminals)
    items = range(ITEMS)
    places = [(SITE, place, "staging") for place in STAGING] + [(SITE, place, "bin") for place in BINS]
    people = [(operator_of(one), one, badge_of(one), "receiver", "en") for one in terminals]
    lines = [(SITE, order_of(one), item + 1, code(item), ENDLESS, "inbound") for one in terminals for item in items]
    return {
        "sites": _write(folder, "sites", ("code", "name"), [(SITE, "Chaos")]),
        "locations": _write(folder, "locations", ("site", "code", "kind"), places),
        "items": _write(folder, "items", ("code", "name"), [(code(item), f"goods {item}") for item in items]),
        "barcodes": _write(folder, "barcodes", ("item", "barcode"), [(code(item), gtin13(item)) for item in items]),
        "operators": _write(folder, "operators", ("code", "name", "badge", "roles", "language"), people),
        "orders": _write(folder, "orders", ("site", "order", "line", "item", "quantity", "kind"), lines),
    }


def _write(folder: Path, kind: str, header: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> Path:
    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path
