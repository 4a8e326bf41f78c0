"""Writes the demo warehouse, the same files on every run: `PYTHONPATH=tests python -m demo_warehouse.generate`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from random import Random

from demo_warehouse import stories
from demo_warehouse.catalogue import Article, articles, pack_gtin
from demo_warehouse.layout import HARBOUR, MAIN, Place, places
from demo_warehouse.stocking import Line, Stock, inbound, lots, outbound, stock

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scanner_client" / "demo_warehouse"
SEED = 952
NOTE = """\
# The demo warehouse. The files are imported in this order, as `ledger import KIND FILE`.
# Written by tests/demo_warehouse/generate.py.
"""

Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def files() -> dict[str, str]:
    """Every file of the demo warehouse by name, README excepted."""
    random = Random(SEED)
    goods = list(articles())
    where = places(random)
    lying = stock(goods, where, random)
    orders = [*outbound(lying, goods, random), *inbound(goods, random)]
    wanted = ("site", "order", "line", "kind", "partner", "priority", "item", "quantity", "unit")
    tables: dict[str, Table] = {
        "sites": (("code", "name", "name_zh"), _SITES),
        "partners": (("code", "name", "role"), stories.PARTNERS),
        "operators": (("code", "name", "badge", "roles", "language", "active"), stories.OPERATORS),
        "items": (("code", "name", "name_zh", "unit", "tracking", "item_class"), map(_item, goods)),
        "barcodes": (("item", "barcode", "unit", "factor"), (row for one in goods for row in _barcodes(one))),
        "locations": (("site", "code", "kind", "zone", "walk", "check", "blocked"), map(_location, where)),
        "lots": (("item", "lot", "expiry"), lots(lying)),
        "stock": (("site", "location", "item", "quantity", "lot", "lpn"), map(_stock, lying)),
        "orders": (wanted, map(_line, orders)),
    }
    written = {f"{kind}.csv": _csv(header, rows) for kind, (header, rows) in tables.items()}
    hero = next(one for one in goods if one.name == stories.HERO)
    return {**written, "manifest.toml": _manifest(written, hero)}


_SITES = ((MAIN, "East warehouse", "城东仓"), (HARBOUR, "Harbour warehouse", "临港仓"))


def _item(one: Article) -> Sequence[object]:
    family = one.family
    return one.code, one.name, one.name_zh, family.unit, family.tracking, family.item_class


def _barcodes(one: Article) -> Iterable[Sequence[object]]:
    """The piece, then the inner pack where there is one, then the box."""
    yield one.code, one.gtin, one.family.unit, 1
    if one.family.inner:
        yield one.code, pack_gtin(one.gtin, 2), "inner", one.family.inner
    yield one.code, pack_gtin(one.gtin, 1), "box", one.family.box


def _location(one: Place) -> Sequence[object]:
    return one.site, one.code, one.kind, one.zone, one.walk, one.check, "yes" if one.blocked else ""


def _stock(one: Stock) -> Sequence[object]:
    return one.site, one.location, one.item, one.quantity, one.lot, one.lpn


def _line(one: Line) -> Sequence[object]:
    return one.site, one.order, one.line, one.kind, one.partner, one.priority, one.item, one.quantity, one.unit


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _manifest(written: dict[str, str], hero: Article) -> str:
    entries = [
        f'[[file]]\nkind = "{name.removesuffix(".csv")}"\nname = "{name}"\nrows = {text.count(chr(10)) - 1}\n'
        for name, text in written.items()
    ]
    return "\n".join([NOTE, *entries, _story(hero)])


def _story(hero: Article) -> str:
    """What the first minute needs to know, so that no program looks for it."""
    return f"""\
[story]
site = "{MAIN}"
picker = "WANG"
second_picker = "LI"
supervisor = "LI"
order = "{stories.FIRST_ORDER}"
second_order = "{stories.SECOND_ORDER}"
item = "{hero.code}"
location = "A-03-02"
wrong_location = "A-03-04"
box = {hero.family.box}
boxes_at_start = {stories.HERO_BOXES}
boxes_seen = {stories.BOXES_SEEN}                       # the office takes three off before the picker starts
boxes_first = {stories.FIRST_LINES[1][1]}
boxes_second = {stories.SECOND_HERO_BOXES}
"""


def main() -> None:
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
