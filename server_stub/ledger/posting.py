"""Posting one operation: judged once, logged, kept with its outcome; whatever waited for it is judged after it.

Identity is id and op_hash. A known operation under a new link is answered with its first outcome; the same id with
other bytes is kept in quarantine under its hash, and said aloud.
"""

from __future__ import annotations

import msgspec

from server_stub.ledger.book import Book, Draft, Judgement, StoredOperation, Terminal
from server_stub.ledger.incoming import Incoming, Problem
from server_stub.ledger.log import Cause, record
from server_stub.ledger.rules import judge
from sync.wire.bodies import decode_body
from sync.wire.messages import Outcome
from sync.wire.rows import Site

QUARANTINED, WAITING = "quarantined", "waiting"


def post(book: Book, terminal: Terminal, one: Incoming) -> Outcome:
    """Post an operation unless it is known. Returns its outcome, the first one where it was known."""
    known = book.operation(one.id)
    if known and known.op_hash != one.op_hash:
        one = one.put_aside(Problem("id_reused", f"the id {one.id} belongs to another operation"))
        known = book.operation(one.id)
    if known:
        return known.outcome
    draft = Draft(book)
    judgement = _judge(draft, terminal, one)
    if judgement.waits_for:
        _hold_every_feed(book)
    outcome = _keep(book, draft, terminal, one, judgement)
    if judgement.outcome not in (QUARANTINED, WAITING):
        wake(book, one.id, *judgement.conflicts)
    return outcome


def _hold_every_feed(book: Book) -> None:
    """What is waited for may come in any feed, be it the first entry of a site's. Raises NeedsFeed, and under all locks
    it is looked for again: else it could be posted elsewhere between the look and the note that somebody waits."""
    for feed in sorted({*book.feeds(), *(site.code for site in book.select(Site))}):
        book.feed_head(feed)


def _judge(draft: Draft, terminal: Terminal, one: Incoming) -> Judgement:
    if one.problem or one.operation is None:
        return Judgement(QUARANTINED, reason=one.problem.reason if one.problem else "malformed")
    if one.operation.site != terminal.site:
        return Judgement(QUARANTINED, reason="not_this_site")
    return judge(draft, one.operation, one.body)


def _keep(book: Book, draft: Draft, terminal: Terminal, one: Incoming, judgement: Judgement) -> Outcome:
    kind = one.operation.kind if one.operation else QUARANTINED
    cause = Cause(
        kind, op=one.id, op_hash=one.op_hash, terminal=terminal.id, outcome=judgement.outcome, reason=judgement.reason
    )
    numbers = record(book, draft, cause, terminal.site)
    outcome = Outcome(
        id=one.id,
        outcome=judgement.outcome,
        n=numbers[terminal.site],
        feeds=numbers,
        state=judgement.state,
        conflicts=list(judgement.conflicts),
        reason=judgement.reason,
    )
    book.add_operation(
        StoredOperation(one.id, one.op_hash, terminal.id, one.raw, outcome, one.operation), home=terminal.site
    )
    if judgement.waits_for:
        book.set_waiting(one.id, judgement.waits_for)
    return outcome


def wake(book: Book, *subjects: str) -> None:
    """Judge again what waited for these operations and conflicts, and what waited for that, in turn."""
    arrived = list(subjects)
    while arrived:
        for one in book.waiting(arrived.pop(0)):
            arrived += _judge_again(book, one)


def _judge_again(book: Book, waiting: StoredOperation) -> list[str]:
    """What has arrived now that an operation which waited takes effect: itself and its conflicts, or nothing."""
    terminal, operation = book.terminal(waiting.terminal), waiting.operation
    if terminal is None or operation is None:
        return []
    draft = Draft(book)
    judgement = judge(draft, operation, decode_body(operation))
    if judgement.outcome == WAITING:
        return []
    draft.states[waiting.id] = judgement.state or judgement.outcome  # so that its terminal hears of it
    cause = Cause(operation.kind, waiting.id, waiting.op_hash, terminal.id, judgement.outcome, judgement.reason)
    numbers = record(book, draft, cause, terminal.site)
    book.set_waiting(waiting.id, None)
    book.change_outcome(waiting.id, _now_judged(waiting.outcome, judgement, numbers))
    return [waiting.id, *judgement.conflicts]


def _now_judged(first: Outcome, judgement: Judgement, numbers: dict[str, int]) -> Outcome:
    """The first outcome with its present state; the change numbers of feeds it had touched before stay."""
    return msgspec.structs.replace(
        first,
        state=judgement.state or judgement.outcome,
        conflicts=[*first.conflicts, *judgement.conflicts],
        feeds={**numbers, **first.feeds},
        reason=judgement.reason,
    )
