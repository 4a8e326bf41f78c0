"""The floor of a terminal's sync: httpx, msgspec and sqlite3, sending what is queued and keeping what comes back."""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
from collections.abc import Iterable
from typing import Any

import httpx
import msgspec
from floor_ledger import GZIP_LEVEL
from workload import EPOCH, LEDGER, TERMINAL, Offer

BATCH = 500
write = msgspec.json.Encoder().encode


class Outcome(msgspec.Struct):
    id: str
    outcome: str
    n: int


class Change(msgspec.Struct):
    n: int
    feed: str
    set: list[tuple[str, str, msgspec.Raw]]
    op: str = ""


class Reply(msgspec.Struct):
    outcomes: list[Outcome] = []
    changes: list[msgspec.Raw] = []


read_reply = msgspec.json.Decoder(Reply).decode
read_change = msgspec.json.Decoder(Change).decode


def fill_queue(store: sqlite3.Connection, offers: Iterable[Offer], deltas: int = 4) -> None:
    """Queue the stream with as many pending changes of the local view as each operation has."""
    store.execute("BEGIN IMMEDIATE")
    for offer in offers:
        store.execute(
            "INSERT INTO operation VALUES (?,?,?,?,?,NULL)", (offer.id, offer.link.op_hash, "picked", "", offer.raw)
        )
        link = (offer.link.epoch, offer.link.seq, offer.hash, offer.link.prev, offer.id)
        store.execute("INSERT INTO link VALUES (?,?,?,?,?)", link)
        parts = [
            (offer.id, "WH1", part, "balance", f"{part}\x1f{offer.id}", b'{"quantity":"6"}') for part in range(deltas)
        ]
        store.executemany("INSERT INTO delta VALUES (?,?,?,?,?,?)", parts)
    store.execute("COMMIT")


def push(client: httpx.Client, store: sqlite3.Connection, after: int = 0) -> int:
    """Send everything queued after seq `after` in batches; outcomes and rows are kept, each reply in one commit."""
    sent = 0
    while batch := _batch(store, after):
        payload = write({"terminal": TERMINAL, "ledger_id": LEDGER, "stream": batch})
        answer = client.post("/push", content=gzip.compress(payload, GZIP_LEVEL))
        answer.raise_for_status()
        keep(store, read_reply(answer.content))
        sent += len(batch["links"])
        after = batch["links"][-1]["seq"]
    return sent


def _batch(store: sqlite3.Connection, after: int) -> dict[str, Any]:
    found = store.execute(
        "SELECT seq, prev, op_hash, raw FROM link JOIN operation ON id = op"
        " WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
        (EPOCH, after, BATCH),
    ).fetchall()
    if not found:
        return {}
    links = [{"epoch": EPOCH, "seq": seq, "prev": prev, "op_hash": op_hash} for seq, prev, op_hash, _ in found]
    return {"epoch": EPOCH, "links": links, "ops": [msgspec.Raw(raw) for *_, raw in found]}


def pull(client: httpx.Client, store: sqlite3.Connection, after: int = 0) -> int:
    """Read the log to its end; gives the number of changes."""
    got = 0
    while True:
        answer = client.post("/pull", content=write((after, BATCH)))
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
    outcomes = [(one.outcome, one.id) for one in reply.outcomes]
    store.executemany("UPDATE operation SET outcome = ? WHERE id = ?", outcomes)
    if reply.changes:
        _keep_changes(store, reply.changes)
    store.execute("COMMIT")


def _keep_changes(store: sqlite3.Connection, changes: list[msgspec.Raw]) -> None:
    first = read_change(changes[0])
    known = store.execute("SELECT hash FROM cursor WHERE feed = ?", (first.feed,)).fetchone()
    head, rows, covers, n = known[0] if known else "0" * 64, [], [], 0
    for raw in changes:
        change = read_change(raw)
        head, n = hashlib.sha256(head.encode() + bytes(raw)).hexdigest(), change.n
        rows += [(first.feed, table, key, bytes(row)) for table, key, row in change.set]
        if change.op:
            covers.append((change.op, first.feed))
    store.executemany("INSERT INTO row VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET row = excluded.row", rows)
    store.executemany("DELETE FROM delta WHERE op = ? AND feed = ?", covers)
    store.execute(
        "INSERT INTO cursor VALUES (?,?,?) ON CONFLICT DO UPDATE SET n = excluded.n, hash = excluded.hash",
        (first.feed, n, head),
    )
