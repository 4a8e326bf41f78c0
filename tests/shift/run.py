"""`make shift FILE=orders.csv`: every line of a file of orders is picked on three terminals while network, power fail.

Exit status 0 only where the files, read after every process has exited, prove that nothing was lost and nothing is
there twice. `--plant-lost` takes one operation out of a copy of the ledger: the proof must notice, and the status is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scanner_client.rehearsal.office import RehearsalFailed
from scanner_client.rehearsal.shift import Shift
from scanner_client.rehearsal.warehouse import SITE, Line
from server_stub.importing.accounting import Record
from server_stub.importing.kinds import KINDS
from server_stub.importing.mapping import fitting
from server_stub.importing.problems import ImportProblem
from server_stub.importing.reading import read_records
from server_stub.importing.source import read_source


def lines_of(file: Path) -> tuple[str, list[Line]]:
    """The order lines of a file, and the mapping it is read with. Raises ImportProblem."""
    source = read_source(file)
    used, mapping = fitting(KINDS["orders"], source.header)
    account = read_records(source, KINDS["orders"], mapping, SITE)
    return used, [_line(record) for record in account.accepted]


def _line(record: Record) -> Line:
    names = ("order", "line", "item")
    order, line, item = (record.text(name) for name in names)
    return Line(order, line, item, int(record.text("quantity")), record.text("description"))


def first_orders(file: Path, lines: list[Line], count: int, folder: Path) -> tuple[Path, list[Line]]:
    """The file cut off behind the orders that make up about `count` lines."""
    wanted: dict[str, int] = {}
    for line in lines:
        if sum(wanted.values()) < count or line.order in wanted:
            wanted[line.order] = wanted.get(line.order, 0) + 1
    kept = [line for line in lines if line.order in wanted]
    codes = tuple(wanted)
    rows = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    cut = folder / file.name
    cut.write_text("".join([rows[0], *(row for row in rows[1:] if row.startswith(codes))]), encoding="utf-8")
    return cut, kept


async def work(shift: Shift, *, plant_lost: bool, say: Callable[[str], None]) -> int:
    """Work the shift and print its card; the exit status."""
    await shift.work()
    checks = await shift.prove(plant_lost=plant_lost)
    say(shift.card(f"shift on {shift.orders_file.name}", checks))
    idle = shift.happened()
    if idle:
        say(f"and yet it proves little: {idle}")
    return 1 if idle or any(check.fault for check in checks) else 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--file", type=Path, required=True, help="orders, as `ledger import orders` reads them")
    options.add_argument("--lines", type=int, default=0, help="only the first orders, about so many lines")
    options.add_argument("--plant-lost", action="store_true", help="lose one operation; the proof must fail")
    options.add_argument("--keep", type=Path, help="leave all files in this new folder")
    options.add_argument("--quiet", action="store_true", help="only the card")
    asked = options.parse_args()
    with TemporaryDirectory(prefix="shift-") as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            print(f"shift: {folder} is not empty; name a new folder with --keep", file=sys.stderr)
            return 2
        try:
            used, lines = lines_of(asked.file)
            file = asked.file
            if asked.lines:
                file, lines = first_orders(file, lines, asked.lines, folder)
            said = (lambda _: None) if asked.quiet else print
            return asyncio.run(work(Shift(folder, lines, file, used, said), plant_lost=asked.plant_lost, say=print))
        except ImportProblem as problem:
            print(f"shift: {problem}", file=sys.stderr)
            return 2
        except RehearsalFailed as failed:
            print(f"shift: {failed}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
