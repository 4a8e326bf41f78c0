"""The floor of a terminal's store: bare sqlite3, WAL, synced commits, and the rows that one confirmed pick leaves.

The rows: the operation with its outcome and its link, what it changes in the local view (two balances, a line, a task),
the journal lines of its scans, the flow state, and the head of the stream. No rule, no check, no object.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA = """
CREATE TABLE operation (id TEXT PRIMARY KEY, op_hash TEXT UNIQUE, kind TEXT, at TEXT, raw BLOB, outcome TEXT);
CREATE TABLE link (epoch TEXT, seq INTEGER, hash TEXT, prev TEXT, op TEXT, PRIMARY KEY (epoch, seq)) WITHOUT ROWID;
CREATE TABLE delta (op TEXT, feed TEXT, part INTEGER, target TEXT, key TEXT, change BLOB, PRIMARY KEY (op, feed, part))
  WITHOUT ROWID;
CREATE TABLE journal (n INTEGER PRIMARY KEY, kind TEXT, entry BLOB);
CREATE TABLE kept (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE row (feed TEXT, tab TEXT, key TEXT, row BLOB, PRIMARY KEY (feed, tab, key)) WITHOUT ROWID;
CREATE TABLE cursor (feed TEXT PRIMARY KEY, n INTEGER, hash TEXT) WITHOUT ROWID;
"""


def open_store(path: Path) -> sqlite3.Connection:
    """A synced SQLite file with the floor's tables; the caller begins and commits."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.executescript(SCHEMA)
    return store


Deltas = list[tuple[str, str, int, str, str, bytes]]


def commit_operation(
    store: sqlite3.Connection,
    operation: tuple[str, str, str, str, bytes, None],
    link: tuple[str, int, str, str, str],
    deltas: Deltas,
    journal: list[tuple[str, bytes]],
    state: bytes,
) -> None:
    """One synced transaction with everything one confirmed pick leaves."""
    store.execute("BEGIN IMMEDIATE")
    store.execute("INSERT INTO operation VALUES (?,?,?,?,?,?)", operation)
    store.execute("INSERT INTO link VALUES (?,?,?,?,?)", link)
    store.executemany("INSERT INTO delta VALUES (?,?,?,?,?,?)", deltas)
    store.executemany("INSERT INTO journal (kind, entry) VALUES (?,?)", journal)
    store.execute("INSERT INTO kept VALUES ('state', ?) ON CONFLICT DO UPDATE SET value = excluded.value", (state,))
    store.execute("INSERT INTO kept VALUES ('head', ?) ON CONFLICT DO UPDATE SET value = excluded.value", (link[2],))
    store.execute("COMMIT")
