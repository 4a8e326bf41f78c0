"""Keeps operations until it is killed, and prints each one's id when it is confirmed. Run as a program by the tests.

appender.py DATABASE
"""

from __future__ import annotations

import sys
from pathlib import Path

from scanner_client.clock import new_uuid7, utc_now
from scanner_client.ports import NewOperation
from scanner_client.store import TerminalStore
from scanner_client.store.identity import Sources
from sync.wire.bodies import Received
from sync.wire.quantity import Quantity


def keep_one(store: TerminalStore) -> str:
    """One confirmed receipt: scan journalled, operation queued, the flow's place saved."""
    received = Received(item="4711", quantity=Quantity(1), location="DOCK")
    with store.step() as tx:
        tx.journal("scan", {"raw": "4711"})
        id = tx.append(NewOperation("received", "LI", received, utc_now(), "+08:00"))
        tx.save_state(id.encode())
    return id


def main() -> None:
    store = TerminalStore(Path(sys.argv[1]), Sources(new_uuid7, utc_now))
    while True:
        print(keep_one(store), flush=True)


if __name__ == "__main__":
    main()
