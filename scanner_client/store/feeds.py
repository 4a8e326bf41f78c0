"""The ledger's rows as this terminal has read them: live, and in the shadow while a feed is read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import msgspec

from scanner_client.ports import FeedAge
from scanner_client.store.outbox import HASH_CHARS
from scanner_client.store.schema import LOOKUPS
from scanner_client.store.undoing import Undoing
from sync.core.terminal import RowChange
from sync.wire.messages import feed_origin
from sync.wire.operation import Cursor
from sync.wire.rows import BY_TABLE

_LOOKUP_COLUMNS = 3
_Texts = tuple[str | None, str | None, str | None]
_NO_TEXTS: _Texts = (None, None, None)
_Row = tuple[str, str, str, bytes, str | None, str | None, str | None]


class Feeds(Undoing):
    """Cursors, rows, shadows and covers of the feeds this terminal follows."""

    def cursor(self, feed: str) -> Cursor:
        n, hash_, part = self._sql.execute("SELECT n, hash, part FROM feed WHERE feed = ?", [feed]).fetchone()
        return Cursor(feed=feed, n=n, hash=hash_, part=part)

    def shadow(self, feed: str) -> Cursor | None:
        n, hash_, part = self._sql.execute(
            "SELECT shadow_n, shadow_hash, shadow_part FROM feed WHERE feed = ?", [feed]
        ).fetchone()
        return None if n is None else Cursor(feed=feed, n=n, hash=hash_, part=part)

    def start_shadow(self, feed: str) -> None:
        self._drop_shadow(feed)
        self._sql.execute(
            "UPDATE feed SET shadow_n = 0, shadow_hash = ?, shadow_part = 0 WHERE feed = ?",
            [feed_origin(self.ledger_id, feed), feed],
        )

    def put_rows(self, feed: str, changes: Iterable[RowChange], cursor: Cursor, *, shadow: bool) -> None:
        table, prefix = ("shadow", "shadow_") if shadow else ("live", "")
        # Of a key only the last change counts; and every row is read before the first is written, so that one which
        # cannot be read leaves nothing behind.
        rows = {(one.table, one.key): _row(feed, one) for one in changes}
        gone = [key for key, row in rows.items() if row is None]
        self._sql.executemany(f"DELETE FROM {table} WHERE tbl = ? AND key = ?", gone)
        kept = [row for row in rows.values() if row is not None]
        put = f"INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._sql.executemany(f"INSERT OR REPLACE {put}", [row for row in kept if row[0] not in _FOUND_BY_KEY])
        self._sql.executemany(
            f"INSERT {put} ON CONFLICT (tbl, key) DO UPDATE SET feed = excluded.feed, body = excluded.body",
            [row for row in kept if row[0] in _FOUND_BY_KEY],
        )
        self._sql.execute(
            f"UPDATE feed SET {prefix}n = ?, {prefix}hash = ?, {prefix}part = ? WHERE feed = ?",
            [cursor.n, cursor.hash, cursor.part, feed],
        )

    def cover(self, feed: str, ids: Iterable[str], *, shadow: bool) -> None:
        named = [(feed, self._own_id(id)) for id in ids]
        self._sql.executemany(
            f"INSERT OR IGNORE INTO cover (feed, op, shadow) SELECT ?, id, {int(shadow)} FROM operation WHERE id = ?",
            named,
        )
        if not shadow:
            self._sql.executemany("UPDATE delta SET pending = 0 WHERE feed = ? AND op = ? AND pending = 1", named)
            self._review_undos()

    def _own_id(self, name: str) -> str:
        """The id of an operation that the ledger names by its hash, because it could not read the id."""
        if len(name) != HASH_CHARS:
            return name
        found = self._sql.execute("SELECT id FROM operation WHERE op_hash = ?", [name]).fetchone()
        return str(found[0]) if found else name

    def swap_shadow(self, feed: str) -> None:
        self._sql.execute("DELETE FROM live WHERE feed = ?", [feed])
        self._sql.execute("INSERT OR REPLACE INTO live SELECT * FROM shadow WHERE feed = ?", [feed])
        self._sql.execute("DELETE FROM cover WHERE feed = ? AND shadow = 0", [feed])
        self._sql.execute("UPDATE cover SET shadow = 0 WHERE feed = ?", [feed])
        # What the new rows do not cover counts on top of them again.
        self._recount("feed = ?", [feed])
        self._sql.execute("UPDATE feed SET n = shadow_n, hash = shadow_hash, part = shadow_part WHERE feed = ?", [feed])
        self._drop_shadow(feed)
        self._review_undos()

    def _drop_shadow(self, feed: str) -> None:
        self._sql.execute("DELETE FROM shadow WHERE feed = ?", [feed])
        self._sql.execute("DELETE FROM cover WHERE feed = ? AND shadow = 1", [feed])
        self._sql.execute(
            "UPDATE feed SET shadow_n = NULL, shadow_hash = NULL, shadow_part = NULL WHERE feed = ?", [feed]
        )

    # --- how fresh they are

    def age(self, feed: str) -> FeedAge:
        found = self._sql.execute("SELECT n, as_of FROM feed WHERE feed = ?", [feed]).fetchone()
        return FeedAge(feed, *found) if found else FeedAge(feed, 0, "")

    def note_answer(self, at: str, ends: Iterable[Cursor]) -> None:
        """The ledger's time of an answer, and where its complete pages end: a feed standing there is of that time."""
        self._sql.executemany(
            "UPDATE feed SET as_of = ? WHERE feed = ? AND n = ? AND hash = ?",
            [(at, end.feed, end.n, end.hash) for end in ends],
        )


def _row(feed: str, change: RowChange) -> _Row | None:
    """The row as it is stored; None where the key is gone."""
    if change.row is None:
        return None
    return change.table, change.key, feed, change.row, *_lookups(change.table, change.row)


def _lookups(table: str, body: bytes) -> _Texts:
    """The texts by which a row is found; nothing for a table that this program does not know."""
    return _reader(table)(body) if table in LOOKUPS else _NO_TEXTS


@cache  # made when the first page comes and not at the start, which does not wait for it
def _reader(table: str) -> Callable[[bytes], _Texts]:
    """Reads the fields a row is found by and skips the others, which is most of the work of taking a page in."""
    kind, names = BY_TABLE[table], LOOKUPS[table]
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    fields = [(name, str) if known[name].required else (name, str, known[name].default) for name in names]
    decoder = msgspec.json.Decoder(msgspec.defstruct(f"{kind.__name__}Texts", fields, frozen=True, kw_only=True))

    def read(body: bytes) -> _Texts:
        row = decoder.decode(body)
        first, second, third = [*(getattr(row, name) for name in names), *_NO_TEXTS][:_LOOKUP_COLUMNS]
        return first, second, third

    return read


_FOUND_BY_KEY = frozenset(table for table, kind in BY_TABLE.items() if {*LOOKUPS.get(table, ())} <= {*kind.key_fields})
"""Tables whose lookups are part of the key, so that a new row under a known key leaves the indexes as they are."""
