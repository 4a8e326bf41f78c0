"""How a row becomes columns and comes back: worked out once for each row type, from its annotations.

A quantity is two integers, its units and their scale (`quantity`, `quantity_scale`); lists and objects are JSON text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec

from sync.wire.quantity import Quantity
from sync.wire.rows import ROW_TYPES, Row

R = TypeVar("R", bound=Row)
Values = Sequence[Any]
_PLAIN = (str, int, bool)


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """One column. `type` is str, int, bool or json; `path` leads to its value from the row."""

    name: str
    type: str
    path: str


class Layout(Generic[R]):
    """The columns of one row type, and the way between its rows and their values (the key stands apart)."""

    def __init__(self, kind: type[R]) -> None:
        self.kind = kind
        self.table = f"{kind.table}s"
        hints = get_type_hints(kind)
        self.columns = [column for name in kind.__struct_fields__ for column in _columns(name, hints[name])]
        self.names = tuple(column.name for column in self.columns)
        self._read = [(name, read) for name in kind.__struct_fields__ if (read := _reader(hints[name]))]
        self._quantities = [name for name in kind.__struct_fields__ if hints[name] is Quantity]
        self._getter = attrgetter(*(column.path for column in self.columns))
        self._json = tuple(at for at, column in enumerate(self.columns) if column.type == "json")

    def values(self, row: R) -> tuple[Any, ...]:
        """Column values of a row, in the order of `columns`. Every row type has more than one column."""
        values: tuple[Any, ...] = self._getter(row)
        if not self._json:
            return values
        changed = list(values)
        for at in self._json:
            changed[at] = msgspec.json.encode(values[at]).decode()
        return tuple(changed)

    def row(self, values: Values) -> R:
        fields = dict(zip(self.names, values, strict=True))
        for name in self._quantities:
            fields[name] = Quantity(fields[name], fields.pop(f"{name}_scale"))
        for name, read in self._read:
            fields[name] = read(fields[name])
        return self.kind(**fields)


def _columns(name: str, hint: Any) -> list[ColumnOf]:
    if hint is Quantity:
        return [ColumnOf(name, "int", f"{name}.units"), ColumnOf(f"{name}_scale", "int", f"{name}.scale")]
    return [ColumnOf(name, hint.__name__ if hint in _PLAIN else "json", name)]


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """How a value comes back that the database gives in another form: SQLite knows no truth values, nobody JSON."""
    if hint is bool:
        return bool
    return None if hint is Quantity or hint in _PLAIN else msgspec.json.Decoder(hint).decode


LAYOUTS: dict[type[Row], Layout[Any]] = {kind: Layout(kind) for kind in ROW_TYPES}
