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
        self._build = _builder(kind, hints)
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

    def row(self, record: Values) -> R:
        """The row of a table's record: the key, then the columns in order."""
        return self._build(*record)


def _columns(name: str, hint: Any) -> list[ColumnOf]:
    if hint is Quantity:
        return [ColumnOf(name, "int", f"{name}.units"), ColumnOf(f"{name}_scale", "int", f"{name}.scale")]
    return [ColumnOf(name, hint.__name__ if hint in _PLAIN else "json", name)]


def _builder(kind: type[R], hints: dict[str, Any]) -> Callable[..., R]:
    """A function of a record that names each field: written out once for each type, as `dataclass` does it, for it runs
    several times for every operation and is five times as fast as gathering the fields anew."""
    scope: dict[str, Any] = {"RowType": kind, "Quantity": Quantity}
    fields = []
    for name in kind.__struct_fields__:
        scope[f"read_{name}"] = _reader(hints[name])
        fields.append(f"{name}={_expression(name, hints[name])}")
    parameters = ", ".join(column.name for name in kind.__struct_fields__ for column in _columns(name, hints[name]))
    build: Callable[..., R] = eval(f"lambda key, {parameters}: RowType({', '.join(fields)})", scope)  # noqa: S307 our names
    return build


def _expression(name: str, hint: Any) -> str:
    if hint is Quantity:
        return f"Quantity({name}, {name}_scale)"
    return name if hint in (str, int) else f"read_{name}({name})"


def _reader(hint: Any) -> Callable[[Any], Any]:
    """How a value comes back that the database gives in another form: SQLite knows no truth values, nobody lists."""
    return bool if hint in _PLAIN else msgspec.json.Decoder(hint).decode


LAYOUTS: dict[type[Row], Layout[Any]] = {kind: Layout(kind) for kind in ROW_TYPES}
