"""The part of `SqlBook` that holds rows: read once, changed in memory, stored together at the end, each key once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

from server_stub.db.columns import LAYOUTS
from server_stub.db.schema import ROW_TABLES
from server_stub.db.selection import Selection, Texts
from server_stub.db.session import Session
from sync.wire.rows import SEPARATOR, Row, row_key

R = TypeVar("R", bound=Row)


class RowPart:
    """What this transaction knows of the row tables. A key that is known to have no row is kept as None."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[type[Row], dict[str, Row | None]] = {kind: {} for kind in LAYOUTS}
        self._changed: dict[type[Row], set[str]] = {kind: set() for kind in LAYOUTS}
        self._selections: dict[type[Row], dict[tuple[str, ...], Selection]] = {kind: {} for kind in LAYOUTS}

    def get(self, kind: type[R], key: str) -> R | None:
        known = self._known[kind]
        if key not in known:
            found = self._session.row(ROW_TABLES[kind], key=key)
            known[key] = LAYOUTS[kind].row(found) if found else None
        return cast("R | None", known[key])

    def read_rows_ahead(self, kind: type[Row], keys: Iterable[str]) -> None:
        """Read what a batch will ask for in one statement; keys without a row are remembered too."""
        known, layout = self._known[kind], LAYOUTS[kind]
        missing = sorted(key for key in keys if key not in known)
        known.update(dict.fromkeys(missing))
        for record in self._session.among(ROW_TABLES[kind], "key", missing):
            known[record[0]] = layout.row(record)

    def select_ahead(self, kind: type[Row], leading: Iterable[tuple[str, ...]]) -> None:
        """Read all rows whose keys begin with these parts, in one statement, as `select` would one by one."""
        prefixes = {row_key(*parts) + SEPARATOR: parts for parts in leading}
        if not prefixes:
            return
        layout, known = LAYOUTS[kind], self._known[kind]
        found: dict[Texts, list[tuple[str, Row | None]]] = {parts: [] for parts in prefixes.values()}
        length = len(next(iter(prefixes.values())))
        for record in self._session.under_each(ROW_TABLES[kind], list(prefixes)):
            key = record[0]
            row = known[key] = layout.row(record)
            found[tuple(key.split(SEPARATOR, length)[:length])].append((key, row))
        selection = self._selection(kind, kind.key_fields[:length])
        for parts, rows in found.items():
            selection.load(parts, rows)

    def select(self, kind: type[R], **equal: str) -> Sequence[R]:
        texts = tuple(equal.values())
        selection = self._selection(kind, tuple(equal))
        if texts not in selection:
            selection.load(texts, self._loaded(kind, equal))
        return cast("list[R]", selection.rows(texts))

    def _selection(self, kind: type[Row], names: tuple[str, ...]) -> Selection:
        found = self._selections[kind].get(names)
        if found is None:
            known = self._known[kind]
            changed = ((key, row) for key in self._changed[kind] if (row := known[key]) is not None)
            found = self._selections[kind][names] = Selection(names, changed)
        return found

    def _loaded(self, kind: type[Row], equal: dict[str, str]) -> list[tuple[str, Row | None]]:
        """The stored rows with these columns, each as this transaction knows it by now."""
        known, layout = self._known[kind], LAYOUTS[kind]
        rows: list[tuple[str, Row | None]] = []
        for record in self._stored(kind, equal):
            key = record[0]
            if key not in known:
                known[key] = layout.row(record)
            rows.append((key, known[key]))
        return rows

    def _stored(self, kind: type[Row], equal: dict[str, str]) -> list[tuple[Any, ...]]:
        leading = kind.key_fields[: len(equal)]
        if leading and equal.keys() == set(leading):
            return self._session.under(ROW_TABLES[kind], row_key(*(equal[name] for name in leading)))
        return self._session.rows(ROW_TABLES[kind], **equal)

    def write(self, kind: type[Row], key: str, row: Row | None) -> None:
        selections = self._selections[kind]
        if selections:
            before = self.get(kind, key)
            for selection in selections.values():
                selection.move(key, before, row)
        self._known[kind][key] = row
        self._changed[kind].add(key)

    def _flush_rows(self) -> None:
        for kind, keys in self._changed.items():
            if keys:
                self._flush(kind, sorted(keys))
        self._changed = {kind: set() for kind in LAYOUTS}

    def _flush(self, kind: type[Row], keys: list[str]) -> None:
        table, values, known = ROW_TABLES[kind], LAYOUTS[kind].values, self._known[kind]
        put: list[tuple[Any, ...]] = []
        gone: list[tuple[str]] = []
        for key in keys:
            row = known[key]
            if row is None:
                gone.append((key,))
            else:
                put.append((key, *values(row)))
        if put:
            self._session.upsert_many(table, put)
        if gone:
            self._session.run_many(self._session.sql.delete(table, "key"), gone)
