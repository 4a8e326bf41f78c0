"""Keeping a ledger small and safe: snapshots that stand for the log up to them, and notes of verified backups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete

from server_stub.db import schema
from server_stub.db.columns import LAYOUTS
from server_stub.db.schema import ROW_TABLES
from server_stub.db.session import Session
from server_stub.ledger.book import Backup
from sync.wire.codec import encode
from sync.wire.messages import GLOBAL_FEED

ROWS_PER_PART = 500
"""The same in every version: a terminal between two parts of a snapshot may meet another copy of the ledger, and only
(n, hash) and the part's number tell it where it stands."""


def compact(session: Session, feed: str, rows_per_part: int = ROWS_PER_PART) -> int:
    """Put the feed's rows into a snapshot at its head and drop the log up to there. Returns the new floor.

    Under the feed's lock. The snapshot before it goes, so who is reading that one begins again.
    """
    found = session.row(schema.feed, feed=feed)
    assert found is not None, "a feed with an entry is there"
    _, n, hash, *_ = found
    rows = list(_rows_of(session, feed))
    parts = [rows[at : at + rows_per_part] for at in range(0, len(rows), rows_per_part)] or [[]]
    session.drop(schema.snapshot, feed=feed)
    for number, part in enumerate(parts, start=1):
        session.put(schema.snapshot, feed, number, len(parts), n, hash, encode(part))
    session.put(schema.feed, feed, n, hash, n, hash)
    session.run(session.sql.made(_drop_entries), feed, n)
    return int(n)


def _drop_entries() -> Any:
    log = schema.log
    return delete(log).where(log.c.feed == bindparam("x_feed"), log.c.n <= bindparam("x_to"))


def _rows_of(session: Session, feed: str) -> Iterator[tuple[str, str, msgspec.Raw]]:
    """All rows of a feed as `[table, key, row]`, tables and keys in order."""
    for kind, table in sorted(ROW_TABLES.items(), key=lambda one: one[0].table):
        if "site" in kind.key_fields:
            found = session.under(table, feed)
        else:
            found = session.rows(table) if feed == GLOBAL_FEED else []
        for record in found:
            yield kind.table, record[0], msgspec.Raw(encode(LAYOUTS[kind].row(record)))


def positions(session: Session) -> Backup:
    """How far each feed and stream goes in this database."""
    feeds = {feed: (n, hash) for feed, n, hash, *_ in session.rows(schema.feed) if n}
    streams = {(terminal, epoch): seq for terminal, epoch, seq, *_ in session.rows(schema.stream)}
    return Backup(feeds, streams)


def note_backup(session: Session, made: Backup) -> None:
    """Remember that a backup was made and verified, with the positions found in it: the ledger has gone on since."""
    streams = [(terminal, epoch, seq) for (terminal, epoch), seq in sorted(made.streams.items())]
    number = max((before for before, *_ in session.rows(schema.backup)), default=0) + 1
    session.put(schema.backup, number, encode(made.feeds), encode(streams))
