"""Figures: 5,000 queued operations pushed over HTTP, and the same 5,000 sent again.

The floor writes the same rows over the same HTTP without judging anything. A resend is measured against the first push.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from floor_client import fill_queue, push
from floor_store import open_store
from measure import Figure, Samples, alternate, check
from served import floor_ledger
from workload import Offer, stream

OPERATIONS = 5000
GOAL_PUSH = 1.8
GOAL_RESEND = 1.0


def run(folder: Path, rounds: int) -> list[Figure]:
    offers = stream(OPERATIONS)
    again = Samples()

    def floor(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            _floor(Path(place), offers, samples, again)

    of_floor, of_product = alternate(rounds, floor, None)
    return [
        Figure(f"push of {OPERATIONS:,} operations", of_floor, of_product, GOAL_PUSH, f"{rounds} runs"),
        Figure("resend (floor: its first push)", of_floor, again, GOAL_RESEND, f"{rounds} runs of the floor"),
    ]


def _floor(place: Path, offers: list[Offer], samples: Samples, again: Samples) -> None:
    store = open_store(place / "terminal.db")
    fill_queue(store, offers)
    with floor_ledger(place / "ledger.db") as address, httpx.Client(base_url=address) as client:
        client.post("/pull", content=b"[0,1]")
        with samples.one():
            push(client, store)
        with again.one():
            sent = push(client, store)
    answered = store.execute("SELECT count(*) FROM operation WHERE outcome = 'applied'").fetchone()[0]
    pending = store.execute("SELECT count(*) FROM delta").fetchone()[0]
    store.close()
    held = operations_in(place / "ledger.db")
    check((answered, pending, sent, held) == (OPERATIONS, 0, OPERATIONS, OPERATIONS), "the floor's push is not whole")


def operations_in(path: Path) -> int:
    ledger = sqlite3.connect(path)
    held: int = ledger.execute("SELECT count(*) FROM operation").fetchone()[0]
    ledger.close()
    return held
