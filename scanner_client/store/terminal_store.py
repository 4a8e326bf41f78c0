"""The store as the rest of the program sees it: a path, and transactions on it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scanner_client.store import schema
from scanner_client.store.connection import Connection
from scanner_client.store.faults import fault_from, is_fault
from scanner_client.store.feeds import Feeds
from scanner_client.store.identity import Identity, Sources
from scanner_client.store.journal import Journal
from scanner_client.store.queue import Queue
from scanner_client.store.view import View


class Transaction(Queue, Feeds, View, Journal):
    """One open transaction: `sync.core.terminal.TerminalTransaction` and `scanner_client.ports.StepTransaction` in one.

    Everything done through it commits together, synced to the disk, or not at all.
    """


class TerminalStore:
    """A terminal's file. Belongs to the thread that first uses it; nothing it read outlives a transaction."""

    def __init__(self, path: Path, sources: Sources, *, read_only: bool = False) -> None:
        self.path = path
        self._sources = sources
        self._connection = Connection(path, read_only=read_only)

    @contextmanager
    def step(self) -> Iterator[Transaction]:
        """One event's reads and writes. Raises StoreError: nothing was kept, and nothing may be confirmed."""
        with self._connection.transaction() as connection:
            yield Transaction(connection, schema.read_identity(connection), self._sources)

    sync_transaction = step
    """One exchange with the ledger: the same transaction, seen through the sync core's protocol."""

    def close(self) -> None:
        """In the thread that used it."""
        self._connection.close()


def create_store(path: Path, identity: Identity, epoch: str) -> None:
    """A new store, whole or not at all: built under another name, synced, then renamed. Raises StoreError."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            # Without a write-ahead log, so that the rename moves all of it.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            schema.build(connection, identity, epoch)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        draft.unlink(missing_ok=True)
        if is_fault(error):
            raise fault_from(error, path.parent) from error
        raise
    draft.chmod(0o600)
    draft.rename(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
