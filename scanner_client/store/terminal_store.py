"""The store as the rest of the program sees it: a path, and transactions on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scanner_client.files import PRIVATE_FILE, sync_folder
from scanner_client.store import schema
from scanner_client.store.alerts import Alerts
from scanner_client.store.connection import Connection
from scanner_client.store.faults import fault_from, is_fault
from scanner_client.store.feeds import Feeds
from scanner_client.store.identity import Identity, Sources
from scanner_client.store.journal import Journal
from scanner_client.store.outage import Outage
from scanner_client.store.pins import Pins
from scanner_client.store.proof import Proof
from scanner_client.store.settings import Settings


class Transaction(Alerts, Proof, Feeds, Journal, Settings, Pins, Outage):
    """One open transaction: `sync.core.terminal.TerminalTransaction` and `scanner_client.ports.StepTransaction` in one.

    Everything done through it commits together, synced to the disk, or not at all.
    """


class TerminalStore:
    """A terminal's file. Belongs to the thread that first uses it; nothing it read outlives a transaction."""

    def __init__(self, path: Path, sources: Sources, *, read_only: bool = False) -> None:
        self.path = path
        self.appended: Callable[[], None] = _nobody_listens
        """Called in the store's thread after every commit that queued an operation."""
        self._sources = sources
        self._connection = Connection(path, read_only=read_only)

    @contextmanager
    def step(self) -> Iterator[Transaction]:
        """One event's reads and writes. Raises StoreError: nothing was kept, and nothing may be confirmed."""
        with self._connection.transaction() as (connection, identity):
            tx = Transaction(connection, identity, self._sources)
            yield tx
        if tx.has_appended:
            self.appended()

    sync_transaction = step
    """One exchange with the ledger: the same transaction, seen through the sync core's protocol."""

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A look that keeps nothing: it works on a disk that is full or read-only. Raises StoreError."""
        with self._connection.reading() as (connection, identity):
            yield Transaction(connection, identity, self._sources)

    def close(self) -> None:
        """In the thread that used it."""
        self._connection.close()


def _nobody_listens() -> None:
    pass


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
    draft.chmod(PRIVATE_FILE)
    draft.rename(path)
    sync_folder(path.parent)
