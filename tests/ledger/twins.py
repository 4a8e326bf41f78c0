"""Copies of a terminal, and what they carry by hand: for tests of streams that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.hall import SITE, Hall, Picker

from server_stub.db import Ledger
from server_stub.ledger.book import Terminal
from server_stub.ledger.bundle import Imported, import_bundle
from server_stub.ledger.incoming import Incoming, read_incoming
from sync.wire.operation import Link, first_prev, link_hash
from sync.wire.rows import Conflict


class Twin(Picker):
    """The same terminal once more, from a copy of its disk. Its new operations are named after the copy."""

    def __init__(self, of: Picker, name: str) -> None:
        super().__init__(of.hall, of.terminal, of.site)
        self.name = name
        self.epoch, self.cursors = of.epoch, dict(of.cursors)
        self._links, self._raw, self._prev, self._sent = list(of._links), list(of._raw), of._prev, of._sent

    def scan(self, count: int = 1) -> list[str]:
        """Move so many lamps out of A-01, one at a time; the operations' ids."""
        body = {"item": "lamp", "quantity": "1", "location": "A-01", "to": "A-02"}
        return [self.record("moved", body, id=f"{self.name}-{len(self._raw) + 1}") for _ in range(count)]

    def send(self) -> None:
        """One round trip; where the ledger has other links, an epoch of its own, as a terminal does."""
        have = self.exchange().stream
        if have.have_seq and have.have_hash != self._hash_at(have.have_seq):
            self.begin_epoch(f"{self.name}-{len(self._raw)}")
            self.exchange()

    def _hash_at(self, seq: int) -> str:
        if seq > len(self._links):
            return ""
        return link_hash(self._links[seq - 1], ledger_id=self.hall.ledger_id, terminal=self.terminal)

    def stick(self, first: int = 1, last: int = 1_000_000) -> list[Incoming]:
        """Its links from seq `first` to `last` as they would be read from a stick."""
        pairs = list(zip(self._links, self._raw, strict=True))[first - 1 : last]
        return [read_incoming(link, raw, self.hall.ledger_id, self.terminal) for link, raw in pairs]


def original(hall: Hall, terminal: str = "LI") -> Twin:
    return Twin(hall.picker(terminal), terminal)


def carry(hall: Hall, stick: Sequence[Incoming], fills: Sequence[Incoming] = (), terminal: str = "LI") -> Imported:
    """Take a stick in, as the office does."""

    known = Terminal(terminal, SITE)
    return hall.writing({SITE}, lambda book: import_bundle(book, known, stick, fills))


def notices(hall: Hall) -> list[Conflict]:
    return [one for one in hall.conflicts() if one.kind == "stream_forked"]


def problems(hall: Hall) -> Sequence[str]:
    """What `ledger verify` says; a ledger in memory has nothing to compare."""
    return hall.ledger.verify() if isinstance(hall.ledger, Ledger) else []


def chains(hall: Hall) -> Sequence[str]:
    """Of a ledger in memory: links whose hash does not follow from the one before and the operation, where both are
    there."""
    tables = hall.ledger.tables  # type: ignore[attr-defined]
    found = []
    for (terminal, epoch, seq), (hash, op) in tables.links.items():
        parent = tables.streams[terminal, epoch].parent
        before = tables.links.get((terminal, epoch, seq - 1), ("",))[0] if seq > 1 else first_prev(parent)
        if not before or op is None:
            continue
        places = [(epoch, seq)] + ([(parent.epoch, parent.seq + seq)] if parent else [])
        named = [Link(epoch=e, seq=n, prev=before, op_hash=tables.operations[op].op_hash) for e, n in places]
        if hash not in [link_hash(link, ledger_id=hall.ledger_id, terminal=terminal) for link in named]:
            found.append(f"{epoch} {seq}")
    return found


def newest(hall: Hall) -> int:
    """Number of the newest change of the hall."""
    with hall.ledger.transaction(None) as book:
        return book.newest(SITE)
