"""The dry run: what would become of what a terminal has unsent, by the rules that judge it when it is sent (X4).

Pure over a `Book` whose transaction its owner takes back. It holds the locks that the sync would hold, for as long:
what is judged rests on what was judged before, and only so is the answer that of a sync at this moment. Whoever syncs
next may make it another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from server_stub.ledger.book import Book, Terminal
from server_stub.ledger.exchange import take_and_settle
from server_stub.ledger.incoming import Incoming
from server_stub.ledger.posting import WAITING
from sync.wire.claims import ADVISORY_KINDS
from sync.wire.limits import DEFAULT_BATCH
from sync.wire.messages import Outcome, SyncRequest
from sync.wire.rows import ACTIVE, Conflict, row_key

CONFLICT, EXPLAINED = "conflict", "explained"


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """As in `sync.wire.service.DryRunReply`. `have_seq`: how far the ledger has the stream today."""

    have_seq: int
    outcomes: dict[str, int]
    conflicts: dict[str, int]
    left: int
    unplaced: int


def foresee(book: Book, terminal: Terminal, request: SyncRequest, incoming: Sequence[Incoming]) -> Foreseen:
    """Raises NeedsFeed to be run again, on another book, with more feeds."""
    stream = book.stream(terminal.id, request.stream.epoch)
    scanned = [one for one in incoming if not _is_advice(one)]
    told = {outcome.id for outcome in _taken(book, terminal, request, incoming)}
    placed = [now for one in scanned if (now := _now(book, one, told))]
    kinds = [list(_open_kinds(book, one)) for one in placed]
    last = incoming[-1].link.seq if incoming else request.stream.head
    return Foreseen(
        have_seq=stream.have_seq if stream else 0,
        outcomes=dict(Counter(_word(one, open) for one, open in zip(placed, kinds, strict=True))),
        conflicts=dict(Counter(kind for open in kinds for kind in open)),
        left=max(0, request.stream.head - last),
        unplaced=len(scanned) - len(placed),
    )


def _taken(book: Book, terminal: Terminal, request: SyncRequest, incoming: Sequence[Incoming]) -> Iterator[Outcome]:
    """In the batches in which they would come, for what settles after each is seen by the next."""
    for first in range(0, len(incoming), DEFAULT_BATCH):
        outcomes, _ = take_and_settle(book, terminal, request, incoming[first : first + DEFAULT_BATCH])
        yield from outcomes


def _is_advice(one: Incoming) -> bool:
    return one.operation is not None and one.operation.kind in ADVISORY_KINDS


def _now(book: Book, one: Incoming, told: set[str]) -> Outcome | None:
    """How it stands when all is taken and settled; None where the ledger would not take it."""
    found = next((stored for id in (one.id, one.op_hash) if id in told and (stored := book.operation(id))), None)
    return found.outcome if found else None


def _open_kinds(book: Book, outcome: Outcome) -> Iterator[str]:
    """Kinds of its conflicts that stay for people, at whichever site they are."""
    for id in outcome.conflicts:
        for feed in outcome.feeds:
            conflict = book.get(Conflict, row_key(feed, id))
            if conflict is not None and conflict.state in ACTIVE:
                yield conflict.kind


def _word(outcome: Outcome, open: Sequence[str]) -> str:
    if outcome.outcome == CONFLICT and not open:
        return EXPLAINED
    return (outcome.state or WAITING) if outcome.outcome == WAITING else outcome.outcome
