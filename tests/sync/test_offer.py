"""What a request carries when a queue is to be sent and gaps are to be filled: never too much, never nothing, and all
of it in the end, however large each operation is."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulator.memory_terminal import MemoryTerminal

from scanner_client.ports import NewOperation
from sync.core import offer
from sync.core.absorb import Absorbed, Verdict, absorb
from sync.core.offer import Composed, compose
from sync.wire.bodies import ProblemReported
from sync.wire.messages import GLOBAL_FEED, GapRange, Limits, Outcome, StreamState, SyncReply
from sync.wire.operation import decode_operation, link_hash

ROOM, BIGGEST_TEXT = 5_000, 4_500
"""Bytes of a push in these tests, and the longest text of an operation: with all around it, one still fits."""

SIZES = st.lists(st.integers(0, BIGGEST_TEXT), max_size=12)


def terminal_with(earlier: list[int], later: list[int]) -> MemoryTerminal:
    """A terminal with operations of these sizes: the earlier ones were linked in `e-1` too, all are in `e-2` now."""
    numbers = count(1)
    store = MemoryTerminal(
        "T1", "A", ledger_id="L", feeds=[GLOBAL_FEED, "A"], epoch="e-1", new_id=lambda: f"op-{next(numbers)}"
    )
    for size in earlier:
        store.append(report(size))
    with store.transaction() as tx:
        tx.mint_epoch("e-2")
    for size in later:
        store.append(report(size))
    return store


def report(size: int) -> NewOperation:
    body = ProblemReported(text="x" * size)
    return NewOperation(kind="problem_reported", by="LI", body=body, at="2026-11-02T08:00:00Z", offset="+08:00")


@dataclass
class Taker:
    """A ledger that takes whatever it is sent, and says which links of `e-1` it still misses."""

    missing: set[int]
    state: StreamState = field(default_factory=lambda: StreamState(epoch="e-2", have_seq=0, have_hash=""))

    def answer(self, composed: Composed) -> SyncReply:
        stream = composed.request.stream
        for link in stream.links:
            assert link.seq == self.state.have_seq + 1, "nothing is skipped"
            self.state = StreamState(
                epoch="e-2", have_seq=link.seq, have_hash=link_hash(link, ledger_id="L", terminal="T1")
            )
        for fill in stream.fills:
            assert (fill.link.epoch, fill.link.seq) == ("e-1", min(self.missing)), "gaps are filled from below"
            self.missing.discard(fill.link.seq)
        ids = [decode_operation(bytes(raw)).id for raw in stream.ops]
        outcomes = [Outcome(id=id, outcome="applied", n=1, feeds={"A": 1}) for id in ids]
        gaps = [GapRange(epoch="e-1", from_seq=seq, to_seq=seq) for seq in sorted(self.missing)]
        stands = StreamState(epoch="e-2", have_seq=self.state.have_seq, have_hash=self.state.have_hash, gaps=gaps)
        return SyncReply(ledger_id="L", ledger_epoch="le", stream=stands, outcomes=outcomes)


def carried(composed: Composed) -> list[int]:
    """Bytes of each operation in a request."""
    stream = composed.request.stream
    return [len(bytes(raw)) for raw in [*stream.ops, *(fill.op for fill in stream.fills)]]


@given(SIZES, SIZES, st.sets(st.integers(1, 12)), st.integers(1, 6))
def test_a_queue_and_its_fills_share_the_room_of_each_request_and_all_of_them_arrive(
    earlier: list[int], later: list[int], gaps: set[int], push: int
) -> None:
    store = terminal_with(earlier, later)
    ledger = Taker({seq for seq in gaps if seq <= len(earlier)})
    wanted = len(store.state.held)
    last = Absorbed(Verdict.ABSORBED, more=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offer, "MAX_PUSH_BYTES", ROOM)
        while last.more:
            pending = ledger.state.have_seq < wanted or last.gaps
            with store.transaction() as tx:
                composed = compose(tx, have_seq=last.have_seq, gaps=last.gaps, limits=Limits(push=push))
            assert sum(carried(composed)) <= ROOM
            assert carried(composed) or not pending
            with store.transaction() as tx:
                last = absorb(tx, composed.sent, ledger.answer(composed), new_epoch="e-3")
            assert last.progress or not last.more
    assert (ledger.state.have_seq, ledger.missing) == (wanted, set())


def test_fills_that_found_no_room_beside_the_queue_are_sent_once_it_is_empty() -> None:
    """Nothing else may make the terminal speak again."""
    store = terminal_with([BIGGEST_TEXT], [])
    ledger = Taker({1})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offer, "MAX_PUSH_BYTES", ROOM)
        gaps = (GapRange(epoch="e-1", from_seq=1, to_seq=1),)
        with store.transaction() as tx:
            composed = compose(tx, have_seq=0, gaps=gaps, limits=Limits())
        assert (len(composed.request.stream.ops), composed.request.stream.fills) == (1, [])
        with store.transaction() as tx:
            last = absorb(tx, composed.sent, ledger.answer(composed), new_epoch="e-3")
        assert last.more
        with store.transaction() as tx:
            composed = compose(tx, have_seq=last.have_seq, gaps=last.gaps, limits=Limits())
    assert len(composed.request.stream.fills) == 1


def test_fills_that_the_ledger_does_not_take_are_not_offered_without_end() -> None:
    store = terminal_with([BIGGEST_TEXT, BIGGEST_TEXT], [])
    gaps = (GapRange(epoch="e-1", from_seq=1, to_seq=2),)
    with store.transaction() as tx:
        tx.store_outcomes(Outcome(id=f"op-{n}", outcome="applied", n=n, feeds={"A": n}) for n in (1, 2))
        head = tx.head()
    stands = StreamState(epoch="e-2", have_seq=2, have_hash=head.hash, gaps=list(gaps))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offer, "MAX_PUSH_BYTES", ROOM)
        with store.transaction() as tx:
            composed = compose(tx, have_seq=2, gaps=gaps, limits=Limits())
    assert len(composed.request.stream.fills) == 1, "the second has no room"
    with store.transaction() as tx:
        last = absorb(tx, composed.sent, SyncReply(ledger_id="L", ledger_epoch="le", stream=stands), new_epoch="e-3")
    assert not last.more
