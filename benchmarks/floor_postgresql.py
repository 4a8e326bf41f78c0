"""The floor of a ledger on PostgreSQL: `floor_ledger`'s rows, by COPY or, where a row may be there, from arrays."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from floor_ledger import FloorLedger, Rows, Stream, serve, write

TYPES = {
    "operation": ["text"] * 6 + ["bytea"] * 2,
    "link": ["text", "text", "int8", "text", "text"],
    "log": ["text", "int8", "text", "bytea"],
    "operation_feed": ["text", "text", "int8", "text"],
}
"""Copied in: rows that cannot be there."""

BALANCE = ["text"] * 4 + ["bigint"]
LINE = ["text"] * 5 + ["bigint"] * 2
TASK = ["text"] * 5 + ["bigint"] + ["text"] * 4
UPSERTS = {
    "balances": (BALANCE, (
        "INSERT INTO balances SELECT c1, c2, c3, c4, '', '', '', '', c5, 0 FROM {rows}"
        " ON CONFLICT (key) DO UPDATE SET quantity = excluded.quantity"
    )),
    "order_lines": (LINE, (
        "INSERT INTO order_lines SELECT c1, c2, c3, c4, c5, c6, 0, 'pcs', c7, 0, 0, 0, '', 'done' FROM {rows}"
        " ON CONFLICT (key) DO UPDATE SET done = excluded.done, state = excluded.state"
    )),
    "tasks": (TASK, (
        "INSERT INTO tasks SELECT c1, c2, c3, 'pick', c4, c5, c6, 0, c7, c8, '', 'done', 1, 2, c9, c10, '', '', '', ''"
        " FROM {rows} ON CONFLICT (key) DO UPDATE SET state = excluded.state, rev = excluded.rev,"
        " done_by = excluded.done_by, done_op = excluded.done_op"
    )),
}  # fmt: skip


def _of_arrays(types: Sequence[str], statement: str) -> str:
    columns = ", ".join(f"c{number}" for number in range(1, len(types) + 1))
    return statement.format(rows=f"unnest({', '.join(f'%b::{one}[]' for one in types)}) AS t ({columns})")


class FloorOnPostgreSQL(FloorLedger):
    """One connection, one transaction per batch."""

    def __init__(self, url: str) -> None:
        super().__init__(Path())
        self.server = psycopg.connect(url, autocommit=True)

    def begin(self, site: str) -> tuple[int, str]:
        self.server.execute("BEGIN")
        found = self.server.execute("SELECT n, hash FROM feed WHERE feed = %s FOR UPDATE", (site,)).fetchone()
        assert found
        return found[0], found[1]

    def store(self, rows: Rows, head: tuple[int, str, str], position: tuple[str, str, int, str]) -> None:
        for table in TYPES:
            self._copy(table, rows[table])
        for table, (types, statement) in UPSERTS.items():
            last = {row[0]: row for row in rows[table]}
            arrays = [list(column) for column in zip(*last.values(), strict=True)]
            self.server.execute(_of_arrays(types, statement).encode(), arrays)
        self.server.execute("UPDATE feed SET n = %s, hash = %s WHERE feed = %s", head)
        self.server.execute(
            "INSERT INTO stream VALUES (%s, %s, %s, %s, NULL, NULL, NULL) ON CONFLICT (terminal, epoch)"
            " DO UPDATE SET have_seq = excluded.have_seq, have_hash = excluded.have_hash",
            position,
        )
        self.server.execute("COMMIT")

    def _copy(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with self.server.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN BINARY".encode()) as stream:
            stream.set_types(TYPES[table])
            for row in rows:
                stream.write_row(row)

    def known(self, terminal: str, offer: Stream) -> list[msgspec.Raw]:
        found = self.server.execute(
            "SELECT answer FROM link JOIN operation ON id = op WHERE link.terminal = %s AND epoch = %s"
            " AND seq BETWEEN %s AND %s ORDER BY seq",
            (terminal, offer.epoch, offer.links[0].seq, offer.links[-1].seq),
        )
        return [msgspec.Raw(outcome) for (outcome,) in found]

    def page(self, feed: str, after: int, count: int) -> bytes:
        found = self.server.execute(
            "SELECT body FROM log WHERE feed = %s AND n > %s ORDER BY n LIMIT %s", (feed, after, count)
        )
        return write({"changes": [msgspec.Raw(body) for (body,) in found]})


if __name__ == "__main__":
    serve(FloorOnPostgreSQL(sys.argv[1]), int(sys.argv[2]))
