"""`Reader` over SQL: pages of rows and operations for people and programs, filtered by equal columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, select

from server_stub.db import schema
from server_stub.db.book_operations import stored_operation
from server_stub.db.columns import LAYOUTS
from server_stub.db.schema import ROW_TABLES
from server_stub.db.session import Session, at_most
from server_stub.ledger.book import StoredOperation
from sync.wire.rows import Item, Row

R = TypeVar("R", bound=Row)


def read_rows(session: Session, kind: type[R], equal: Mapping[str, str], after: str, count: int) -> list[R]:
    """Rows in key order behind the key `after`."""
    layout = LAYOUTS[kind]
    return [layout.row(values) for values in _page(session, ROW_TABLES[kind], equal, after, count)]


def read_operations(session: Session, equal: Mapping[str, str], after: str, count: int) -> list[StoredOperation]:
    return [stored_operation(values) for values in _page(session, schema.operation, equal, after, count)]


def read_units(session: Session, items: Sequence[str]) -> dict[str, str]:
    found = (LAYOUTS[Item].row(values) for values in session.among(ROW_TABLES[Item], "key", items))
    return {item.code: item.unit for item in found}


def _page(session: Session, table: Table, equal: Mapping[str, str], after: str, count: int) -> list[tuple[Any, ...]]:
    """The page's statement is compiled each time: which columns are asked for is up to the caller."""
    key = next(iter(table.primary_key))
    asked = [table.c[name] == bindparam(f"x_{name}") for name in equal]
    chosen = select(table).where(*asked, key > bindparam("x_after")).order_by(key)
    return session.all(session.flavour.text(at_most(chosen)), *equal.values(), after, count)
