"""Rows of one table by some of their columns, as far as one transaction asked for them; its changes keep them true."""

from __future__ import annotations

from collections.abc import Iterable

from sync.wire.rows import Row

Texts = tuple[str, ...]


class Selection:
    """`names` are the columns. A change is remembered under its texts, so that asking for further texts costs what is
    found, however much this transaction has changed."""

    def __init__(self, names: tuple[str, ...], changed: Iterable[tuple[str, Row]] = ()) -> None:
        self._names = names
        self._rows: dict[Texts, dict[str, Row]] = {}
        self._changed: dict[Texts, dict[str, Row]] = {}
        self._unsorted: set[Texts] = set()
        for key, row in changed:
            self._changed.setdefault(self._texts(row), {})[key] = row

    def __contains__(self, texts: Texts) -> bool:
        return texts in self._rows

    def load(self, texts: Texts, stored: Iterable[tuple[str, Row | None]]) -> None:
        """Take what the database has for these texts, as this transaction knows the rows by now, in key order."""
        rows = {key: row for key, row in stored if row is not None and self._texts(row) == texts}
        changed = self._changed.get(texts)
        if changed:
            rows |= changed
            self._unsorted.add(texts)
        self._rows[texts] = rows

    def rows(self, texts: Texts) -> list[Row]:
        """What was loaded, in key order."""
        if texts in self._unsorted:
            self._rows[texts] = dict(sorted(self._rows[texts].items()))
            self._unsorted.discard(texts)
        return list(self._rows[texts].values())

    def move(self, key: str, before: Row | None, row: Row | None) -> None:
        """The row at `key` was `before` and is now `row`; None where there is none."""
        new = self._texts(row) if row is not None else None
        if before is not None:
            self._leave(key, self._texts(before), new)
        if row is not None and new is not None:
            self._changed.setdefault(new, {})[key] = row
            chosen = self._rows.get(new)
            if chosen is not None:
                if key not in chosen:
                    self._unsorted.add(new)
                chosen[key] = row

    def _leave(self, key: str, old: Texts, new: Texts | None) -> None:
        if old != new:
            for held in (self._changed.get(old), self._rows.get(old)):
                if held:
                    held.pop(key, None)

    def _texts(self, row: Row) -> Texts:
        return tuple([str(getattr(row, name)) for name in self._names])
