"""Storing a reply, inside one transaction of the terminal.

The order matters. Whose reply is it (ledger, ledger epoch, stream epoch)? Do the streams agree (else this terminal was
restored or cloned, and mints a new epoch)? Then outcomes, then pages, global first, and what may be forgotten last.
Lost, late and doubled replies change nothing: every step compares with what is on the disk now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from sync.core.offer import Sent
from sync.core.terminal import Head, RowChange, TerminalTransaction
from sync.wire.canonical import chain_hash
from sync.wire.codec import decode
from sync.wire.messages import GONE, Change, GapRange, Page, StreamState, SyncReply
from sync.wire.operation import Cursor
from sync.wire.rows import Conflict


class Verdict(StrEnum):
    """What became of a reply."""

    ABSORBED = "absorbed"
    DROPPED = "dropped"
    """It answers a request of another ledger epoch or stream epoch: the next one will be right."""
    FOREIGN = "foreign"
    """Another ledger answered."""
    TWO_LEDGERS = "two_ledgers"
    """A ledger epoch that was left behind answers again: an old copy, or two ledgers alive. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Absorbed:
    """`more`: there is something to send or fetch at once. `progress`: this reply changed something on the disk.

    `have_seq` is None where the ledger's position in the current epoch is not known.
    """

    verdict: Verdict
    have_seq: int | None = None
    gaps: tuple[GapRange, ...] = ()
    more: bool = False
    progress: bool = False
    forked: bool = False


class _BadPage(Exception):
    """A page's bytes do not hash to what it says."""


def absorb(tx: TerminalTransaction, sent: Sent, reply: SyncReply, *, new_epoch: str) -> Absorbed:
    """Store a reply to `sent`. `new_epoch` is the UUID to use should the streams turn out to be forked."""
    verdict = _whose(tx, sent, reply)
    if verdict is not Verdict.ABSORBED:
        return Absorbed(verdict)
    forked = _streams_disagree(tx.head(), reply.stream, tx)
    if forked:
        tx.alert("stream_forked", epoch=reply.stream.epoch, seq=str(reply.stream.have_seq))
        tx.mint_epoch(new_epoch)
    before = tx.first_unanswered()
    tx.store_outcomes(reply.outcomes)
    moved, more = _take_pages(tx, reply.pages, {one.id for one in reply.outcomes})
    if not forked and not any(tx.shadow(feed) for feed in tx.feeds()):
        tx.prune(min(reply.stream.safe_seq, reply.stream.have_seq))
    have_seq, gaps = (0 if forked else reply.stream.have_seq), tuple(reply.stream.gaps)
    news = (have_seq, gaps) != (sent.have_seq, sent.gaps)
    return Absorbed(
        Verdict.ABSORBED,
        have_seq=have_seq,
        gaps=gaps,
        more=more or _something_to_offer(tx, have_seq, gaps if gaps != sent.gaps or sent.crowded_out else ()),
        progress=forked or moved or news or tx.first_unanswered() != before,
        forked=forked,
    )


def _something_to_offer(tx: TerminalTransaction, have_seq: int, new_gaps: tuple[GapRange, ...]) -> bool:
    """Whether the next request would carry operations: unanswered ones, ones the ledger lost, or fills for a gap."""
    if tx.first_unanswered() is not None or have_seq < tx.head().seq:
        return True
    return any(tx.retained_in(gap.epoch, gap.from_seq, gap.to_seq, 1) for gap in new_gaps)


def _whose(tx: TerminalTransaction, sent: Sent, reply: SyncReply) -> Verdict:
    """Whose reply this is; adopts a ledger epoch never seen before."""
    if reply.ledger_id != tx.ledger_id:
        return Verdict.FOREIGN
    epochs = tx.ledger_epochs()
    current = epochs[-1] if epochs else ""
    if sent.ledger_epoch != current or reply.stream.epoch != tx.head().epoch:
        return Verdict.DROPPED
    if reply.ledger_epoch == current:
        return Verdict.ABSORBED
    if reply.ledger_epoch in epochs:
        tx.alert("two_ledgers", epoch=reply.ledger_epoch)
        return Verdict.TWO_LEDGERS
    tx.adopt_ledger_epoch(reply.ledger_epoch)
    tx.clear_alert("two_ledgers")  # a new epoch is how `ledger restore --adopt` ends it; nothing else does
    return Verdict.ABSORBED


def _streams_disagree(head: Head, state: StreamState, tx: TerminalTransaction) -> bool:
    """True exactly when this terminal was restored or cloned: the ledger has more than our head, or another link at a
    seq that we know. A pruned link's hash is unknown, which is no disagreement, but for the last one pruned."""
    if state.have_seq > head.seq:
        return True
    if state.have_seq == 0:
        return False
    mine = head.hash if state.have_seq == head.seq else _hash_at(tx, state.have_seq)
    return mine is not None and mine != state.have_hash


def _hash_at(tx: TerminalTransaction, seq: int) -> str | None:
    """Hash of our link at `seq`: the first link still held names the one before it. Else a terminal whose clone put
    another link there would offer for ever what the ledger can never take."""
    if tx.first_retained() == seq + 1:
        return tx.offer(seq + 1, 1)[0].link.prev
    return tx.link_hash(seq)


def _take_pages(tx: TerminalTransaction, pages: list[Page], told: Collection[str]) -> tuple[bool, bool]:
    """Store the pages in order. Returns (something moved, there is more to fetch). `told`: whose outcomes came along.

    A page that does not start at the cursor is dropped together with all later ones: a site's page may rest on rows of
    `global` that the dropped page held.
    """
    moved = more = False
    for page in pages:
        at = tx.shadow(page.feed) or (tx.cursor(page.feed) if page.feed in tx.feeds() else None)
        if at is None or page.from_cursor != at:
            return moved, True
        try:
            changed, owed = _take_page(tx, page, at, told)
        except (_BadPage, msgspec.DecodeError):
            tx.alert("page_damaged", feed=page.feed, n=str(page.n))
            return moved, True
        moved = moved or changed
        more = more or page.more or owed
    return moved, more


def _take_page(tx: TerminalTransaction, page: Page, at: Cursor, told: Collection[str]) -> tuple[bool, bool]:
    """Store one page. Returns (something moved, the ledger is owed a word at once)."""
    if page.resync:
        _start_resync(tx, page)
        return True, True
    changes = [] if page.snapshot else _checked(page, at)
    rows = list(_snapshot_rows(page) if page.snapshot else _log_rows(changes))
    if page.snapshot and tx.shadow(page.feed) is None:
        tx.start_shadow(page.feed)
    shadow = tx.shadow(page.feed) is not None
    cursor = Cursor(feed=page.feed, n=page.n, hash=page.hash, part=page.part)
    complete = shadow and not page.more and not page.part
    if cursor == at and not page.covers and not complete:
        return False, False
    tx.put_rows(page.feed, rows, cursor, shadow=shadow)
    tx.clear_alert("page_damaged")
    tx.cover(page.feed, page.covers, shadow=shadow)
    for change in changes:
        for op, state in change.states.items():
            tx.store_state(op, state)
    if page.snapshot:
        _stand_as_first(tx, page.covers, told)
    if complete:
        tx.swap_shadow(page.feed)
        if not any(tx.shadow(feed) for feed in tx.feeds()):
            tx.clear_alert("resync")
    return True, complete or any(map(_is_provisional, rows))


def _stand_as_first(tx: TerminalTransaction, covers: Iterable[str], told: Collection[str]) -> None:
    """A snapshot comes with the outcomes of what is not as it was first; all else that it covers is, also where this
    terminal has heard otherwise from a ledger that was put back since."""
    for op in covers:
        if op not in told:
            tx.store_state(op, "")


def _is_provisional(change: RowChange) -> bool:
    """A provisional conflict waits until every terminal has said that it read past it with an empty queue. Without a
    word at once, the last of them would say so only at its next news, which may never come. A feed read again may hold
    one in any of its parts, so its end always owes a word."""
    if change.table != Conflict.table or change.row is None:
        return False
    return decode(change.row, Conflict).state == "provisional"


def _start_resync(tx: TerminalTransaction, page: Page) -> None:
    """Read the feed again from its origin. Only a cursor the log never had is worth telling people about."""
    if page.resync == "unknown_cursor":
        tx.alert("resync", feed=page.feed)
    tx.start_shadow(page.feed)


def _checked(page: Page, at: Cursor) -> list[Change]:
    """The entries of a page of the log, once its hashes and numbers were found right."""
    changes: list[Change] = []
    running = at.hash
    for number, raw in enumerate(page.changes, start=at.n + 1):
        change = decode(raw, Change)
        running = chain_hash(running, bytes(raw))
        if change.n != number or change.feed != page.feed:
            raise _BadPage
        changes.append(change)
    if (page.n, page.hash) != (at.n + len(changes), running):
        raise _BadPage
    return changes


def _log_rows(changes: list[Change]) -> Iterator[RowChange]:
    gone = bytes(GONE)
    for change in changes:
        for table, key, raw in change.set:
            row = bytes(raw)
            yield RowChange(table, key, None if row == gone else row)


def _snapshot_rows(page: Page) -> Iterator[RowChange]:
    for raw in page.changes:
        table, key, row = decode(raw, tuple[str, str, msgspec.Raw])
        yield RowChange(table, key, bytes(row))
