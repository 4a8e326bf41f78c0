"""A warehouse with one long order on a real ledger, a terminal enrolled at its service, and what the ledger holds."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.programs import Running, ledger, service, told
from furnished_home import BADGE, ORDER, SITE, TERMINAL, gtin14, long_location
from loaded_programs import run

from scanner_client.home import Home
from scanner_client.rehearsal.proof import Held, held_by_ledger

LINES, PIECES = 9, 99
OTHERS, DOCK = 250, "DOCK-1"
"""Goods that no order wants, and where they come in."""

TOTE = f"TOTE:{TERMINAL}"


@dataclass(frozen=True)
class Floor:
    """`home` is a terminal of the ledger in `database`, whose service is running."""

    home: Home
    database: Path
    service: Running

    def operations(self) -> list[Held]:
        """What the ledger holds, read from its file."""
        return held_by_ledger(self.database)

    def held(self, kind: str) -> int:
        """How many operations of a kind the ledger holds."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as file:
            return int(file.execute("SELECT count(*) FROM operation WHERE kind = ?", [kind]).fetchone()[0])

    def stock(self) -> dict[tuple[str, str], int]:
        """What the ledger says lies where: pieces by location and item, without the virtual places."""
        lines = told(self.database, "stock", "--json")
        places = [line for line in lines if not line["location"].startswith("@")]
        return {(line["location"], line["item"]): int(line["quantity"]) for line in places}


def item(number: int) -> str:
    return f"ITEM-{number:02d}"


def other(number: int) -> str:
    return f"OTHER-{number:03d}"


def stock_after(lines: Sequence[int]) -> dict[tuple[str, str], int]:
    """The stock once these lines are picked: a third of what was there lies in the terminal's tote."""
    left = {(long_location(n), item(n)): PIECES * (2 if n in lines else 3) for n in range(1, LINES + 1)}
    return left | {(TOTE, item(n)): PIECES for n in lines}


def new_ledger(folder: Path) -> Path:
    """A ledger with an order of `LINES` lines of `PIECES` each. Gives its file."""
    rows = folder / "rows"
    rows.mkdir(parents=True)
    numbers = range(1, LINES + 1)
    places = [(SITE, long_location(n), "bin", n) for n in numbers]
    _write(rows, "sites", "code,name", [(SITE, "Volume")])
    _write(rows, "operators", "code,name,badge,roles,language", [("wang", "Wang", BADGE, "picker", "en")])
    goods = [*map(item, numbers), *map(other, range(OTHERS))]
    _write(rows, "items", "code,name", [(code, f"Towel {code}") for code in goods])
    _write(rows, "barcodes", "item,barcode,unit,factor", [(item(n), gtin14(n), "pcs", 1) for n in numbers])
    _write(rows, "locations", "site,code,kind,walk", [*places, (SITE, TOTE, "tote", 0), (SITE, DOCK, "dock", 0)])
    stock = [(SITE, long_location(n), item(n), 3 * PIECES) for n in numbers]
    _write(rows, "stock", "site,location,item,quantity", stock)
    _write(rows, "orders", "site,order,line,item,quantity", [(SITE, ORDER, n, item(n), PIECES) for n in numbers])
    database = folder / "ledger.db"
    for words in (["init", "--environment", "test"], ["import-folder", str(rows)]):
        ran = ledger(database, *words)
        assert ran.status == 0, ran.err + ran.out
    return database


@contextmanager
def floor(made: Path, folder: Path) -> Iterator[Floor]:
    """A copy of a new ledger at work, with a terminal that knows what it knows."""
    database = Path(shutil.copytree(made.parent, folder / "ledger")) / made.name
    code = told(database, "terminal", "add", TERMINAL, "--site", SITE, "--json")["code"]
    home = Home(folder / "home")
    with service(database) as running:
        _scanner("enroll", running.address, code, "--home", str(home.path))
        _scanner("sync", "--home", str(home.path))
        yield Floor(home, database, running)


def _scanner(*words: str) -> None:
    ran = run("scanner", *words, environment=os.environ)
    assert ran.status == 0, ran.err + ran.out


def _write(folder: Path, kind: str, header: str, rows: Sequence[Sequence[str | int]]) -> None:
    with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
