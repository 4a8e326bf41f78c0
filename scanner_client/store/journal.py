"""What is kept beside the stream: where the flow stands, and one line of everything that happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from scanner_client.store.identity import Section
from sync.wire.codec import encode

KEPT_LINES = 100_000
"""Journal lines a terminal holds: months of a busy one. Beyond them the oldest go, `_GO_TOGETHER` at a time."""

_GO_TOGETHER = 100


class Journal(Section):
    """Flow state and journal."""

    def load_state(self) -> bytes | None:
        found = self._sql.execute("SELECT state FROM flow_state").fetchone()
        return None if found is None else bytes(found[0])

    def save_state(self, state: bytes) -> None:
        self._sql.execute("INSERT OR REPLACE INTO flow_state (id, state) VALUES (1, ?)", [state])

    def parked(self) -> Sequence[bytes]:
        """Flow states of work that was at hand when a stream was left, oldest first; for a person to decide."""
        return [bytes(state) for (state,) in self._sql.execute("SELECT state FROM parked ORDER BY n")]

    def journal(self, kind: str, entry: dict[str, Any]) -> None:
        text = encode(entry, canonical_order=True).decode()
        line = self._sql.execute(
            "INSERT INTO journal (at, kind, entry) VALUES (?, ?, ?)", [self._sources.now(), kind, text]
        ).lastrowid
        if line is not None and line % _GO_TOGETHER == 0:
            self._sql.execute("DELETE FROM journal WHERE n <= ?", [line - KEPT_LINES])

    def journal_lines(self, count: int) -> Sequence[tuple[str, str, dict[str, Any]]]:
        """The newest `count` lines, newest first: time, kind, entry."""
        found = self._sql.execute("SELECT at, kind, entry FROM journal ORDER BY n DESC LIMIT ?", [count])
        return [(at, kind, msgspec.json.decode(entry)) for at, kind, entry in found]
