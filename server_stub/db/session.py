"""One open transaction on the driver's own cursor, and the statements it runs, each compiled once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Table, bindparam, delete, select, text
from sqlalchemy.engine import Engine

from server_stub.db.dialect import Flavour
from server_stub.ports import Busy
from sync.wire.rows import SEPARATOR

Values = Sequence[Any]
AFTER_SEPARATOR = chr(ord(SEPARATOR) + 1)


class Statements:
    """The texts a ledger needs, in one database's words, made when first asked for."""

    def __init__(self, flavour: Flavour) -> None:
        self.flavour = flavour
        self.insert: Callable[[Table], str] = lru_cache(None)(self._insert)
        self.upsert: Callable[[Table], str] = lru_cache(None)(self._upsert)
        self.ensure: Callable[[Table], str] = lru_cache(None)(self._ensure)
        self.delete: Callable[..., str] = lru_cache(None)(self._delete)
        self.select: Callable[..., str] = lru_cache(None)(self._select)
        self.select_under: Callable[[Table], str] = lru_cache(None)(self._select_under)
        self.select_under_each: Callable[[Table], str] = lru_cache(None)(self._select_under_each)
        self.select_among: Callable[[Table, str], str] = lru_cache(None)(self._select_among)
        self.made: Callable[[Callable[[], Any]], str] = lru_cache(None)(lambda build: flavour.text(build()))

    def _insert(self, table: Table) -> str:
        return self.flavour.text(self.flavour.insert(table))

    def _upsert(self, table: Table) -> str:
        statement = self.flavour.insert(table)
        keys = [column.name for column in table.primary_key]
        fixed = {*keys, *table.info.get("fixed", ())}
        others = {one.name: statement.excluded[one.name] for one in table.columns if one.name not in fixed}
        return self.flavour.text(statement.on_conflict_do_update(index_elements=keys, set_=others))

    def _ensure(self, table: Table) -> str:
        return self.flavour.text(self.flavour.insert(table).on_conflict_do_nothing())

    def _delete(self, table: Table, *names: str) -> str:
        return self.flavour.text(delete(table).where(*(table.c[name] == bindparam(f"x_{name}") for name in names)))

    def _select(self, table: Table, *names: str, lock: bool = False) -> str:
        """Whole rows where the named columns equal the parameters, in order of the key."""
        chosen = select(table).where(*(table.c[name] == bindparam(f"x_{name}") for name in names))
        ordered = chosen.order_by(*table.primary_key)
        return self.flavour.text(ordered.with_for_update() if lock else ordered)

    def _select_under(self, table: Table) -> str:
        key = table.c.key
        return self.flavour.text(select(table).where(key >= bindparam("x_from"), key < bindparam("x_to")).order_by(key))

    def _select_under_each(self, table: Table) -> str:
        return self.flavour.text(select(table).join(*self.flavour.beginning(table.c.key)).order_by(table.c.key))

    def _select_among(self, table: Table, name: str) -> str:
        return self.flavour.text(select(table).where(self.flavour.among(table.c[name])))


class Session:
    """Reads and writes of one transaction."""

    def __init__(self, cursor: Any, statements: Statements) -> None:
        self._cursor = cursor
        self.sql = statements
        self.flavour = statements.flavour

    def all(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._cursor.execute(statement, values).fetchall()
        return found

    def one(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._cursor.execute(statement, values).fetchone()
        return found

    def run(self, statement: str, *values: Any) -> None:
        self._cursor.execute(statement, values)

    def run_many(self, statement: str, values: Iterable[Values]) -> None:
        self._cursor.executemany(statement, values)

    def insert_many(self, table: Table, values: Sequence[Values]) -> None:
        self.flavour.write_many(self._cursor, self.sql.insert(table), table, values)

    def upsert_many(self, table: Table, values: Sequence[Values]) -> None:
        """Each key may stand in the values once."""
        self.flavour.write_many(self._cursor, self.sql.upsert(table), table, values)

    def rows(self, table: Table, **equal: Any) -> list[tuple[Any, ...]]:
        """Whole rows of a table, in key order."""
        return self.all(self.sql.select(table, *equal), *equal.values())

    def row(self, table: Table, **key: Any) -> tuple[Any, ...] | None:
        return self.one(self.sql.select(table, *key), *key.values())

    def under(self, table: Table, prefix: str) -> list[tuple[Any, ...]]:
        """Whole rows whose key begins with the parts of `prefix`, in key order."""
        return self.all(self.sql.select_under(table), prefix + SEPARATOR, prefix + AFTER_SEPARATOR)

    def under_each(self, table: Table, prefixes: Sequence[str]) -> list[tuple[Any, ...]]:
        """Whole rows whose key begins with one of the prefixes, in key order."""
        return self.all(self.sql.select_under_each(table), self.flavour.many(prefixes)) if prefixes else []

    def among(self, table: Table, name: str, texts: Sequence[str]) -> list[tuple[Any, ...]]:
        """Whole rows whose column `name` is one of the texts."""
        return self.all(self.sql.select_among(table, name), self.flavour.many(texts)) if texts else []

    def put(self, table: Table, *values: Any) -> None:
        self.run(self.sql.upsert(table), *values)

    def drop(self, table: Table, **equal: Any) -> None:
        self.run(self.sql.delete(table, *equal), *equal.values())


def at_most(chosen: Select[Any], count: int | None = None) -> Select[Any]:
    """The first rows of a selection: a fixed count, or one more parameter after all others.

    `Select.limit` would add parameters of its own, which the driver's text leaves unnamed.
    """
    return chosen.suffix_with(text("LIMIT :x_count") if count is None else text(f"LIMIT {count}"))


@contextmanager
def session(engine: Engine, statements: Statements, *, writing: bool) -> Iterator[Session]:
    """A transaction; committed at the end of the block, taken back by an exception.

    Raises Busy where a lock or the connection could not be had: nothing was done, or (a connection lost in the commit)
    doing it again is recognised.
    """
    flavour = statements.flavour
    try:
        connection = engine.raw_connection()
    except Exception as error:
        raise _as_busy(flavour, error) from error
    cursor = connection.cursor()
    try:
        cursor.execute(flavour.begin_writing if writing else flavour.begin_reading)
        yield Session(cursor, statements)
        cursor.execute("COMMIT")
    except BaseException as error:
        busy = flavour.is_busy(error)
        _take_back(connection, cursor)
        if busy:
            raise Busy(f"the ledger's database is busy or away: {error}") from error
        raise
    finally:
        connection.close()


def _as_busy(flavour: Flavour, error: Exception) -> Exception:
    cause = getattr(error, "orig", None) or error
    return Busy(f"the ledger's database does not answer: {cause}") if flavour.is_busy(cause) else error


def _take_back(connection: Any, cursor: Any) -> None:
    """Roll back; a connection that cannot even do that is thrown away, and with it the transaction."""
    try:
        cursor.execute("ROLLBACK")
    except Exception:  # noqa: BLE001 whatever the driver says, the transaction must not live on
        connection.invalidate()
