"""What people must see whatever they are doing, until its cause ends.

What is true of the rows at this moment (work in quarantine, a fork that was settled) is read from them; only what
cannot be read again is written down.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scanner_client.ports import Alert
from scanner_client.store.queue import Queue
from scanner_client.store.view import View
from sync.wire.codec import encode
from sync.wire.rows import Conflict

LINE_ALERTS = ("revoked", "unauthorised", "wrong_ledger")
"""Troubles of the line that end only when a person acts; `said` is the sentence that came with them."""

FORKED = "stream_forked"


class Alerts(Queue, View):
    def alert(self, kind: str, **facts: str) -> None:
        self._sql.execute(
            "INSERT OR IGNORE INTO alert (at, kind, facts) VALUES (?, ?, ?)",
            [self._sources.now(), kind, encode(facts, canonical_order=True).decode()],
        )

    def clear_alert(self, kind: str) -> None:
        self._sql.execute("DELETE FROM alert WHERE kind = ?", [kind])

    def note_trouble(self, kind: str, said: str) -> None:
        """The line cannot be used, for this reason; one that passes by itself is not worth telling people about."""
        if kind in LINE_ALERTS:
            self.end_trouble()
            self.alert(kind, said=said)

    def end_trouble(self) -> None:
        """The ledger has answered this terminal."""
        for kind in LINE_ALERTS:
            self.clear_alert(kind)

    def alerts(self) -> Sequence[Alert]:
        """What people must see, oldest first; what they can read in the queue comes last."""
        found = self._sql.execute("SELECT kind, facts FROM alert ORDER BY n").fetchall()
        told = [Alert(kind, msgspec.json.decode(facts)) for kind, facts in found]
        return [*(alert for alert in told if not self._is_settled_fork(alert)), *self._quarantined()]

    def _quarantined(self) -> list[Alert]:
        count = self.quarantined()
        return [Alert("quarantined", {"count": str(count)})] if count else []

    def _is_settled_fork(self, alert: Alert) -> bool:
        """Whether a person has decided the conflict that the ledger made of this fork."""
        return alert.kind == FORKED and any(
            conflict.facts.get("terminal") == self.terminal and conflict.facts.get("parent") == alert.facts.get("epoch")
            for state in ("resolved", "explained")
            for conflict in self.rows(Conflict, state=state)
            if conflict.kind == FORKED
        )
