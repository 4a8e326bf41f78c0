"""The terminal's state in the shape of `scanner status --json`."""

from __future__ import annotations

import msgspec

from scanner_client.alerts import ToldAlert, told
from scanner_client.store import Transaction
from sync.wire.messages import Standing


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """`since`: when the line last changed (UTC). `kept` to `quarantined` count this terminal's operations; `oldest`
    is the time of the oldest one without an answer, empty where all are answered; `alerts` is what people must see
    until its cause ends."""

    v: int = 1
    terminal: str
    site: str
    ledger_id: str
    mode: str
    online: bool
    since: str
    kept: int
    sent: int
    accepted: int
    conflict: int
    held: int
    refused: int
    quarantined: int
    oldest: str
    alerts: list[ToldAlert] = []

    @property
    def unsent(self) -> int:
        """Operations the ledger has not answered."""
        return self.kept + self.sent


def standing_in(tx: Transaction) -> Standing:
    """What the ledger is told of this terminal with each request."""
    counts = tx.counts()
    return Standing(mode=tx.mode(), unsent=counts.kept + counts.sent, oldest=counts.oldest)


def status_in(tx: Transaction, *, running: bool) -> Status:
    """The state a transaction sees. Only a running program can be online."""
    counts = tx.counts()
    online, since = tx.line()
    return Status(
        terminal=tx.terminal,
        site=tx.site,
        ledger_id=tx.ledger_id,
        mode=tx.mode(),
        online=online and running,
        since=since,
        kept=counts.kept,
        sent=counts.sent,
        accepted=counts.accepted,
        conflict=counts.conflict,
        held=counts.held,
        refused=counts.refused,
        quarantined=counts.quarantined,
        oldest=counts.oldest,
        alerts=[told(alert) for alert in tx.alerts()],
    )
