"""Taking a terminal's stream: links in order, nothing beyond a gap, nothing that contradicts what is held.

The ledger only ever states what it has. A link that does not follow on is not stored and not refused: the terminal sees
(have_seq, have_hash), finds out for itself whether it is behind, restored or cloned, and offers again accordingly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from server_stub.ledger.book import Book, Draft, Stream, Terminal
from server_stub.ledger.identity import caused_id
from server_stub.ledger.incoming import Incoming, read_incoming
from server_stub.ledger.log import Cause, record
from server_stub.ledger.posting import post, wake
from sync.wire.messages import Fill, Gap, GapRange, Outcome, StreamOffer
from sync.wire.operation import Link, Parent, first_prev, link_hash
from sync.wire.rows import Conflict, row_key


def take_offer(book: Book, terminal: Terminal, offer: StreamOffer, incoming: Sequence[Incoming]) -> list[Outcome]:
    """Take what follows on from the stream as held. Returns an outcome for every offered link that the ledger knows."""
    if offer.gap:
        _declare_gap(book, terminal, offer.epoch, offer.gap)
    outcomes = take_fills(book, terminal, offer.fills)
    for one in incoming:
        outcome = take(book, terminal, offer.epoch, one)
        if outcome is None:
            break
        outcomes.append(outcome)
    return outcomes


def held(book: Book, terminal: Terminal, epoch: str) -> Stream:
    return book.stream(terminal.id, epoch) or Stream(terminal.id, epoch, 0, "")


def take(book: Book, terminal: Terminal, epoch: str, one: Incoming) -> Outcome | None:
    """The outcome of one link: taken now or known before; None where it does not follow on."""
    link, stream = one.link, held(book, terminal, epoch)
    if link.epoch != epoch:
        return None
    if link.seq <= stream.have_seq:
        return _take_again(book, terminal, one)
    if link.seq != stream.have_seq + 1 or link.prev != _expected_prev(stream, link.parent):
        return None
    outcome = post(book, terminal, one)
    book.add_link(terminal.id, epoch, link.seq, one.link_hash, outcome.id)
    if link.parent and link.seq == 1:
        note_fork(book, terminal, epoch, link.parent)
    parent = link.parent if link.seq == 1 else stream.parent
    book.set_stream(Stream(terminal.id, epoch, link.seq, one.link_hash, parent))
    return outcome


def _expected_prev(stream: Stream, parent: Parent | None) -> str:
    return stream.have_hash if stream.have_seq else first_prev(parent)


def _take_again(book: Book, terminal: Terminal, one: Incoming) -> Outcome | None:
    """A link at or below have_seq: known, or one that was missing in a gap; None where another stands in its place."""
    link = one.link
    if _contradicts(book, terminal, one):
        return None
    stored = book.linked_operation(terminal.id, link.epoch, link.seq)
    if stored is None:
        return _fill(book, terminal, one)
    found = book.operation(stored)
    return found.outcome if found else None


def _contradicts(book: Book, terminal: Terminal, one: Incoming) -> bool:
    """Whether another link is known in its place, or another before it, or one behind it that names another. A gap ends
    in a known hash."""
    link = one.link
    known = book.link(terminal.id, link.epoch, link.seq)
    before = book.link(terminal.id, link.epoch, link.seq - 1) if link.seq > 1 else first_prev(link.parent)
    if (known is not None and known != one.link_hash) or (before is not None and before != link.prev):
        return True
    return known is None and not _is_named_behind(book, terminal, one)


def _is_named_behind(book: Book, terminal: Terminal, one: Incoming) -> bool:
    """Whether the link behind it, where that and its operation are known, has it for its `prev`: fills come in any
    order."""
    epoch, seq = one.link.epoch, one.link.seq + 1
    op = book.linked_operation(terminal.id, epoch, seq)
    stored = book.operation(op) if op else None
    if stored is None:
        return True
    behind = Link(epoch=epoch, seq=seq, prev=one.link_hash, op_hash=stored.op_hash)
    return link_hash(behind, ledger_id=book.ledger_id, terminal=terminal.id) == book.link(terminal.id, epoch, seq)


# gaps


def take_fills(book: Book, terminal: Terminal, fills: Sequence[Fill]) -> list[Outcome]:
    """Post what was missing in open gaps, whichever epoch it had been linked in."""
    return fill_gaps(book, terminal, [read_incoming(one.link, one.op, book.ledger_id, terminal.id) for one in fills])


def fill_gaps(book: Book, terminal: Terminal, incoming: Sequence[Incoming]) -> list[Outcome]:
    """Outcomes of those that lie in an open gap; the others are left as they are."""
    found = [_fill(book, terminal, one) for one in incoming]
    return [outcome for outcome in found if outcome is not None]


def _fill(book: Book, terminal: Terminal, one: Incoming) -> Outcome | None:
    gaps = book.gaps(terminal.id)
    gap = next((gap for gap in gaps if _lies_in(one, gap)), None)
    if gap is None or _contradicts(book, terminal, one):
        return None
    outcome = post(book, terminal, one)
    book.add_link(terminal.id, one.link.epoch, one.link.seq, one.link_hash, outcome.id)
    _learn_parent(book, terminal, one.link)
    left = [other for other in gaps if other != gap] + _without(gap, one.link.seq)
    book.set_gaps(terminal.id, left)
    _explain_gaps(book, terminal, left)
    return outcome


def _learn_parent(book: Book, terminal: Terminal, link: Link) -> None:
    """The first link of an epoch says where it comes from. Declared missing, it had not been heard."""
    if link.seq == 1 and link.parent:
        book.set_stream(replace(held(book, terminal, link.epoch), parent=link.parent))
        note_fork(book, terminal, link.epoch, link.parent)


def _lies_in(one: Incoming, gap: GapRange) -> bool:
    return one.link.epoch == gap.epoch and gap.from_seq <= one.link.seq <= gap.to_seq


def _without(gap: GapRange, seq: int) -> list[GapRange]:
    """What is left of a gap when one of its links has arrived."""
    pieces = [(gap.from_seq, seq - 1), (seq + 1, gap.to_seq)]
    return [GapRange(epoch=gap.epoch, from_seq=low, to_seq=high) for low, high in pieces if low <= high]


def _declare_gap(book: Book, terminal: Terminal, epoch: str, gap: Gap) -> None:
    """Believe the terminal that links are gone, if that is where its stream stands; else it is an old message."""
    stream = held(book, terminal, epoch)
    if gap.from_seq != stream.have_seq + 1 or gap.to_seq < gap.from_seq:
        return
    missing = GapRange(epoch=epoch, from_seq=gap.from_seq, to_seq=gap.to_seq)
    book.declare_gap(terminal.id, epoch, gap)
    book.set_gaps(terminal.id, [*book.gaps(terminal.id), missing])
    book.set_stream(Stream(terminal.id, epoch, gap.to_seq, gap.hash, stream.parent))
    _raise(
        book,
        terminal,
        "stream_gap",
        row_key(terminal.id, epoch, gap.from_seq, gap.to_seq),
        {"terminal": terminal.id, "epoch": epoch, "from": str(gap.from_seq), "to": str(gap.to_seq)},
    )


def _explain_gaps(book: Book, terminal: Terminal, left: Sequence[GapRange]) -> None:
    """Close the conflict of each gap of which nothing is missing any more."""
    draft = Draft(book)
    for conflict in draft.select(Conflict, site=terminal.site, state="open"):
        if conflict.kind == "stream_gap" and conflict.facts.get("terminal") == terminal.id:
            facts = conflict.facts
            low, high = int(facts["from"]), int(facts["to"])
            if not any(g.epoch == facts["epoch"] and g.from_seq <= high and low <= g.to_seq for g in left):
                draft.put(msgspec.structs.replace(conflict, state="explained"))
    if draft.rows:
        record(book, draft, Cause("conflict_explained", terminal=terminal.id), terminal.site)


# forks


def note_fork(book: Book, terminal: Terminal, epoch: str, parent: Parent) -> None:
    """One notice per fork: a restored or cloned terminal began a stream of its own."""
    facts = {"terminal": terminal.id, "epoch": epoch, "parent": parent.epoch, "seq": str(parent.seq)}
    _raise(book, terminal, "stream_forked", row_key(terminal.id, epoch), facts)


def _raise(book: Book, terminal: Terminal, kind: str, subject: str, facts: dict[str, str]) -> None:
    draft = Draft(book)
    conflict = caused_id(book, kind, subject)
    if draft.get(Conflict, row_key(terminal.site, conflict)) is not None:
        return
    n = book.feed_head(terminal.site).n + 1
    draft.put(Conflict(site=terminal.site, id=conflict, kind=kind, state="open", subject=subject, n=n, facts=facts))
    record(book, draft, Cause(kind, terminal=terminal.id), terminal.site)
    wake(book, conflict)
