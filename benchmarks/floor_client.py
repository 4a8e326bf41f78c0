"""The floor of a terminal's sync: httpx, msgspec and sqlite3, sending what is queued and keeping what comes back."""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
from typing import Any

import httpx
import msgspec
from floor_ledger import GZIP_LEVEL

BATCH = 500
KEYS = ("ledger_id", "terminal")
write = msgspec.json.Encoder().encode


class Outcome(msgspec.Struct):
    id: str


class Lookups(msgspec.Struct):
    location: str | None = None
    item: str | None = None
    order: str | None = None
    state: str | None = None


class Change(msgspec.Struct):
    n: int
    feed: str
    set: list[tuple[str, str, msgspec.Raw]]
    op: str = ""


class Reply(msgspec.Struct):
    outcomes: list[msgspec.Raw] = []
    changes: list[msgspec.Raw] = []


read_reply = msgspec.json.Decoder(Reply).decode
read_change = msgspec.json.Decoder(Change).decode
read_outcome = msgspec.json.Decoder(Outcome).decode
read_lookups = msgspec.json.Decoder(Lookups).decode


def push(client: httpx.Client, store: sqlite3.Connection, after: int = 0) -> int:
    """Send everything queued after seq `after` in batches; outcomes and rows are kept, each reply in one commit."""
    (epoch,) = store.execute("SELECT epoch FROM stream").fetchone()
    ledger_id, terminal = (store.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0] for key in KEYS)
    sent = 0
    while batch := _batch(store, epoch, after):
        payload = write({"terminal": terminal, "ledger_id": ledger_id, "stream": batch})
        answer = client.post("/push", content=gzip.compress(payload, GZIP_LEVEL))
        answer.raise_for_status()
        keep(store, read_reply(answer.content))
        sent += len(batch["links"])
        after = batch["links"][-1]["seq"]
    return sent


def _batch(store: sqlite3.Connection, epoch: str, after: int) -> dict[str, Any]:
    found = store.execute(
        "SELECT seq, prev, op_hash, raw FROM operation WHERE seq > ? ORDER BY seq LIMIT ?", (after, BATCH)
    ).fetchall()
    if not found:
        return {}
    links = [{"epoch": epoch, "seq": seq, "prev": prev, "op_hash": op_hash} for seq, prev, op_hash, _ in found]
    return {"epoch": epoch, "links": links, "ops": [msgspec.Raw(raw) for *_, raw in found]}


def pull(client: httpx.Client, store: sqlite3.Connection, feed: str) -> int:
    """Read a feed's log to its end; gives the number of changes."""
    got = 0
    (after,) = store.execute("SELECT n FROM feed WHERE feed = ?", (feed,)).fetchone()
    while True:
        answer = client.post("/pull", content=write((feed, after, BATCH)))
        answer.raise_for_status()
        reply = read_reply(answer.content)
        keep(store, reply)
        got += len(reply.changes)
        if len(reply.changes) < BATCH:
            return got
        after += BATCH


def keep(store: sqlite3.Connection, reply: Reply) -> None:
    """Outcomes, rows, covered deltas and the cursor of one reply, in one synced commit."""
    store.execute("BEGIN IMMEDIATE")
    outcomes = [(bytes(one), read_outcome(one).id) for one in reply.outcomes]
    store.executemany("UPDATE operation SET outcome = ?, standing = 'accepted' WHERE id = ?", outcomes)
    if reply.changes:
        _keep_changes(store, reply.changes)
    store.execute("COMMIT")


def _keep_changes(store: sqlite3.Connection, changes: list[msgspec.Raw]) -> None:
    first = read_change(changes[0])
    (head,) = store.execute("SELECT hash FROM feed WHERE feed = ?", (first.feed,)).fetchone()
    rows: list[tuple[Any, ...]] = []
    covers: list[tuple[str, str]] = []
    n = 0
    for raw in changes:
        change = read_change(raw)
        head, n = hashlib.sha256(head.encode() + bytes(raw)).hexdigest(), change.n
        rows += [(table, key, first.feed, bytes(row), *lookups(table, row)) for table, key, row in change.set]
        if change.op:
            covers.append((change.op, first.feed))
    store.executemany("INSERT OR REPLACE INTO live VALUES (?,?,?,?,?,?,?)", rows)
    store.executemany("UPDATE delta SET pending = 0 WHERE op = ? AND feed = ?", covers)
    store.executemany("INSERT INTO cover VALUES (?,?,0)", covers)
    store.execute("UPDATE feed SET n = ?, hash = ? WHERE feed = ?", (n, head, first.feed))


def lookups(table: str, row: msgspec.Raw) -> tuple[str | None, str | None, str | None]:
    """The values by which a row is found quickly."""
    match table:
        case "balance":
            at = read_lookups(row)
            return at.location, at.item, None
        case "order_line":
            return read_lookups(row).order, None, None
        case "task":
            at = read_lookups(row)
            return at.order, at.location, at.state
        case _:
            return None, None, None
