"""The stream of this terminal: the links of its operations, in the current epoch and in those it has left."""

from __future__ import annotations

from collections.abc import Sequence

from scanner_client.store.identity import Section
from scanner_client.store.standing import IS_KEPT
from sync.core.terminal import Head, Offered
from sync.wire.codec import decode, encode
from sync.wire.operation import Link, Parent, link_hash

_HEAD = """
    SELECT epoch, coalesce(seq, head_seq), coalesce(hash, head_hash)
    FROM (SELECT epoch, head_seq, head_hash FROM stream ORDER BY n DESC LIMIT 1)
    LEFT JOIN (SELECT seq, hash FROM operation ORDER BY seq DESC LIMIT 1)
"""


class Stream(Section):
    """Every held operation has one link in the current epoch; links of earlier epochs are kept beside it."""

    # --- the current epoch

    def head(self) -> Head:
        return Head(*self._sql.execute(_HEAD).fetchone())

    def link_hash(self, seq: int) -> str | None:
        found = self._sql.execute("SELECT hash FROM operation WHERE seq = ?", [seq]).fetchone()
        return None if found is None else str(found[0])

    def first_unanswered(self) -> int | None:
        found = self._sql.execute(f"SELECT min(seq) FROM operation WHERE {IS_KEPT}").fetchone()[0]
        return None if found is None else int(found)

    def first_retained(self) -> int | None:
        found = self._sql.execute("SELECT min(seq) FROM operation").fetchone()[0]
        return None if found is None else int(found)

    def offer(self, from_seq: int, count: int) -> Sequence[Offered]:
        epoch, parent = self._epoch()
        rows = self._sql.execute(
            "SELECT seq, prev, op_hash, raw FROM operation WHERE seq >= ? ORDER BY seq LIMIT ?", [from_seq, count]
        )
        return [
            Offered(_link(epoch, seq, prev, hash_, parent if seq == 1 else None), raw) for seq, prev, hash_, raw in rows
        ]

    def retained_in(self, epoch: str, from_seq: int, to_seq: int, count: int) -> Sequence[Offered]:
        if epoch == self.head().epoch:
            return [one for one in self.offer(from_seq, count) if one.link.seq <= to_seq]
        rows = self._sql.execute(
            "SELECT l.seq, l.prev, l.op_hash, l.parent, o.raw FROM earlier_link l JOIN operation o ON o.id = l.op"
            " WHERE l.epoch = ? AND l.seq BETWEEN ? AND ? ORDER BY l.seq LIMIT ?",
            [epoch, from_seq, to_seq, count],
        )
        return [Offered(_link(epoch, seq, prev, hash_, _parent(parent)), raw) for seq, prev, hash_, parent, raw in rows]

    def earlier_links(self) -> Sequence[Link]:
        """Every link that a held operation had in an epoch that was left, oldest epoch first."""
        rows = self._sql.execute(
            "SELECT l.epoch, l.seq, l.prev, l.op_hash, l.parent FROM earlier_link l"
            " JOIN operation o ON o.id = l.op JOIN stream s ON s.epoch = l.epoch ORDER BY s.n, l.seq"
        )
        return [_link(epoch, seq, prev, hash_, _parent(parent)) for epoch, seq, prev, hash_, parent in rows]

    # --- epochs

    def mint_epoch(self, epoch: str) -> None:
        head = self.head()
        parent = Parent(epoch=head.epoch, seq=head.seq, hash=head.hash)
        self._keep_links(head.epoch)
        self._sql.execute(
            "INSERT INTO stream (epoch, parent, head_seq, head_hash) VALUES (?, ?, 0, ?)",
            [epoch, encode(parent), head.hash],
        )
        self._relink(epoch, parent)
        self._set_meta("sent_seq", "0")
        self._park(head.epoch)

    def _keep_links(self, epoch: str) -> None:
        parent = self._sql.execute("SELECT parent FROM stream WHERE epoch = ?", [epoch]).fetchone()[0]
        self._sql.execute(
            "INSERT INTO earlier_link (epoch, seq, op, op_hash, prev, hash, parent)"
            " SELECT ?, seq, id, op_hash, prev, hash, iif(seq = 1, ?, NULL) FROM operation",
            [epoch, parent],
        )

    def _relink(self, epoch: str, parent: Parent) -> None:
        held = self._sql.execute("SELECT seq, op_hash FROM operation ORDER BY seq").fetchall()
        before = parent.hash
        links: list[tuple[int, str, str, int]] = []
        for seq, (old, hash_) in enumerate(held, start=1):
            link = Link(epoch=epoch, seq=seq, prev=before, op_hash=hash_)
            before = self._hash(link)
            links.append((seq, link.prev, before, old))
        # In rising order a new seq is never one that a later operation still has.
        self._sql.executemany("UPDATE operation SET seq = ?, prev = ?, hash = ? WHERE seq = ?", links)

    def _park(self, epoch: str) -> None:
        """The work at hand belonged to the stream that was left; a person decides what becomes of it."""
        self._sql.execute(
            "INSERT INTO parked (at, epoch, state) SELECT ?, ?, state FROM flow_state", [self._sources.now(), epoch]
        )
        self._sql.execute("DELETE FROM flow_state")

    def _epoch(self) -> tuple[str, Parent | None]:
        epoch, parent = self._sql.execute("SELECT epoch, parent FROM stream ORDER BY n DESC LIMIT 1").fetchone()
        return epoch, _parent(parent)

    def _hash(self, link: Link) -> str:
        return link_hash(link, ledger_id=self.ledger_id, terminal=self.terminal)

    # --- the ledger's epochs

    def ledger_epochs(self) -> Sequence[str]:
        return [epoch for (epoch,) in self._sql.execute("SELECT epoch FROM ledger_epoch ORDER BY n")]

    def adopt_ledger_epoch(self, epoch: str) -> None:
        self._sql.execute("INSERT INTO ledger_epoch (epoch) VALUES (?)", [epoch])


def _link(epoch: str, seq: int, prev: str, op_hash: str, parent: Parent | None) -> Link:
    return Link(epoch=epoch, seq=seq, prev=prev, op_hash=op_hash, parent=parent)


def _parent(stored: bytes | None) -> Parent | None:
    return None if stored is None else decode(stored, Parent)
