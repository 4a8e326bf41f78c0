"""The one connection to the store's file: how it is opened, and how a transaction on it begins and ends.

SQLite before 3.51.3 can lose commits when two connections checkpoint and commit at once, so there is one that writes.
Readers in other processes open `mode=ro`, which never checkpoints.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from scanner_client.store import schema
from scanner_client.store.faults import fault, fault_from, is_fault
from scanner_client.store.identity import Identity

BUSY_SECONDS = 5.0
_TO_WORK = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")
_WAYS_TO_LOOK = (
    ("mode=rw", ("PRAGMA locking_mode = EXCLUSIVE",)),  # no shared memory beside the file: the disk is full
    ("mode=ro", ()),
    ("mode=ro&immutable=1", ()),  # the folder is read-only, and the log was folded into the file
)
"""How to open a file that cannot be written, the first that works; the terminal's lock keeps other programs away."""


class Connection:
    """Opened at its first use in the thread that uses it; opened again after a fault, so that it heals by itself."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._open: tuple[sqlite3.Connection, Identity] | None = None

    @contextmanager
    def transaction(self) -> Iterator[tuple[sqlite3.Connection, Identity]]:
        """BEGIN IMMEDIATE … COMMIT, synced. Raises StoreError: nothing of the block was kept."""
        try:
            connection, identity = self._ready()
            connection.execute("BEGIN" if self._read_only else "BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._give_up(error)
            raise
        try:
            yield connection, identity
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._give_up(error)
            raise
        except BaseException:
            _roll_back(connection)
            raise

    @contextmanager
    def reading(self) -> Iterator[tuple[sqlite3.Connection, Identity]]:
        """A look that keeps nothing, also where nothing can be written. Raises StoreError."""
        try:
            connection, identity = self._readable()
            try:
                connection.execute("BEGIN")
                yield connection, identity
            finally:
                _roll_back(connection)
                if self._open is None:
                    connection.close()
        except sqlite3.Error as error:
            self._give_up(error)
            raise

    def _readable(self) -> tuple[sqlite3.Connection, Identity]:
        """The connection, or one for this look alone where the disk does not let it be opened."""
        try:
            return self._ready()
        except sqlite3.Error as error:
            if not is_fault(error):
                raise
            refusal = error
        for options, preparation in _WAYS_TO_LOOK:
            if "immutable" in options and self.path.with_name(f"{self.path.name}-wal").exists():
                continue  # it would not see what is in there
            try:
                return self._connect(options, preparation)
            except sqlite3.Error as error:
                if not is_fault(error):
                    raise
        raise refusal

    def close(self) -> None:
        """Safe to call twice. The last connection to close folds the write-ahead log into the file."""
        opened, self._open = self._open, None
        if opened is not None:
            opened[0].close()

    def _ready(self) -> tuple[sqlite3.Connection, Identity]:
        """With whose store it is, which never changes in a file."""
        if self._open is None:
            self._open = self._connect("mode=ro", ()) if self._read_only else self._connect("mode=rw", _TO_WORK)
        return self._open

    def _connect(self, options: str, preparation: Iterable[str]) -> tuple[sqlite3.Connection, Identity]:
        if not self.path.exists():
            raise fault("missing", self.path)
        uri = f"file:{quote(str(self.path))}?{options}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, cached_statements=256)
        try:
            for statement in preparation:
                connection.execute(statement)
            self._check_version(connection)
            return connection, schema.read_identity(connection)
        except BaseException:
            connection.close()
            raise

    def _check_version(self, connection: sqlite3.Connection) -> None:
        version = schema.version_of(connection)
        if version != schema.VERSION:
            raise fault("newer" if version > schema.VERSION else "corrupt", self.path)

    def _give_up(self, error: sqlite3.Error) -> None:
        """Roll back; after a fault close too (closing may free the log's space), and raise what it means."""
        if self._open is not None:
            _roll_back(self._open[0])
        if is_fault(error):
            with suppress(sqlite3.Error):
                self.close()
            raise fault_from(error, self.path) from error


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        with suppress(sqlite3.Error):  # SQLite has rolled back by itself where this fails
            connection.execute("ROLLBACK")
