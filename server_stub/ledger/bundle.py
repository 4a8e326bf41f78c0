"""Taking in a queue carried by hand: the same links and operations as over the network, without its conversation.

Doing both is harmless: identity is id and op_hash. A bundle that begins beyond what is held stays on the stick until
the gap closes. Links that contradict the stream are posted in an epoch the ledger makes, with a notice that it forked.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server_stub.ledger.book import Book, Stream, Terminal
from server_stub.ledger.exchange import heads, settle_since
from server_stub.ledger.incoming import Incoming
from server_stub.ledger.posting import post
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
    settle_since(book, terminal, before)
    return replace(imported, filled=filled)


def _take_in_order(book: Book, terminal: Terminal, incoming: Sequence[Incoming]) -> Imported:
    outcomes: list[Outcome] = []
    for index, one in enumerate(incoming):
        if one.link.seq > held(book, terminal, one.link.epoch).have_seq + 1:
            return Imported(tuple(outcomes), len(incoming) - index)
        taken = take(book, terminal, one.link.epoch, one)
        outcomes.append(taken or _take_contradicting(book, terminal, one))
    return Imported(tuple(outcomes), 0)


def _take_contradicting(book: Book, terminal: Terminal, one: Incoming) -> Outcome:
    """Post an operation whose place in the stream is taken by another, in an epoch named after its link."""
    link = one.link
    epoch = str(uuid.uuid5(uuid.UUID(link.epoch), f"{link.seq} {one.link_hash}"))
    outcome = post(book, terminal, one)
    if book.stream(terminal.id, epoch) is None:
        parent = Parent(epoch=link.epoch, seq=link.seq - 1, hash=link.prev)
        book.add_link(terminal.id, epoch, 1, one.link_hash, one.id)
        book.set_stream(Stream(terminal.id, epoch, 1, one.link_hash, parent))
        note_fork(book, terminal, epoch, parent)
    return outcome
