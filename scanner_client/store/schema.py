"""The tables of a terminal's store, and how a new file gets them. Later versions are steps added below.

sqlite-utils builds them; it is imported only when there is something to build, so that a start does not wait for it.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from scanner_client.store.identity import Identity
from scanner_client.store.standing import IS_ADVICE, IS_DECISION, IS_READ, IS_SAID
from sync.wire.messages import GLOBAL_FEED, feed_origin

if TYPE_CHECKING:
    from sqlite_utils import Database

VERSION = 1
"""`PRAGMA user_version` of a store that this program writes."""

LOOKUPS: dict[str, tuple[str, ...]] = {
    "barcode": ("item",),
    "location": ("code",),
    "operator": ("badge",),
    "lot": ("item",),
    "order": ("state",),
    "order_line": ("order",),
    "task": ("order", "kind", "state"),
    "balance": ("location", "item"),
    "conflict": ("state",),
    "request": ("state",),
    "acknowledgement": ("by",),
}
"""Fields by which the rows of a table are found quickly, in the order in which they narrow it; at most three."""

_ROW_COLUMNS: dict[str, Any] = {
    "tbl": str,
    "key": str,
    "feed": str,
    "body": bytes,
    "by1": str,
    "by2": str,
    "by3": str,
}

_TABLES: dict[str, tuple[dict[str, Any], str | tuple[str, ...]]] = {
    "meta": ({"key": str, "value": str}, "key"),
    "ledger_epoch": ({"n": int, "epoch": str}, "n"),
    # `head_seq` and `head_hash` are where the epoch began, or where it stood when its last operation was pruned.
    "stream": ({"n": int, "epoch": str, "parent": bytes, "head_seq": int, "head_hash": str}, "n"),
    # `seq`, `prev` and `hash` are the operation's link in the current epoch; `standing` sums its outcome up.
    "operation": (
        {
            "seq": int,
            "id": str,
            "op_hash": str,
            "prev": str,
            "hash": str,
            "kind": str,
            "at": str,
            "raw": bytes,
            "outcome": bytes,
            "standing": str,
        },
        "seq",
    ),
    "earlier_link": (
        {"epoch": str, "seq": int, "op": str, "op_hash": str, "prev": str, "hash": str, "parent": bytes},
        ("epoch", "seq"),
    ),
    # What stays visible of operations that are no longer held and were not plainly accepted.
    "past": (
        {
            "n": int,
            "id": str,
            "epoch": str,
            "seq": int,
            "kind": str,
            "at": str,
            "outcome": bytes,
            "standing": str,
        },
        "n",
    ),
    # What an operation adds to a row of a feed; `pending` until a page of that feed covers it.
    "delta": (
        {
            "op": str,
            "part": int,
            "feed": str,
            "tbl": str,
            "key": str,
            "amount": str,
            "short": str,
            "state": str,
            "pending": int,
        },
        ("op", "part"),
    ),
    "cover": ({"op": str, "feed": str, "shadow": int}, ("op", "feed", "shadow")),
    "feed": (
        {
            "feed": str,
            "place": int,
            "n": int,
            "hash": str,
            "part": int,
            "as_of": str,
            "shadow_n": int,
            "shadow_hash": str,
            "shadow_part": int,
        },
        "feed",
    ),
    "live": (_ROW_COLUMNS, ("tbl", "key")),
    "shadow": (_ROW_COLUMNS, ("tbl", "key")),
    "flow_state": ({"id": int, "state": bytes}, "id"),
    "parked": ({"n": int, "at": str, "epoch": str, "state": bytes}, "n"),
    "journal": ({"n": int, "at": str, "kind": str, "entry": str}, "n"),
    # Verifiers of PINs: of no feed, and in nothing that is sent.
    "pin": ({"operator": str, "verifier": str, "by_code": int}, "operator"),
    "alert": ({"n": int, "at": str, "kind": str, "facts": str}, "n"),
}

_INDEXES = (
    "CREATE UNIQUE INDEX operation_id ON operation (id)",
    "CREATE INDEX operation_standing ON operation (standing) WHERE standing <> 'accepted'",
    "CREATE INDEX operation_undo ON operation (json_extract(CAST(raw AS TEXT), '$.body.target')) WHERE kind = 'undone'",
    f"CREATE INDEX operation_advice ON operation (standing) WHERE {IS_ADVICE}",
    f"CREATE INDEX operation_decision ON operation (seq) WHERE {IS_DECISION}",
    f"CREATE INDEX operation_said ON operation (seq) WHERE {IS_SAID}",
    f"CREATE INDEX operation_read ON operation (seq) WHERE {IS_READ}",
    "CREATE UNIQUE INDEX past_id ON past (id)",
    "CREATE INDEX past_standing ON past (standing)",
    "CREATE INDEX earlier_link_op ON earlier_link (op)",
    "CREATE INDEX delta_key ON delta (tbl, key) WHERE pending = 1",
    "CREATE INDEX live_by1 ON live (tbl, by1) WHERE by1 IS NOT NULL",
    "CREATE INDEX live_by2 ON live (tbl, by2) WHERE by2 IS NOT NULL",
    "CREATE INDEX live_by3 ON live (tbl, by3) WHERE by3 IS NOT NULL",
    "CREATE UNIQUE INDEX alert_once ON alert (kind, facts)",
)


def version_of(connection: sqlite3.Connection) -> int:
    """The schema version of an open file; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def build(connection: sqlite3.Connection, identity: Identity, epoch: str) -> None:
    """All tables and the rows a new terminal starts with, in the transaction that the caller has begun."""
    from sqlite_utils import Database  # noqa: PLC0415  # 100 ms that only a new terminal waits for

    _create_tables(Database(connection, execute_plugins=False))
    connection.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?)",
        [("ledger_id", identity.ledger_id), ("terminal", identity.terminal), ("site", identity.site)],
    )
    connection.execute(
        "INSERT INTO stream (n, epoch, parent, head_seq, head_hash) VALUES (1, ?, NULL, 0, ?)", [epoch, "0" * 64]
    )
    connection.executemany(
        "INSERT INTO feed (feed, place, n, hash, part, as_of) VALUES (?, ?, 0, ?, 0, '')",
        [
            (feed, place, feed_origin(identity.ledger_id, feed))
            for place, feed in enumerate((GLOBAL_FEED, identity.site))
        ],
    )
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _create_tables(database: Database) -> None:
    for name, (columns, key) in _TABLES.items():
        database.create_table(name, columns, pk=key, strict=True)
    for statement in _INDEXES:
        database.execute(statement)


def read_identity(connection: sqlite3.Connection) -> Identity:
    found = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('ledger_id', 'terminal', 'site')"))
    return Identity(found["ledger_id"], found["terminal"], found["site"])
