"""One exchange with a terminal: take its stream, settle what that makes clear, answer its cursors. Pure over a `Book`.

Envelope checks (token, ledger id, signature, sizes) came before; whatever is wrong with a single operation is answered
inside, never as an error of the batch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from server_stub.ledger.book import Backup, Book, Stream, Terminal
from server_stub.ledger.incoming import Incoming, read_offer
from server_stub.ledger.pages import Asking, pages
from server_stub.ledger.settling import heads, settle_since
from server_stub.ledger.streams import held, take_offer
from sync.wire.bodies import TransferredIn, TransferredOut
from sync.wire.messages import Outcome, Page, StreamState, SyncReply, SyncRequest
from sync.wire.operation import Cursor
from sync.wire.rows import Conflict
from sync.wire.undoing import is_without_effect


def read(request: SyncRequest, terminal: Terminal) -> list[Incoming]:
    """Hash and decode what is offered, once, before any lock is taken."""
    return read_offer(request.stream, request.ledger_id, terminal.id)


def feeds_to_lock(request: SyncRequest, terminal: Terminal, incoming: list[Incoming]) -> set[str]:
    """Feeds whose numbers this request will take, as far as it shows. More may turn out (NeedsFeed)."""
    if not incoming and not request.stream.gap and not request.stream.fills:
        return set()
    feeds = {terminal.site}
    for one in incoming:
        if isinstance(one.body, TransferredOut):
            feeds.add(one.body.to_site)
        elif isinstance(one.body, TransferredIn):
            feeds.add(one.body.from_site)
    return feeds


def exchange(book: Book, terminal: Terminal, request: SyncRequest, incoming: list[Incoming]) -> SyncReply:
    """Answer one request inside the book's transaction. Raises NeedsFeed to be run again with more locks."""
    outcomes, stream = take_and_settle(book, terminal, request, incoming)
    answered = pages(book, _asking(terminal, request, stream), request.feeds, request.limits.pull)
    return SyncReply(
        ledger_id=book.ledger_id,
        ledger_epoch=book.ledger_epoch,
        stream=StreamState(
            epoch=stream.epoch,
            have_seq=stream.have_seq,
            have_hash=stream.have_hash,
            safe_seq=_safe_seq(book, terminal, stream.epoch, stream.have_seq),
            gaps=list(book.gaps(terminal.id)),
        ),
        outcomes=[*outcomes, *_covered_too(book, answered, {outcome.id for outcome in outcomes})],
        pages=answered,
        at=book.now,
    )


def take_and_settle(
    book: Book, terminal: Terminal, request: SyncRequest, incoming: Sequence[Incoming]
) -> tuple[list[Outcome], Stream]:
    """What becomes of what is offered, and the stream as held then. Raises NeedsFeed."""
    before = heads(book)
    outcomes = take_offer(book, terminal, request.stream, incoming)
    stream = held(book, terminal, request.stream.epoch)
    drained = _note_drained(book, terminal, request, stream.have_seq)
    settle_since(book, before, terminal=terminal.id, also={terminal.site} if drained else set())
    return outcomes, stream


def _asking(terminal: Terminal, request: SyncRequest, stream: Stream) -> Asking:
    """Only a terminal of whose stream nothing is outstanding has links here for all that it holds."""
    offer = request.stream
    said = offer.held_from and offer.head == stream.have_seq
    return Asking(terminal.id, offer.epoch, range(offer.held_from, stream.have_seq + 1) if said else None)


def _covered_too(book: Book, answered: Sequence[Page], told: Collection[str]) -> Iterator[Outcome]:
    """Outcomes of what the pages cover and this reply has not told: rows that hold an operation come with what became
    of it, also where the reply that first told it was lost.

    Of a snapshot only what is not as it was first: the entries that told of that are compacted away.
    """
    for page in answered:
        for id in page.covers:
            stored = book.operation(id) if id not in told else None
            if stored and (not page.snapshot or stored.outcome.state or is_without_effect(stored.outcome)):
                yield stored.outcome


def _note_drained(book: Book, terminal: Terminal, request: SyncRequest, have_seq: int) -> bool:
    """Remember how far a terminal with an empty queue had read: nothing it may still send is older than that.

    Only while a provisional conflict waits for the word, so that a terminal that merely looks makes the ledger write
    nothing.
    """
    if request.stream.head != have_seq:
        return False
    noted = False
    for cursor in request.feeds:
        before = terminal.drained.get(cursor.feed, 0)  # a late copy of an old request proves nothing
        if cursor.part or cursor.n <= before or not _is_awaited(book, cursor, before):
            continue
        if book.hash_at(cursor.feed, cursor.n) == cursor.hash:
            book.feed_head(cursor.feed)  # two that drain at once must see each other, or neither settles
            book.set_drained(terminal.id, cursor.feed, cursor.n)
            noted = True
    return noted


def _is_awaited(book: Book, cursor: Cursor, before: int) -> bool:
    waiting = book.select(Conflict, site=cursor.feed, state="provisional")
    return any(before < conflict.n <= cursor.n for conflict in waiting)


def _safe_seq(book: Book, terminal: Terminal, epoch: str, have_seq: int) -> int:
    """What the two newest verified backups of this history hold; nothing is safe before there are two."""
    good = [backup for backup in book.backups() if _of_this_history(book, backup)][:2]
    if len(good) < 2:
        return 0
    return min(have_seq, *(backup.streams.get((terminal.id, epoch), 0) for backup in good))


def _of_this_history(book: Book, backup: Backup) -> bool:
    return all(book.hash_at(feed, n) == there for feed, (n, there) in backup.feeds.items())
