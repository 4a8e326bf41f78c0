"""Why an exchange with the ledger failed, as a tree that says who is at fault. None of these touches an operation.

SyncFault
├─ LineFault         the network: nobody's fault
│  ├─ Unreachable · TimedOut
├─ StrangerFault     something answered that is not this terminal's ledger
│  ├─ NotALedger · WrongLedger
├─ TerminalFault     the ledger understood, and this terminal must change
│  ├─ Unauthorised · TooBig · Misunderstood · StoreFailed
└─ LedgerFault       the ledger could not
   ├─ Busy · ServerFailed
"""

from __future__ import annotations

from typing import ClassVar

from sync.core.machine import Trouble


class SyncFault(Exception):
    """One sentence for people. `trouble` is what the machine makes of it, `retry_after` seconds that were asked for,
    `reason` the ledger's own word, where it was the ledger that refused."""

    trouble: ClassVar[Trouble]

    def __init__(self, message: str, retry_after: float = 0.0, *, reason: str = "") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.reason = reason


class LineFault(SyncFault):
    trouble = Trouble.UNREACHABLE


class Unreachable(LineFault):
    pass


class TimedOut(LineFault):
    trouble = Trouble.TIMEOUT


class StrangerFault(SyncFault):
    trouble = Trouble.NOT_A_LEDGER


class NotALedger(StrangerFault):
    """A proxy's page, bytes cut short, an address without a ledger."""


class WrongLedger(StrangerFault):
    trouble = Trouble.WRONG_LEDGER


class TerminalFault(SyncFault):
    trouble = Trouble.UNAUTHORISED


class Unauthorised(TerminalFault):
    """The token or the signature is not accepted: revoked, or enrolled again elsewhere. The queue stays."""


class TooBig(TerminalFault):
    trouble = Trouble.TOO_BIG


class Misunderstood(TerminalFault):
    """The ledger could not read the request: cut on its way, or of another version."""

    trouble = Trouble.SERVER_ERROR


class StoreFailed(TerminalFault):
    """The terminal's own disk could not give or keep what the exchange needs."""

    trouble = Trouble.STORE


class LedgerFault(SyncFault):
    trouble = Trouble.SERVER_ERROR


class Busy(LedgerFault):
    trouble = Trouble.BUSY


class ServerFailed(LedgerFault):
    pass
