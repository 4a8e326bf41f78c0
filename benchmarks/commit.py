"""Figure: one confirmed pick kept on the terminal's disk, against a bare synced commit of the same rows.

The product appends a `NewOperation` to its store with flow state and journal, as the runtime does: it makes the bytes,
hash and link, reads the head, and derives what the local view gains. The floor has it all ready and only writes.
"""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from floor_store import commit_operation, open_store
from measure import Figure, Samples, alternate, check
from workload import EPOCH, LEDGER, SITE, TERMINAL, Offer, body, scans, stream, task_id

from scanner_client.ports import NewOperation
from scanner_client.store import Identity, TerminalStore, create_store
from scanner_client.store.identity import Sources
from sync.wire.codec import encode

AT = "2026-11-02T08:26:00.000Z"
STATE = encode({"flow": "pick@1", "step": "location"})
COMMITS = 200
GOAL = 1.5


def run(folder: Path, rounds: int) -> list[Figure]:
    offers = stream(COMMITS)

    def floor(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            _floor(Path(place), offers, samples)

    def product(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            _product(Path(place), samples)

    of_floor, of_product = alternate(rounds, floor, product)
    return [Figure("local commit of an operation", of_floor, of_product, GOAL, f"{COMMITS} commits × {rounds}")]


def _floor(place: Path, offers: list[Offer], samples: Samples) -> None:
    create_store(place / "floor.db", Identity(LEDGER, TERMINAL, SITE), EPOCH)
    store = open_store(place / "floor.db")
    for number, offer in enumerate(offers):
        link = (offer.link.seq, offer.id, offer.link.op_hash, offer.link.prev, offer.hash)
        operation = (*link, "picked", AT, offer.raw)
        changes = deltas(offer.id, number)
        journal = [(AT, "scan", json.dumps({"text": text, "step": "item"})) for text in scans(number)]
        with samples.one():
            commit_operation(store, operation, changes, journal, STATE)
    kept = store.execute("SELECT count(*) FROM operation").fetchone()[0]
    store.close()
    check(kept == len(offers), f"the floor kept {kept} of {len(offers)} operations")


def _product(place: Path, samples: Samples) -> None:
    ids = count(1)
    sources = Sources(lambda: f"01900000-0000-7000-8000-{next(ids):012x}", lambda: AT)
    create_store(place / "terminal.db", Identity(LEDGER, TERMINAL, SITE), EPOCH)
    store = TerminalStore(place / "terminal.db", sources)
    for number in range(COMMITS):
        operation = new(number)
        with samples.one(), store.step() as step:
            step.append(operation)
            for text in operation.scans:
                step.journal("scan", {"text": text, "step": "item"})
            step.save_state(STATE)
    with store.step() as step:
        kept = step.counts().kept
    store.close()
    check(kept == COMMITS, f"the store kept {kept} of {COMMITS} operations")


def new(number: int) -> NewOperation:
    return NewOperation(
        kind="picked",
        by="anna",
        body=body(number),
        at=AT,
        offset="+08:00",
        flow="pick@1",
        task=task_id(number),
        task_rev=1,
        scans=scans(number),
    )


def deltas(op: str, number: int) -> list[tuple[object, ...]]:
    """What the pick changes in the local view: two balances, the line and the task."""
    picked = body(number)
    targets = [
        ("balance", f"{SITE}\x1f{picked.location}\x1f{picked.item}\x1f\x1f\x1f\x1f", "-6", "", ""),
        ("balance", f"{SITE}\x1f{picked.to}\x1f{picked.item}\x1f\x1f\x1f\x1f", "6", "", ""),
        ("order_line", f"{SITE}\x1f{picked.order}\x1f{picked.line}", "6", "0", ""),
        ("task", f"{SITE}\x1f{task_id(number)}", "", "", "done"),
    ]
    return [(op, part, SITE, *target) for part, target in enumerate(targets)]
