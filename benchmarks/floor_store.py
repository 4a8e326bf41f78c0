"""The floor of a terminal's store: bare sqlite3 with synced commits, and the rows that one confirmed pick leaves.

It works on a terminal's own file, so tables and indexes are the same. The rows: the operation with its link, what it
changes in the local view (two balances, a line, a task), the journal lines of its scans, and the flow state.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any


def open_store(path: Path) -> sqlite3.Connection:
    """A terminal's file with synced commits; the caller begins and commits."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    return store


def commit_operation(
    store: sqlite3.Connection,
    operation: tuple[Any, ...],
    deltas: list[tuple[Any, ...]],
    journal: list[tuple[str, str, str]],
    state: bytes,
) -> None:
    """One synced transaction with everything one confirmed pick leaves."""
    store.execute("BEGIN IMMEDIATE")
    store.execute("INSERT INTO operation VALUES (?,?,?,?,?,?,?,?,NULL,'kept')", operation)
    store.executemany("INSERT INTO delta VALUES (?,?,?,?,?,?,?,?,1)", deltas)
    store.executemany("INSERT INTO journal (at, kind, entry) VALUES (?,?,?)", journal)
    store.execute("INSERT OR REPLACE INTO flow_state (id, state) VALUES (1, ?)", (state,))
    store.execute("COMMIT")
