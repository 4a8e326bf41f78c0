"""A mapping: which column of a file is which field, how its cells are written, and which rows are left out, and why.

A mapping is a TOML file:

    kind = "orders"
    columns = {order = "InvoiceNo", item = "StockCode"}
    formats = {due = "%m/%d/%y %H:%M"}
    [[reject]]
    column = "InvoiceNo"
    matches = "^C"
    reason = "cancellation"

Optional: `encoding` (tried where the file is not UTF-8), `delimiter`, `site` (for rows without one), `values` (of
fields whose cell is empty or that have no column), `create_items` (orders bring their items along).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import msgspec

from server_stub.importing.kinds import Kind
from server_stub.importing.problems import BadMapping


class RejectRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows whose cell in `column` contains the pattern `matches` are left out, for `reason`. The first rule counts."""

    column: str
    matches: str
    reason: str

    def fits(self, cell: str) -> bool:
        return re.search(self.matches, cell) is not None


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    columns: dict[str, str] = {}
    formats: dict[str, str] = {}
    values: dict[str, str] = {}
    reject: tuple[RejectRule, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    site: str = ""
    create_items: bool = False


def parse_mapping(text: str, name: str, kind: Kind) -> Mapping:
    """Read and check a mapping. Raises BadMapping naming the file and what is wrong in it."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), Mapping)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadMapping(f"the mapping {name} cannot be used: {error}") from error
    if mapping.kind != kind.name:
        raise BadMapping(f"the mapping {name} is for {mapping.kind}, not for {kind.name}; name the mapping that fits")
    _check_fields(mapping, name, kind)
    _check_rules(mapping, name)
    return mapping


def _check_fields(mapping: Mapping, name: str, kind: Kind) -> None:
    for field in (*mapping.columns, *mapping.formats, *mapping.values):
        if field not in kind.field_names:
            known = ", ".join(kind.field_names)
            raise BadMapping(f"the mapping {name} names the field {field!r}; {kind.name} have {known}")
    if len(mapping.delimiter) > 1:
        raise BadMapping(f"the mapping {name} has the delimiter {mapping.delimiter!r}; it must be one character")


def _check_rules(mapping: Mapping, name: str) -> None:
    for rule in mapping.reject:
        try:
            re.compile(rule.matches)
        except re.error as error:
            raise BadMapping(
                f"the mapping {name} has a pattern {rule.matches!r} that cannot be read: {error}"
            ) from error


def load_mapping(named: str, kind: Kind) -> Mapping:
    """The mapping in this file, or the shipped one of this name."""
    path = Path(named)
    if not path.exists() and named in shipped():
        return _shipped(named, kind)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(shipped())
        raise BadMapping(f"the mapping {named} cannot be read ({error}); shipped mappings are: {names}") from error
    return parse_mapping(text, named, kind)


def shipped() -> Sequence[str]:
    """Names of the mappings that come with the program."""
    folder = resources.files("server_stub.importing") / "maps"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def _shipped(name: str, kind: Kind) -> Mapping:
    file = resources.files("server_stub.importing") / "maps" / f"{name}.toml"
    return parse_mapping(file.read_text(encoding="utf-8"), name, kind)


def fitting(kind: Kind, header: Sequence[str]) -> tuple[str, Mapping]:
    """The mapping for a file without one: its own column names, or else the shipped mapping whose columns it has.

    Gives the name ("" for the file's own column names). Raises BadMapping naming the columns that are missing.
    """
    plain = Mapping(kind=kind.name)
    missing = [
        field.name for field in kind.fields if field.required and kind.column(field, plain.columns, header) is None
    ]
    if not missing:
        return "", plain
    for name in shipped():
        try:
            candidate = _shipped(name, kind)
        except BadMapping:
            continue  # it is for another kind
        if set(candidate.columns.values()) <= set(header):
            return name, candidate
    raise BadMapping(
        f"the file has no column for {', '.join(missing)} (its columns: {', '.join(header)}); write a mapping and name"
        " it with --map"
    )
