"""Composing a request: what this terminal offers of its stream, and where it stands in each feed.

The terminal never asks "did you get it?". It offers from the lower of `have_seq + 1` and its first operation without a
stored outcome; the ledger answers every link it knows with its outcome and takes what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from sync.core.terminal import Head, Offered, TerminalTransaction
from sync.wire.limits import MAX_FILLS, MAX_PUSH_BYTES
from sync.wire.messages import Fill, Gap, GapRange, Limits, Standing, StreamOffer, SyncRequest, signed_statement
from sync.wire.operation import Cursor, link_hash


@dataclass(frozen=True, slots=True)
class Sent:
    """What must be remembered of a request to make sense of its reply. `crowded_out`: fills for the gaps were left out
    because operations took their room."""

    epoch: str
    ledger_epoch: str
    cursors: dict[str, Cursor]
    operations: int
    have_seq: int | None = None
    gaps: tuple[GapRange, ...] = ()
    crowded_out: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """An unsigned request, the bytes to sign for it, and what to remember."""

    request: SyncRequest
    statement: bytes
    sent: Sent


def compose(
    tx: TerminalTransaction,
    *,
    have_seq: int | None,
    gaps: Sequence[GapRange],
    limits: Limits,
    now: str = "",
    program: str = "",
    standing: Standing | None = None,
) -> Composed:
    """Compose the next request. `have_seq` and `gaps` are what the last reply stated (None and nothing before one)."""
    head = tx.head()
    ledger_epochs = tx.ledger_epochs()
    gap, offered = _offer(tx, head, have_seq, limits.push)
    room = MAX_PUSH_BYTES - sum(len(one.raw) for one in offered)
    due = _fills(tx, gaps, min(MAX_FILLS, limits.push))
    fills = _within_bytes(due, room)
    stream = StreamOffer(
        epoch=head.epoch,
        head=head.seq,
        held_from=tx.first_retained() or head.seq + 1,
        links=[one.link for one in offered],
        ops=[msgspec.Raw(one.raw) for one in offered],
        fills=[Fill(link=one.link, op=msgspec.Raw(one.raw)) for one in fills],
        gap=gap,
    )
    cursors = {feed: tx.shadow(feed) or tx.cursor(feed) for feed in tx.feeds()}
    request = SyncRequest(
        ledger_id=tx.ledger_id,
        ledger_epoch=ledger_epochs[-1] if ledger_epochs else "",
        terminal=tx.terminal,
        stream=stream,
        feeds=list(cursors.values()),
        limits=limits,
        at=now,
        program=program,
        standing=standing,
    )
    last = link_hash(offered[-1].link, ledger_id=tx.ledger_id, terminal=tx.terminal) if offered else ""
    crowded_out = bool(offered) and len(fills) < len(due)
    sent = Sent(head.epoch, request.ledger_epoch, cursors, len(offered), have_seq, tuple(gaps), crowded_out)
    statement = signed_statement(tx.ledger_id, tx.terminal, stream, last)
    return Composed(request, statement, sent)


def with_signature(request: SyncRequest, signature: str) -> SyncRequest:
    return msgspec.structs.replace(request, stream=msgspec.structs.replace(request.stream, signature=signature))


def _offer(
    tx: TerminalTransaction, head: Head, have_seq: int | None, count: int
) -> tuple[Gap | None, Sequence[Offered]]:
    """The gap to declare, if any, and the operations to offer behind it."""
    first = _first_to_offer(tx, have_seq)
    if first is None:
        return None, ()
    held_from = tx.first_retained()
    if held_from is None:
        return _gap(have_seq, head.seq, head.hash), ()
    offered = _within_bytes(tx.offer(max(first, held_from), count), MAX_PUSH_BYTES)
    if first >= held_from:
        return None, offered
    return _gap(have_seq, held_from - 1, offered[0].link.prev), offered


def _first_to_offer(tx: TerminalTransaction, have_seq: int | None) -> int | None:
    candidates = [tx.first_unanswered()]
    if have_seq is not None and have_seq < tx.head().seq:
        candidates.append(have_seq + 1)
    return min((seq for seq in candidates if seq is not None), default=None)


def _gap(have_seq: int | None, to_seq: int, hash: str) -> Gap | None:
    """Only a ledger that said how far it has come can be told of a gap."""
    if have_seq is None or have_seq >= to_seq:
        return None
    return Gap(from_seq=have_seq + 1, to_seq=to_seq, hash=hash)


def _within_bytes(offered: Sequence[Offered], room: int) -> Sequence[Offered]:
    """As many as fit `room` bytes. A single operation always fits an empty request (MAX_OPERATION_BYTES)."""
    total = 0
    for index, one in enumerate(offered):
        total += len(one.raw)
        if total > room:
            return offered[:index]
    return offered


def _fills(tx: TerminalTransaction, gaps: Sequence[GapRange], count: int) -> list[Offered]:
    fills: list[Offered] = []
    for gap in gaps:
        wanted = count - len(fills)
        if wanted <= 0:
            break
        fills.extend(tx.retained_in(gap.epoch, gap.from_seq, gap.to_seq, wanted))
    return fills
