"""The floor of the ledger: uvicorn, msgspec and sqlite3 writing what a batch leaves, without judging any of it.

It works on a ledger's own file, so tables and indexes are the same. Of each pick: the operation's bytes with an
outcome, its link, an entry of the hashed log, two balances, the line, the task, its place in the feed; of each batch:
the positions of stream and feed. Hashes are computed, for they are in the rows. Nothing is looked up but positions.
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

GZIP_LEVEL = 1
INSERTS = {
    "operation": "INSERT INTO operation VALUES (?,?,?,?,?,?,?,?)",
    "link": "INSERT INTO link VALUES (?,?,?,?,?)",
    "log": "INSERT INTO log VALUES (?,?,?,?)",
    "operation_feed": "INSERT INTO operation_feed VALUES (?,?,?,?)",
    "balances": "INSERT OR REPLACE INTO balances VALUES (?,?,?,?,'','','','',?,0)",
    "order_lines": "INSERT OR REPLACE INTO order_lines VALUES (?,?,?,?,?,?,0,'pcs',?,0,0,0,'','done')",
    "tasks": "INSERT OR REPLACE INTO tasks VALUES (?,?,?,'pick',?,?,?,0,?,?,'','done',1,2,?,?,'','','','')",
}
Rows = dict[str, list[tuple[Any, ...]]]
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
        return self.db

    def take(self, data: bytes) -> bytes:
        """Write a batch; the reply has an outcome for each operation and the log entries the terminal has not seen."""
        request = read_request(data)
        offer = request.stream
        known = self.known(request.terminal, offer)
        if known:
            return write({"outcomes": known, "changes": []})
        site = read_operation(offer.ops[0]).site
        n, before = self.begin(site)
        rows: Rows = {name: [] for name in INSERTS}
        for link, raw in zip(offer.links, offer.ops, strict=True):
            n += 1
            before = _gather(rows, request.terminal, link, bytes(raw), n, before)
        self.store(rows, (n, before, site), (request.terminal, offer.epoch, offer.links[-1].seq, rows["link"][-1][3]))
        outcomes = [msgspec.Raw(row[6]) for row in rows["operation"]]
        return write({"outcomes": outcomes, "changes": [msgspec.Raw(row[3]) for row in rows["log"]]})

    def begin(self, site: str) -> tuple[int, str]:
        """Begin a batch; gives where the feed's log ends."""
        self.open().execute("BEGIN IMMEDIATE")
        n, before = self.open().execute("SELECT n, hash FROM feed WHERE feed = ?", (site,)).fetchone()
        return n, before

    def store(self, rows: Rows, head: tuple[int, str, str], position: tuple[str, str, int, str]) -> None:
        db = self.open()
        for table, statement in INSERTS.items():
            db.executemany(statement, rows[table])
        db.execute("UPDATE feed SET n = ?, hash = ? WHERE feed = ?", head)
        db.execute("INSERT OR REPLACE INTO stream VALUES (?,?,?,?,NULL,NULL,NULL)", position)
        db.execute("COMMIT")

    def known(self, terminal: str, offer: Stream) -> list[msgspec.Raw]:
        """Outcomes of a batch that is here already."""
        found = self.open().execute(
            "SELECT answer FROM link JOIN operation ON id = op WHERE link.terminal = ? AND epoch = ?"
            " AND seq BETWEEN ? AND ? ORDER BY seq",
            (terminal, offer.epoch, offer.links[0].seq, offer.links[-1].seq),
        )
        return [msgspec.Raw(outcome) for (outcome,) in found]

    def page(self, feed: str, after: int, count: int) -> bytes:
        found = self.open().execute(
            "SELECT body FROM log WHERE feed = ? AND n > ? ORDER BY n LIMIT ?", (feed, after, count)
        )
        return write({"changes": [msgspec.Raw(body) for (body,) in found]})


def _gather(rows: Rows, terminal: str, link: Link, raw: bytes, n: int, before: str) -> str:
    """Add the rows of one pick; gives the log's new hash."""
    op = read_operation(raw)
    body, site, units = op.body, op.site, int(op.body.quantity)
    op_hash = hashlib.sha256(raw).hexdigest()
    link_hash = hashlib.sha256(write([link.epoch, op_hash, link.prev, link.seq, terminal])).hexdigest()
    source, target = ({"site": site, "location": at, "item": body.item, "quantity": q} for at, q in (
        (body.location, f"-{body.quantity}"), (body.to, body.quantity)))  # fmt: skip
    keys = [f"{site}\x1f{at}\x1f{body.item}\x1f\x1f\x1f\x1f" for at in (body.location, body.to)]
    line_key, task_key = f"{site}\x1f{body.order}\x1f{body.line}", f"{site}\x1f{op.task}"
    line = {"site": site, "order": body.order, "line": body.line, "item": body.item, "quantity": body.quantity,
            "unit": "pcs", "done": body.quantity, "state": "done"}  # fmt: skip
    task = {"site": site, "id": op.task, "kind": "pick", "item": body.item, "location": body.location,
            "quantity": body.quantity, "order": body.order, "line": body.line, "state": "done", "sequence": 1, "rev": 2,
            "done_by": terminal, "done_op": op.id}  # fmt: skip
    change = write(
        {
            "n": n, "feed": site, "at": op.at, "kind": op.kind,
            "set": [["balance", keys[0], source], ["balance", keys[1], target], ["order_line", line_key, line],
                    ["task", task_key, task]],
            "postings": [source, target], "op": op.id, "op_hash": op_hash, "terminal": terminal, "outcome": "applied",
        }
    )  # fmt: skip
    chained = hashlib.sha256(before.encode() + change).hexdigest()
    answer = write({"id": op.id, "outcome": "applied", "n": n, "feeds": {site: n}})
    rows["operation"].append((op.id, op_hash, terminal, site, op.kind, "applied", answer, raw))
    rows["link"].append((terminal, link.epoch, link.seq, link_hash, op.id))
    rows["log"].append((site, n, chained, change))
    rows["operation_feed"].append((terminal, site, n, op.id))
    rows["balances"].append((keys[0], site, body.location, body.item, -units))
    rows["balances"].append((keys[1], site, body.to, body.item, units))
    rows["order_lines"].append((line_key, site, body.order, body.line, body.item, units, units))
    rows["tasks"].append(
        (task_key, site, op.task, body.item, body.location, units, body.order, body.line, terminal, op.id)
    )
    return chained


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
            reply = ledger.page(*msgspec.json.decode(data, type=tuple[str, int, int]))
        packed = gzip.compress(reply, GZIP_LEVEL)
        headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": packed})

    return app


def serve(ledger: FloorLedger, listening: int) -> None:
    config = uvicorn.Config(application(ledger), log_level="error", access_log=False, lifespan="off")
    # As the product's service does: with its protocol named, asyncio spares each answer the 40 ms of Nagle's algorithm.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listening)
    uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    serve(FloorLedger(Path(sys.argv[1])), int(sys.argv[2]))
