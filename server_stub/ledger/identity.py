"""Names the ledger gives by itself: UUIDv5 of the cause, so that the same cause has the same name after a restore."""

from __future__ import annotations

import uuid

from server_stub.ledger.book import Book
from sync.wire.rows import SEPARATOR

NAMESPACE = uuid.UUID("6f0d7a5c-5b0e-5c0a-9a64-1c1e3a5e7d21")
"""Never changes: every id of a conflict or task ever made hangs on it."""


def caused_id(book: Book, *cause: str | int) -> str:
    """The id of what `cause` brought about in this ledger."""
    return str(uuid.uuid5(NAMESPACE, SEPARATOR.join((book.ledger_id, *map(str, cause)))))
