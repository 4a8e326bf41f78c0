"""What was refused, quarantined or disputed stays visible with its reason after its operation is forgotten (X3)."""

from __future__ import annotations

from msgspec.structs import replace

from scanner_client.ports import NewOperation, QueueCounts
from scanner_client.store import TerminalStore
from sync.core.offer import compose
from sync.wire.bodies import Received, TaskClaimed
from sync.wire.messages import Limits, Outcome
from sync.wire.quantity import Quantity

SITE = "A"
OUTCOMES = ("applied", "merged", "conflict", "held", "refused", "quarantined", "waiting")
ALL_SEVEN = QueueCounts(accepted=3, conflict=1, held=1, refused=1, quarantined=1)


def forgotten(store: TerminalStore, *outcomes: str) -> list[str]:
    """Operations that were kept, answered, covered and pruned, one for each outcome. Their ids."""
    received = Received(item="4711", quantity=Quantity(1), location="DOCK")
    with store.step() as tx:
        ids = [tx.append(NewOperation("received", "LI", received, "2026-11-02T08:00:00Z", "+08:00")) for _ in outcomes]
        for n, (id, outcome) in enumerate(zip(ids, outcomes, strict=True), start=1):
            tx.store_outcomes([Outcome(id=id, outcome=outcome, n=n, feeds={SITE: n}, reason=f"why {outcome}")])
        tx.cover(SITE, ids, shadow=False)
        tx.prune(tx.head().seq)
        assert tx.first_retained() is None
    return ids


def test_what_was_not_plainly_accepted_stays_in_the_queue_with_its_reason(store: TerminalStore) -> None:
    ids = forgotten(store, *OUTCOMES)
    with store.step() as tx:
        entries = list(tx.queue())
    assert [entry.id for entry in entries] == ids[2:]
    assert [entry.reason for entry in entries] == [f"why {outcome}" for outcome in OUTCOMES[2:]]
    assert [(entry.epoch, entry.seq, entry.n) for entry in entries] == [("epoch-1", seq, seq) for seq in range(3, 8)]
    assert [entry.state for entry in entries] == ["conflict", "held", "refused", "quarantined", "accepted"]


def test_a_terminal_says_what_it_has_forgotten(store: TerminalStore) -> None:
    """A snapshot then covers only what it may still hold."""

    def held_from() -> int:
        with store.step() as tx:
            return compose(tx, have_seq=None, gaps=(), limits=Limits()).request.stream.held_from

    assert held_from() == 1
    forgotten(store, "applied", "applied")
    assert held_from() == 3


def test_the_counts_stay_true_when_operations_are_forgotten(store: TerminalStore) -> None:
    forgotten(store, *OUTCOMES)
    with store.step() as tx:
        assert tx.counts() == ALL_SEVEN
    forgotten(store, "applied", "applied")
    with store.step() as tx:
        assert tx.counts() == replace(ALL_SEVEN, accepted=5)


def test_claims_are_forgotten_without_being_counted(store: TerminalStore) -> None:
    with store.step() as tx:
        claimed = NewOperation("task_claimed", "LI", TaskClaimed(order="O1"), "2026-11-02T08:00:00Z", "+08:00")
        done, odd = tx.append(claimed), tx.append(claimed)
        tx.store_outcomes([Outcome(id=done, outcome="applied", n=1, feeds={SITE: 1})])
        tx.store_outcomes([Outcome(id=odd, outcome="quarantined", n=2, feeds={SITE: 2})])
        tx.cover(SITE, [done, odd], shadow=False)
        tx.prune(2)
        assert (tx.counts(), [entry.id for entry in tx.queue()]) == (QueueCounts(), [odd])
        tx.store_state(odd, "applied")
        assert (tx.counts(), list(tx.queue())) == (QueueCounts(), [])


def test_a_dispute_that_ends_later_is_counted_as_accepted_and_leaves_the_list(store: TerminalStore) -> None:
    _, _, disputed, held, *_ = forgotten(store, *OUTCOMES)
    with store.step() as tx:
        tx.store_state(disputed, "explained")
        tx.store_state(held, "refused")
        assert tx.counts() == replace(ALL_SEVEN, accepted=4, conflict=0, held=0, refused=2)
        assert disputed not in [entry.id for entry in tx.queue()]
        assert (tx.standing_of(held), tx.standing_of(disputed)) == ("refused", "")


def test_what_waits_for_its_subject_is_seen_when_it_turns_into_a_dispute(store: TerminalStore) -> None:
    waiting = forgotten(store, *OUTCOMES)[-1]
    with store.step() as tx:
        tx.store_state(waiting, "open")
        assert tx.standing_of(waiting) == "conflict"
        assert tx.counts() == replace(ALL_SEVEN, accepted=2, conflict=2)


def test_what_is_gone_is_named_by_the_epoch_it_was_kept_in(store: TerminalStore) -> None:
    forgotten(store, "refused")
    with store.step() as tx:
        tx.mint_epoch("epoch-2")
    forgotten(store, "refused")
    with store.step() as tx:
        assert [(entry.epoch, entry.seq) for entry in tx.queue()] == [("epoch-1", 1), ("epoch-2", 1)]
