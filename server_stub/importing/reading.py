"""Rows become records: the mapping's rules, the forms of the fields, and the place of a line inside its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Lookup

from server_stub.importing.accounting import Account, Record
from server_stub.importing.fields import BadCell, Value, read_cell
from server_stub.importing.kinds import Kind
from server_stub.importing.mapping import Mapping
from server_stub.importing.problems import BadMapping
from server_stub.importing.source import Source, SourceRow


def read_records(source: Source, kind: Kind, mapping: Mapping, site: str = "") -> Account:
    """The account of a file by itself, before it is compared with the ledger. `site` is that of rows without one.

    Raises BadMapping where the mapping names a column that the file does not have.
    """
    account = Account(source)
    columns = _columns(kind, mapping, source)
    default = site or mapping.site
    positions: Counter[str] = Counter()
    for row in source.rows:
        position = _position(row, columns, positions)
        rule = "" if row.fault else _rule(row, mapping)
        if row.fault or rule:
            account.reject(row.number, row.fault or rule, by_rule=bool(rule))
            continue
        try:
            values = _values(row, kind, mapping, columns)
        except BadCell as error:
            account.reject(row.number, str(error))
            continue
        if kind.has_site and default:
            values.setdefault("site", default)
        if kind.name == "orders":
            values.setdefault("line", position)
        account.accepted.append(Record(row.number, values))
    reject_duplicates(account, kind)
    return account


def _columns(kind: Kind, mapping: Mapping, source: Source) -> dict[str, str]:
    """Field → header. A column the mapping names must be there."""
    for name in (*mapping.columns.values(), *(rule.column for rule in mapping.reject)):
        if name not in source.header:
            raise BadMapping(f"the mapping names the column {name!r}; the file has {', '.join(source.header)}")
    found = {field.name: kind.column(field, mapping.columns, source.header) for field in kind.fields}
    missing = [f.name for f in kind.fields if f.required and not found[f.name] and f.name not in mapping.values]
    if missing:
        raise BadMapping(f"no column is mapped to {', '.join(missing)}; the file has {', '.join(source.header)}")
    return {name: column for name, column in found.items() if column}


def _position(row: SourceRow, columns: Lookup[str, str], positions: Counter[str]) -> str:
    """The row's place among all rows of its order, so that it stays the same when a rule leaves other rows out."""
    order = row.cells.get(columns.get("order", ""), "")
    positions[order] += 1
    return str(positions[order])


def _rule(row: SourceRow, mapping: Mapping) -> str:
    return next((rule.reason for rule in mapping.reject if rule.fits(row.cells[rule.column])), "")


def _values(row: SourceRow, kind: Kind, mapping: Mapping, columns: Lookup[str, str]) -> dict[str, Value]:
    """Field → value; an empty cell takes what the mapping says for all rows."""
    values: dict[str, Value] = {}
    for field in kind.fields:
        text = row.cells[columns[field.name]] if field.name in columns else ""
        value = read_cell(field, text or mapping.values.get(field.name, ""), mapping.formats.get(field.name, ""))
        if value is not None:
            values[field.name] = value
    return values


def reject_duplicates(account: Account, kind: Kind) -> None:
    """Of rows with the same key the first one counts; the others are named with the row they repeat."""
    first: dict[tuple[str, ...], Record] = {}

    def repeats(record: Record) -> str:
        key = tuple(record.text(name) for name in kind.key)
        before = first.setdefault(key, record)
        if before is record:
            return ""
        shown = " ".join(part for part in key if part)
        if before.values == record.values:
            return f"duplicate: {shown} stands in row {before.row} already"
        return f"duplicate: {shown} stands in row {before.row} already, with other values"

    account.keep_if(repeats)
