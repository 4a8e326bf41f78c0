"""The part of `SqlBook` that holds rows: read once, changed in memory, stored together at the end, each key once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

from server_stub.db.columns import LAYOUTS
from server_stub.db.schema import ROW_TABLES
from server_stub.db.session import Session
from sync.wire.rows import SEPARATOR, Row, row_key

R = TypeVar("R", bound=Row)
_Selection = dict[tuple[str, ...], dict[str, Row]]


class RowPart:
    """What this transaction knows of the row tables. A key that is known to have no row is kept as None."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[type[Row], dict[str, Row | None]] = {kind: {} for kind in LAYOUTS}
        self._changed: dict[type[Row], set[str]] = {kind: set() for kind in LAYOUTS}
        self._selections: dict[type[Row], dict[tuple[str, ...], _Selection]] = {kind: {} for kind in LAYOUTS}

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
        layout, known = LAYOUTS[kind], self._known[kind]
        length = len(next(iter(prefixes.values()), ()))
        selection = self._selections[kind].setdefault(kind.key_fields[:length], {})
        selection.update({parts: {} for parts in prefixes.values()})
        for record in self._session.under_each(ROW_TABLES[kind], list(prefixes)):
            row = known[record[0]] = layout.row(record)
            selection[_texts(row, kind.key_fields[:length])][record[0]] = row

    def select(self, kind: type[R], **equal: str) -> Sequence[R]:
        names, texts = tuple(equal), tuple(equal.values())
        selection = self._selections[kind].setdefault(names, {})
        if texts not in selection:
            selection[texts] = self._load(kind, names, texts)
        return cast("list[R]", list(selection[texts].values()))

    def _load(self, kind: type[Row], names: tuple[str, ...], texts: tuple[str, ...]) -> dict[str, Row]:
        """The stored rows, with this transaction's own changes laid over them, in key order."""
        known, layout = self._known[kind], LAYOUTS[kind]
        stored = self._stored(kind, dict(zip(names, texts, strict=True)))
        for record in stored:
            if record[0] not in known:
                known[record[0]] = layout.row(record)
        keys = {found[0] for found in stored} | self._changed[kind]
        rows = ((key, known[key]) for key in sorted(keys))
        return {key: row for key, row in rows if row is not None and _texts(row, names) == texts}

    def _stored(self, kind: type[Row], equal: dict[str, str]) -> list[tuple[Any, ...]]:
        leading = kind.key_fields[: len(equal)]
        if equal.keys() == set(leading):
            return self._session.under(ROW_TABLES[kind], row_key(*(equal[name] for name in leading)))
        return self._session.rows(ROW_TABLES[kind], **equal)

    def write(self, kind: type[Row], key: str, row: Row | None) -> None:
        if self._selections[kind]:
            self._move(kind, key, self.get(kind, key), row)
        self._known[kind][key] = row
        self._changed[kind].add(key)

    def _move(self, kind: type[Row], key: str, before: Row | None, row: Row | None) -> None:
        """Keep the selections made so far true."""
        for names, selection in self._selections[kind].items():
            old = _texts(before, names) if before is not None else None
            new = _texts(row, names) if row is not None else None
            if old is not None and old != new and old in selection:
                selection[old].pop(key, None)
            if new is not None and row is not None and new in selection:
                chosen = selection[new]
                is_new = key not in chosen
                chosen[key] = row
                if is_new:
                    selection[new] = dict(sorted(chosen.items()))

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
            self._session.run_many(self._session.sql.upsert(table), put)
        if gone:
            self._session.run_many(self._session.sql.delete(table, "key"), gone)


def _texts(row: Row, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([str(getattr(row, name)) for name in names])
