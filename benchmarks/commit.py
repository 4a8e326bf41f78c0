"""Figure: one confirmed pick kept on the terminal's disk, against a bare synced commit of the same rows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from floor_store import commit_operation, open_store
from measure import Figure, Samples, alternate, check
from workload import SITE, Offer, body, scans, stream, task_id

from sync.wire.codec import encode

COMMITS = 200
GOAL = 1.5


def run(folder: Path, rounds: int) -> list[Figure]:
    offers = stream(COMMITS)

    def floor(samples: Samples) -> None:
        with TemporaryDirectory(dir=folder) as place:
            _floor(Path(place), offers, samples)

    of_floor, of_product = alternate(rounds, floor, None)
    return [Figure("local commit of an operation", of_floor, of_product, GOAL, f"{COMMITS} commits × {rounds}")]


def _floor(place: Path, offers: list[Offer], samples: Samples) -> None:
    store = open_store(place / "floor.db")
    for number, offer in enumerate(offers):
        operation = (offer.id, offer.link.op_hash, "picked", "2026-11-02T08:26:00Z", offer.raw, None)
        link = (offer.link.epoch, offer.link.seq, offer.hash, offer.link.prev, offer.id)
        changes = deltas(offer.id, number)
        journal = [("scan", encode({"text": text, "step": "item"})) for text in scans(number)]
        with samples.one():
            commit_operation(store, operation, link, changes, journal, encode({"flow": "pick@1", "step": "location"}))
    kept = store.execute("SELECT count(*) FROM operation").fetchone()[0]
    store.close()
    check(kept == len(offers), f"the floor kept {kept} of {len(offers)} operations")


def deltas(op: str, number: int) -> list[tuple[str, str, int, str, str, bytes]]:
    """What the pick changes in the local view: two balances, the line and the task."""
    picked = body(number)
    targets = [
        ("balance", f"{SITE}\x1f{picked.location}\x1f{picked.item}", {"quantity": "-6"}),
        ("balance", f"{SITE}\x1f{picked.to}\x1f{picked.item}", {"quantity": "6"}),
        ("order_line", f"{SITE}\x1f{picked.order}\x1f{picked.line}", {"done": "6"}),
        ("task", f"{SITE}\x1f{task_id(number)}", {"state": "done"}),
    ]
    return [(op, SITE, part, table, key, encode(change)) for part, (table, key, change) in enumerate(targets)]
