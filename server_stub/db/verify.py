"""`ledger verify` (R27): every log entry and operation hashed again, every table rebuilt from the log and compared.

Checked are log, feeds, operations with their outcomes, streams, links, gaps, covers, what waits or joined a conflict,
and all rows. Not checked, because nothing could rebuild them: terminals and how far they drained, invitations, tokens,
backups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from server_stub.db import schema
from server_stub.db.book import Identity
from server_stub.db.book_operations import stored_operation
from server_stub.db.book_streams import stream_of
from server_stub.db.columns import LAYOUTS, Layout
from server_stub.db.replay import UNREADABLE, Replay, Told, replay
from server_stub.db.schema import ROW_TABLES
from server_stub.db.session import Session
from server_stub.ledger.book import StoredOperation, Stream
from sync.wire.bodies import Decided, decode_body
from sync.wire.messages import Outcome
from sync.wire.operation import Link, first_prev, link_hash, op_hash
from sync.wire.quantity import Quantity
from sync.wire.rows import SEPARATOR, Balance, Row

HASH_MISMATCH = "hash_mismatch"
"""Reason of an operation kept although its bytes are not those its link named."""

_Links = dict[int, tuple[str, str | None]]


def problems(session: Session, identity: Identity) -> Iterator[str]:
    """A sentence for each thing that is not as the log says, naming it."""
    told = replay(session)
    yield from told.problems
    yield from _rows(session, told)
    yield from _sums(told)
    stored = [_stored(values) for values in session.rows(schema.operation)]
    yield from _columns_of_operations(session, stored)
    yield from _operations(session, told, {one.id: one for one in stored})
    yield from _covers(session, told)
    yield from _conflicts(session, stored)
    yield from _streams(session, identity, {one.id: one for one in stored})


def _stored(values: Sequence[Any]) -> StoredOperation:
    """An outcome that cannot be read is none, which is never what the log says."""
    try:
        return stored_operation(values)
    except UNREADABLE:
        id, op_hash, terminal, *_, raw = values
        return StoredOperation(id, op_hash, terminal, raw, Outcome(id=id, outcome="unreadable", n=0))


def _shown(key: str) -> str:
    return "/".join(part for part in key.split(SEPARATOR) if part)


# --- rows and balances ------------------------------------------------------------------------------------------------


def _rows(session: Session, told: Replay) -> Iterator[str]:
    for kind, table in ROW_TABLES.items():
        layout = LAYOUTS[kind]
        held = {values[0]: _row(layout, values) for values in session.rows(table)}
        wanted = {key: row for (name, key), row in told.rows.items() if name == kind.table}
        for key in sorted(held.keys() | wanted.keys()):
            if held.get(key) != wanted.get(key):
                yield f"{table.name}: the row {_shown(key)} is not what the log says"


def _row(layout: Layout[Any], values: Sequence[Any]) -> Row | str:
    """The row; where it cannot be read, a text, which no row equals."""
    try:
        row: Row = layout.row(values)
    except UNREADABLE as error:
        return str(error)
    return row


def _sums(told: Replay) -> Iterator[str]:
    for account in sorted(told.balances):
        balance = told.rows.get((Balance.table, account))
        held = balance.quantity if isinstance(balance, Balance) else Quantity(0)
        if held - told.balances[account]:
            yield f"balances: {_shown(account)} has {held}, its postings sum to {told.balances[account]}"
    for (item, lot), quantity in sorted(told.sums.items()):
        if quantity:
            yield f"balances: item {item} lot {lot or '-'} sums to {quantity} over the whole ledger, not to zero"


# --- operations -------------------------------------------------------------------------------------------------------


def _columns_of_operations(session: Session, stored: Sequence[StoredOperation]) -> Iterator[str]:
    """The columns that repeat what the bytes and the outcome say."""
    columns = {values[0]: tuple(values[3:6]) for values in session.rows(schema.operation)}
    for one in stored:
        site, kind, outcome = columns[one.id]
        said = (one.operation.site, one.operation.kind) if one.operation else (site, "")
        if (site, kind, outcome) != (*said, one.outcome.outcome):
            yield f"operation {one.id}: its site, kind or outcome was altered in the table"


def _operations(session: Session, told: Replay, stored: dict[str, StoredOperation]) -> Iterator[str]:
    floors = {values[0]: values[3] for values in session.rows(schema.feed)}
    for id, one in stored.items():
        if op_hash(one.raw) != one.op_hash and one.outcome.reason != HASH_MISMATCH:
            yield f"operation {id}: its bytes were altered, they do not have its hash"
        if any(n <= floors.get(feed, 0) for feed, n in one.outcome.feeds.items()):
            continue  # its entry was compacted away
        if id in told.operations:
            yield from _as_told(one, told.operations[id])
        else:
            yield f"operation {id}: the log has no entry of it"
    for id in sorted(told.operations.keys() - stored.keys()):
        yield f"operation {id}: the log names it, and it is not there"
    yield from _waiting(session, stored)


def _as_told(one: StoredOperation, told: Told) -> Iterator[str]:
    if (one.op_hash, one.terminal) != (told.op_hash, told.terminal):
        yield f"operation {one.id}: the log has another hash or terminal for it"
    outcome = one.outcome
    said = Outcome(
        id=one.id,
        outcome=told.outcome,
        n=outcome.n,
        feeds=told.feeds,
        state=told.state,
        conflicts=told.conflicts,
        reason=told.reason,
    )
    if outcome != said or outcome.n not in told.feeds.values():
        yield f"operation {one.id}: its outcome is not what the log says"


def _waiting(session: Session, stored: dict[str, StoredOperation]) -> Iterator[str]:
    held = set(session.rows(schema.waiting))
    waiting = {
        (id, _subject(one), one.outcome.n)
        for id, one in stored.items()
        if one.outcome.outcome == "waiting" and not one.outcome.state
    }
    for id in sorted({id for id, *_ in held ^ waiting}):
        yield f"operation {id}: whether it waits, and for what, is not what it and its outcome say"


def _subject(one: StoredOperation) -> str:
    """What a waiting operation waits for: what it undoes, approves or decides."""
    body = decode_body(one.operation) if one.operation else None
    return body.conflict if isinstance(body, Decided) else getattr(body, "target", "")


def _covers(session: Session, told: Replay) -> Iterator[str]:
    held = set(session.rows(schema.operation_feed))
    floors = {values[0]: values[3] for values in session.rows(schema.feed)}
    said = {(one.terminal, feed, n, op) for op, one in told.operations.items() for feed, n in one.feeds.items()}
    for terminal, feed, n, op in sorted(held ^ said):
        if n > floors.get(feed, 0):
            yield f"operation {op}: that feed {feed} covers it for {terminal} at {n} is not what the log says"


def _conflicts(session: Session, stored: Sequence[StoredOperation]) -> Iterator[str]:
    held = set(session.rows(schema.operation_conflict))
    said = {(conflict, one.outcome.n, one.id) for one in stored for conflict in one.outcome.conflicts}
    for conflict, _, op in sorted(held ^ said):
        yield f"operation {op}: that it joined the conflict {conflict} is not what its outcome says"


# --- streams ----------------------------------------------------------------------------------------------------------


def _streams(session: Session, identity: Identity, stored: dict[str, StoredOperation]) -> Iterator[str]:
    links: dict[tuple[str, str], _Links] = defaultdict(dict)
    for terminal, epoch, seq, hash, op in session.rows(schema.link):
        links[terminal, epoch][seq] = (hash, op)
    streams = {(one.terminal, one.epoch): one for one in map(stream_of, session.rows(schema.stream))}
    for place in sorted(links.keys() - streams.keys()):
        yield f"stream {place[0]} {place[1]}: there are links and no stream"
    gaps = {tuple(values) for values in session.rows(schema.gap)}
    for place, stream in sorted(streams.items()):
        name = f"stream {stream.terminal} {stream.epoch}"
        yield from (f"{name}: {text}" for text in _stream(identity, stream, links[place], stored))
        missing = {(*place, low, high) for low, high in _missing(links[place], stream.have_seq)}
        if missing != {gap for gap in gaps if gap[:2] == place}:
            yield f"{name}: its open gaps are not the links it lacks"


def _stream(identity: Identity, stream: Stream, links: _Links, stored: dict[str, StoredOperation]) -> Iterator[str]:
    for seq, (hash, op) in sorted(links.items()):
        one = stored.get(op) if op else None
        if op and one is None:
            yield f"link {seq} names the operation {op}, which is not there"
        elif one and hash not in _possible_hashes(identity, stream, links, seq, one):
            yield f"link {seq} was altered, its hash does not follow from the link before and its operation"
    if links and (stream.have_seq, stream.have_hash) != (max(links), links[max(links)][0]):
        yield f"it stands at {stream.have_seq}, its last link is {max(links)} with another hash"


def _possible_hashes(
    identity: Identity, stream: Stream, links: _Links, seq: int, one: StoredOperation
) -> Sequence[str]:
    """The hash of the link; of a stream the ledger made for links that contradict, the hash in the parent's place.

    A link behind one that is missing cannot be reckoned; the gap says so.
    """
    parent = stream.parent
    if seq > 1 and seq - 1 not in links:
        return [links[seq][0]]
    before = links[seq - 1][0] if seq > 1 else first_prev(parent)
    places = [(stream.epoch, seq, before)]
    if parent:
        places.append((parent.epoch, parent.seq + seq, before))
    named = [Link(epoch=epoch, seq=at, prev=prev, op_hash=one.op_hash) for epoch, at, prev in places]
    return [link_hash(link, ledger_id=identity.ledger_id, terminal=stream.terminal) for link in named]


def _missing(links: _Links, have_seq: int) -> Iterator[tuple[int, int]]:
    """Ranges of links below have_seq that are not there."""
    before = 0
    for seq in [*sorted(seq for seq, (_, op) in links.items() if op), have_seq + 1]:
        if seq > before + 1:
            yield before + 1, seq - 1
        before = seq
