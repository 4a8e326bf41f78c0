"""Proof that what the store holds is what was put there: bytes against hashes, links against the chain (X5, R27)."""

from __future__ import annotations

from collections.abc import Iterator

from scanner_client.store.stream import Stream
from sync.wire.operation import Link, WireError, decode_operation, link_hash, op_hash


class Proof(Stream):
    """Reads everything, changes nothing."""

    def differences(self) -> Iterator[str]:
        """One sentence for each thing that is not as it was written."""
        yield from self._file()
        yield from self._stream()
        yield from self._earlier_links()

    def _file(self) -> Iterator[str]:
        for (found,) in self._sql.execute("PRAGMA integrity_check(20)"):
            if found != "ok":
                yield f"the file is damaged: {found}"

    def _stream(self) -> Iterator[str]:
        epoch, parent = self._epoch()
        expected_seq: int | None = None
        before = self._start_of_chain() if self.first_retained() == 1 else None
        for seq, id, hash_of_bytes, prev, hash_, raw in self._sql.execute(
            "SELECT seq, id, op_hash, prev, hash, raw FROM operation ORDER BY seq"
        ):
            place = f"operation {seq} ({id})"
            if expected_seq is not None and seq != expected_seq:
                yield f"{place}: the operations before it are missing from {expected_seq}"
            if before is not None and prev != before:
                yield f"{place}: its link does not follow the one before"
            link = Link(epoch=epoch, seq=seq, prev=prev, op_hash=hash_of_bytes, parent=parent if seq == 1 else None)
            if link_hash(link, ledger_id=self.ledger_id, terminal=self.terminal) != hash_:
                yield f"{place}: its link is not the one that was hashed"
            yield from self._bytes_differ(place, id, hash_of_bytes, bytes(raw))
            expected_seq, before = seq + 1, hash_

    def _start_of_chain(self) -> str:
        found = self._sql.execute("SELECT head_hash, head_seq, parent FROM stream ORDER BY n DESC LIMIT 1").fetchone()
        return str(found[0])

    def _bytes_differ(self, place: str, id: str, expected: str, raw: bytes) -> Iterator[str]:
        if op_hash(raw) != expected:
            yield f"{place}: its bytes are not the ones that were hashed"
        try:
            if decode_operation(raw).id != id:
                yield f"{place}: its bytes carry another id"
        except WireError as error:
            yield f"{place}: {error}"

    def _earlier_links(self) -> Iterator[str]:
        for epoch, seq, hash_of_bytes, prev, hash_, held in self._sql.execute(
            "SELECT l.epoch, l.seq, l.op_hash, l.prev, l.hash, o.op_hash FROM earlier_link l"
            " JOIN operation o ON o.id = l.op ORDER BY l.epoch, l.seq"
        ):
            link = Link(epoch=epoch, seq=seq, prev=prev, op_hash=hash_of_bytes)
            if hash_of_bytes != held or link_hash(link, ledger_id=self.ledger_id, terminal=self.terminal) != hash_:
                yield f"link {seq} of the earlier epoch {epoch} is not the one that was hashed"
