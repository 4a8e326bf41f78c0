"""Taking in a queue carried by hand: the same links and operations as over the network, without its conversation.

Doing both is harmless: identity is id and op_hash. A bundle that begins beyond what is held stays on the stick until
the gap closes. Links that contradict the stream are posted in an epoch the ledger makes, with a notice that it forked.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server_stub.ledger.book import Book, Stream, Terminal
from server_stub.ledger.incoming import Incoming
from server_stub.ledger.posting import post
from server_stub.ledger.settling import heads, settle_since
from server_stub.ledger.streams import fill_gaps, held, note_fork, take
from sync.wire.messages import Outcome
from sync.wire.operation import Parent


@dataclass(frozen=True, slots=True)
class Imported:
    """`beyond`: operations left on the stick, because the ledger does not yet hold what comes before them. `filled`:
    links of earlier epochs that were missing in a gap."""

    outcomes: tuple[Outcome, ...]
    beyond: int
    filled: int = 0


def import_bundle(
    book: Book, terminal: Terminal, incoming: Sequence[Incoming], fills: Sequence[Incoming] = ()
) -> Imported:
    """Post a bundle's operations in the order of their links, and what its links of earlier epochs fill."""
    before = heads(book)
    filled = len(fill_gaps(book, terminal, fills))
    imported = _take_in_order(book, terminal, incoming)
    settle_since(book, before, terminal=terminal.id)
    return replace(imported, filled=filled)


def _take_in_order(book: Book, terminal: Terminal, incoming: Sequence[Incoming]) -> Imported:
    outcomes: list[Outcome] = []
    made = ""
    for index, one in enumerate(incoming):
        if one.link.seq > held(book, terminal, one.link.epoch).have_seq + 1 and not made:
            return Imported(tuple(outcomes), len(incoming) - index)
        taken = None if made else take(book, terminal, one.link.epoch, one)
        if taken is None:
            made = made if made and _goes_on(book, terminal, made, one) else _made_epoch(one)
            taken = _take_contradicting(book, terminal, one, made)
        outcomes.append(taken)
    return Imported(tuple(outcomes), 0)


def _made_epoch(first: Incoming) -> str:
    """The epoch of a contradicting stretch, named after its first link: the same stick gives the same epoch again."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{first.link.epoch} {first.link.seq} {first.link_hash}"))


def _goes_on(book: Book, terminal: Terminal, epoch: str, one: Incoming) -> bool:
    """Whether a link belongs to the stretch of a made epoch, or else is where a copy of the copy went its own way."""
    stream = book.stream(terminal.id, epoch)
    place = _place(stream, one)
    if stream is None or place < 1 or _is_next(stream, one):
        return True
    return book.link(terminal.id, epoch, place) == one.link_hash


def _take_contradicting(book: Book, terminal: Terminal, one: Incoming, epoch: str) -> Outcome:
    """Post an operation whose place in the stream is taken by another; all that follow it on the stick go with it.

    What came another way before, by the network in an epoch of the terminal's own, needs no epoch and no notice here.
    """
    is_posted = _is_posted(book, one)
    outcome = post(book, terminal, one)
    stream = book.stream(terminal.id, epoch)
    if is_posted if stream is None else not _is_next(stream, one):
        return outcome
    begun = stream or Stream(terminal.id, epoch, 0, "", _before(one))
    book.add_link(terminal.id, epoch, begun.have_seq + 1, one.link_hash, outcome.id)
    book.set_stream(replace(begun, have_seq=begun.have_seq + 1, have_hash=one.link_hash))
    if stream is None:
        note_fork(book, terminal, epoch, _before(one))
    return outcome


def _before(one: Incoming) -> Parent:
    return Parent(epoch=one.link.epoch, seq=one.link.seq - 1, hash=one.link.prev)


def _is_posted(book: Book, one: Incoming) -> bool:
    found = (book.operation(id) for id in (one.id, one.op_hash))
    return any(known is not None and known.op_hash == one.op_hash for known in found)


def _is_next(stream: Stream, one: Incoming) -> bool:
    return _place(stream, one) == stream.have_seq + 1 and one.link.prev == stream.have_hash


def _place(stream: Stream | None, one: Incoming) -> int:
    """Where a link stands in a made epoch, which starts behind its parent."""
    return one.link.seq - stream.parent.seq if stream and stream.parent else 0
