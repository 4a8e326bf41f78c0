"""The ledger's database: SQLite embedded or PostgreSQL, behind `server_stub.ledger.book.Book` and `server_stub.ports`.

`opening` makes, migrates and opens · `ledger` transactions · `book` with its parts, the pure rules' memory · `verify`
rebuilds and compares · `copying` carries a ledger to another database · `schema`, `columns`, `dialect`, `session` the
way to SQL.
"""

from __future__ import annotations

from server_stub.db.copying import become_another, new_epoch, read_copy, write_copy
from server_stub.db.ledger import Ledger
from server_stub.db.opening import create_schema, migrate_schema, open_ledger

__all__ = [
    "Ledger",
    "become_another",
    "create_schema",
    "migrate_schema",
    "new_epoch",
    "open_ledger",
    "read_copy",
    "write_copy",
]
