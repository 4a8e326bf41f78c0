"""The floor of the ledger: uvicorn, msgspec and sqlite3 writing what a batch leaves, without judging any of it.

Of each pick: the operation's bytes with an outcome, its link, an entry of the hashed log, two balances, the line, the
task, its place in the feed; of each batch: the stream's position. Hashes are computed, for they are in the rows.
"""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

GZIP_LEVEL = 1
SCHEMA = """
CREATE TABLE operation (id TEXT PRIMARY KEY, op_hash TEXT, terminal TEXT, raw BLOB, outcome BLOB);
CREATE TABLE link (terminal TEXT, epoch TEXT, seq INTEGER, hash TEXT, op TEXT, PRIMARY KEY (terminal, epoch, seq))
  WITHOUT ROWID;
CREATE TABLE log (feed TEXT, n INTEGER, hash TEXT, body BLOB, PRIMARY KEY (feed, n)) WITHOUT ROWID;
CREATE TABLE row (tab TEXT, key TEXT, row BLOB, PRIMARY KEY (tab, key)) WITHOUT ROWID;
CREATE TABLE covered (terminal TEXT, feed TEXT, n INTEGER, op TEXT, PRIMARY KEY (terminal, feed, n)) WITHOUT ROWID;
CREATE TABLE stream (terminal TEXT, epoch TEXT, have_seq INTEGER, have_hash TEXT, PRIMARY KEY (terminal, epoch))
  WITHOUT ROWID;
"""
Message = dict[str, Any]


class Link(msgspec.Struct):
    epoch: str
    seq: int
    prev: str
    op_hash: str


class Stream(msgspec.Struct):
    epoch: str
    links: list[Link]
    ops: list[msgspec.Raw]


class Request(msgspec.Struct):
    terminal: str
    stream: Stream


class Body(msgspec.Struct):
    item: str
    quantity: str
    order: str
    line: str
    location: str
    to: str


class Operation(msgspec.Struct):
    id: str
    site: str
    kind: str
    at: str
    task: str
    body: Body


read_request = msgspec.json.Decoder(Request).decode
read_operation = msgspec.json.Decoder(Operation).decode
write = msgspec.json.Encoder().encode


class FloorLedger:
    """One connection, one transaction per batch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db: sqlite3.Connection | None = None

    def open(self) -> sqlite3.Connection:
        if self.db is None:
            self.db = sqlite3.connect(self.path, isolation_level=None)
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute("PRAGMA synchronous=FULL")
            self.db.executescript("BEGIN;" + SCHEMA.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS") + "COMMIT")
        return self.db

    def take(self, data: bytes) -> bytes:
        """Write a batch; the reply has an outcome for each operation and the log entries the terminal has not seen."""
        request = read_request(data)
        offer, db = request.stream, self.open()
        known = self._known(request.terminal, offer)
        if known:
            return write({"outcomes": known, "changes": []})
        db.execute("BEGIN IMMEDIATE")
        n, before = db.execute("SELECT n, hash FROM log ORDER BY n DESC LIMIT 1").fetchone() or (0, "0" * 64)
        rows: dict[str, list[Any]] = {name: [] for name in ("operation", "link", "log", "row", "covered")}
        outcomes: list[Message] = []
        for link, raw in zip(offer.links, offer.ops, strict=True):
            n += 1
            before = self._gather(rows, request.terminal, link, bytes(raw), n, before)
            outcomes.append({"id": rows["operation"][-1][0], "outcome": "applied", "n": n})
        db.executemany("INSERT INTO operation VALUES (?,?,?,?,?)", rows["operation"])
        db.executemany("INSERT INTO link VALUES (?,?,?,?,?)", rows["link"])
        db.executemany("INSERT INTO log VALUES (?,?,?,?)", rows["log"])
        db.executemany("INSERT INTO row VALUES (?,?,?) ON CONFLICT DO UPDATE SET row = excluded.row", rows["row"])
        db.executemany("INSERT INTO covered VALUES (?,?,?,?)", rows["covered"])
        db.execute(
            "INSERT INTO stream VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET have_seq=excluded.have_seq",
            (request.terminal, offer.epoch, offer.links[-1].seq, rows["link"][-1][3]),
        )
        db.execute("COMMIT")
        return write({"outcomes": outcomes, "changes": [msgspec.Raw(entry[3]) for entry in rows["log"]]})

    def _known(self, terminal: str, offer: Stream) -> list[msgspec.Raw]:
        """Outcomes of a batch that is here already."""
        found = self.open().execute(
            "SELECT outcome FROM link JOIN operation ON id = op WHERE link.terminal = ? AND epoch = ?"
            " AND seq BETWEEN ? AND ? ORDER BY seq",
            (terminal, offer.epoch, offer.links[0].seq, offer.links[-1].seq),
        )
        return [msgspec.Raw(outcome) for (outcome,) in found]

    def _gather(self, rows: dict[str, list[Any]], terminal: str, link: Link, raw: bytes, n: int, before: str) -> str:
        op = read_operation(raw)
        body, site = op.body, op.site
        op_hash = hashlib.sha256(raw).hexdigest()
        link_hash = hashlib.sha256(write([link.epoch, op_hash, link.prev, link.seq, terminal])).hexdigest()
        changed = [
            ("balance", f"{site}\x1f{body.location}\x1f{body.item}", {"site": site, "location": body.location,
             "item": body.item, "quantity": body.quantity}),
            ("balance", f"{site}\x1f{body.to}\x1f{body.item}", {"site": site, "location": body.to, "item": body.item,
             "quantity": body.quantity}),
            ("order_line", f"{site}\x1f{body.order}\x1f{body.line}", {"site": site, "order": body.order,
             "line": body.line, "item": body.item, "quantity": body.quantity, "done": body.quantity, "state": "done"}),
            ("task", f"{site}\x1f{op.task}", {"site": site, "id": op.task, "kind": "pick", "item": body.item,
             "location": body.location, "quantity": body.quantity, "order": body.order, "line": body.line,
             "state": "done", "done_by": terminal, "done_op": op.id}),
        ]  # fmt: skip
        entries = [(table, key, write(row)) for table, key, row in changed]
        change = write(
            {
                "n": n,
                "feed": site,
                "at": op.at,
                "kind": op.kind,
                "set": [(table, key, msgspec.Raw(row)) for table, key, row in entries],
                "postings": [changed[0][2], changed[1][2]],
                "op": op.id,
                "op_hash": op_hash,
                "terminal": terminal,
                "outcome": "applied",
            }
        )
        chained = hashlib.sha256(before.encode() + change).hexdigest()
        rows["operation"].append((op.id, op_hash, terminal, raw, write({"id": op.id, "outcome": "applied", "n": n})))
        rows["link"].append((terminal, link.epoch, link.seq, link_hash, op.id))
        rows["log"].append((site, n, chained, change))
        rows["row"] += entries
        rows["covered"].append((terminal, site, n, op.id))
        return chained

    def page(self, after: int, count: int) -> bytes:
        found = self.open().execute("SELECT body FROM log WHERE n > ? ORDER BY n LIMIT ?", (after, count)).fetchall()
        return write({"changes": [msgspec.Raw(body) for (body,) in found]})


def application(ledger: FloorLedger) -> Any:
    async def app(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        data, more = b"", True
        while more:
            message = await receive()
            data += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["path"] == "/push":
            reply = ledger.take(gzip.decompress(data))
        else:
            after, count = msgspec.json.decode(data, type=tuple[int, int])
            reply = ledger.page(after, count)
        packed = gzip.compress(reply, GZIP_LEVEL)
        headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": packed})

    return app


if __name__ == "__main__":
    path, listening = Path(sys.argv[1]), int(sys.argv[2])
    uvicorn.run(application(FloorLedger(path)), fd=listening, log_level="error", access_log=False, lifespan="off")
