"""`scanner parse --json FILE`."""

from __future__ import annotations

import importlib
from typing import TextIO

import click


@click.command("parse")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line: kind, symbology, elements, gtin14, error."
)
def command(file: TextIO, as_json: bool) -> None:
    """Say what the scans in FILE mean, one a line (a JSON string, or plain text); - is standard input.

    \b
    echo ']C10109521234543213' | scanner parse --json -
    """
    parse = importlib.import_module("scanner_client.parse")
    for line in file:
        click.echo(parse.parsed_line(line.rstrip("\n"), as_json=as_json))
