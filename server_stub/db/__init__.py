"""The ledger's database: SQLite embedded or PostgreSQL, behind `server_stub.ledger.book.Book` and `server_stub.ports`.

`opening` makes, migrates and opens · `ledger` transactions · `book` with its parts, the pure rules' memory · `verify`
rebuilds and compares · `schema`, `columns`, `dialect`, `session` the way to SQL.
"""

from __future__ import annotations

from server_stub.db.ledger import Ledger
from server_stub.db.opening import create_schema, migrate_schema, open_ledger

__all__ = ["Ledger", "create_schema", "migrate_schema", "open_ledger"]
