"""`ledger import-folder`: a whole warehouse from a folder, one file a kind, in the order that needs no second run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from server_stub.commands.asking import SITE_HELP, Failed, db_option, json_option, say_json
from server_stub.commands.importing import Wish, import_file
from server_stub.importing.telling import sentences

ORDER = ("sites", "partners", "operators", "items", "barcodes", "locations", "lots", "stock", "orders")
"""What a kind names comes before it."""

ENDINGS = (".csv", ".xlsx", ".json")


@click.command("import-folder")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--site", default="", help=f"{SITE_HELP} Of rows that name none.")
@json_option
@db_option
def import_folder_command(folder: Path, site: str, as_json: bool, place: Any) -> None:
    r"""Import every file of FOLDER that is named after its kind: sites.csv, items.csv, stock.xlsx and so on.

    Each is taken as `ledger import` takes it. Exit status 1 where rows were rejected.

    \b
      ledger import-folder warehouse/
    """
    found = dict(files_in(folder))
    if not found:
        raise Failed(f"{folder} holds nothing to import; name the files after their kind, as in items.csv")
    reports = []
    for kind, file in found.items():
        reports.append(import_file(Wish(kind=kind, file=file, site=site), place))
        if not as_json:
            click.echo("\n".join(sentences(reports[-1])))
    if as_json:
        say_json(reports)
    raise SystemExit(0 if all(report.clean for report in reports) else 1)


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Kinds and their files in the order in which they are imported; of several endings the first counts."""
    for kind in ORDER:
        files = (folder / f"{kind}{ending}" for ending in ENDINGS)
        file = next((one for one in files if one.is_file()), None)
        if file is not None:
            yield kind, file
