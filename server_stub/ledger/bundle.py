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
            made = made or _made_epoch(one)
            taken = _take_contradicting(book, terminal, one, made)
        outcomes.append(taken)
    return Imported(tuple(outcomes), 0)


def _made_epoch(first: Incoming) -> str:
    """The epoch of a contradicting stretch, named after its first link: the same stick gives the same epoch again."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{first.link.epoch} {first.link.seq} {first.link_hash}"))


def _take_contradicting(book: Book, terminal: Terminal, one: Incoming, epoch: str) -> Outcome:
    """Post an operation whose place in the stream is taken by another; all that follow it on the stick go with it."""
    outcome = post(book, terminal, one)
    if _is_linked(book, terminal, epoch, one):
        return outcome
    stream = held(book, terminal, epoch)
    parent = stream.parent or Parent(epoch=one.link.epoch, seq=one.link.seq - 1, hash=one.link.prev)
    seq = stream.have_seq + 1
    book.add_link(terminal.id, epoch, seq, one.link_hash, outcome.id)
    book.set_stream(Stream(terminal.id, epoch, seq, one.link_hash, parent))
    if seq == 1:
        note_fork(book, terminal, epoch, parent)
    return outcome


def _is_linked(book: Book, terminal: Terminal, epoch: str, one: Incoming) -> bool:
    """Whether an earlier reading of the stick linked it there: the made epoch starts behind its parent."""
    stream = held(book, terminal, epoch)
    if stream.parent is None:
        return False
    return book.link(terminal.id, epoch, one.link.seq - stream.parent.seq) == one.link_hash
