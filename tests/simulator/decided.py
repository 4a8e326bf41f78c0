"""What must hold of decisions once nothing moves any more, by the log that is left in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

from simulator.broken import Broken
from simulator.history import Moment
from simulator.memory_book import MemoryLedger
from simulator.verdicts import SENT_BACK, Known, Verdict

from sync.wire.bodies import Decided, Returned
from sync.wire.rows import ACTIVE, Conflict, OrderLine, Row, Task

R = TypeVar("R", bound=Row)


def stands(ledger: MemoryLedger, feed: str, end: Moment, known: Known) -> None:
    """A feed's conflicts, tasks and lines are what its log `end`s with."""
    _nothing_waits_in_vain(ledger, feed, end, known)
    _each_is_resolved_by_its_first_decision(ledger, feed, end)
    _what_went_back_is_done_with(ledger, feed, end, known)
    _lines_have_what_was_done(ledger, feed, end)


def _rows(ledger: MemoryLedger, feed: str, kind: type[R]) -> Iterator[R]:
    return (
        row for row in ledger.tables.rows.get(kind.table, {}).values() if isinstance(row, kind) and row.feed == feed
    )


def _nothing_waits_in_vain(ledger: MemoryLedger, feed: str, end: Moment, known: Known) -> None:
    """Nobody waits for a conflict that is there, or for a decision that was judged."""
    for op, state in end.verdicts.standing.items():
        found = known(op)
        if state != "waiting" or found is None or found[0].site != feed:
            continue
        body: Verdict = found[1]
        about = body.conflict if isinstance(body, Decided) else body.target
        stands = end.verdicts.standing.get(about, "waiting")
        if about in end.verdicts.conflicts or stands not in ("waiting", "quarantined"):
            raise Broken("decisions", f"{op} still waits for {about}, which is there")


def _each_is_resolved_by_its_first_decision(ledger: MemoryLedger, feed: str, end: Moment) -> None:
    for row in _rows(ledger, feed, Conflict):
        first = end.verdicts.first.get(row.id, ("", ""))
        if (row.decision, row.decided_by) != first:
            raise Broken("decisions", f"{row.kind} {row.id} says {row.decision} by {row.decided_by}, first was {first}")
        if row.decision and row.state in ACTIVE:
            raise Broken("decisions", f"{row.kind} {row.id} was decided and is {row.state}")


def _what_went_back_is_done_with(ledger: MemoryLedger, feed: str, end: Moment, known: Known) -> None:
    """Goods that a decision sent back have one task, done if somebody brought them and nobody took that back."""
    times: Counter[tuple[str, str]] = Counter()
    for task in _rows(ledger, feed, Task):
        if task.kind not in SENT_BACK:
            continue
        times[end.verdicts.sent_back.get(task.id, (task.id, ""))] += 1
        brought = [op for op in end.operations if _brings(op, task, end, known)]
        if (task.state == "done") != bool(brought):
            raise Broken("tasks", f"{task.kind} {task.id} is {task.state} where it was brought back by {brought}")
    if any(count > 1 for count in times.values()):
        raise Broken("tasks", f"goods are to be brought back twice: {times.most_common(1)}")


def _brings(op: str, task: Task, end: Moment, known: Known) -> bool:
    found = known(op)
    if found is None or op in end.unposted | end.undone:
        return False
    operation, body = found
    return isinstance(body, Returned) and body.done and (operation.site, operation.task) == (task.site, task.id)


def _lines_have_what_was_done(ledger: MemoryLedger, feed: str, end: Moment) -> None:
    found = {line.key: line.done.units for line in _rows(ledger, feed, OrderLine) if line.done}
    wanted = {key: units for key, units in end.lines.items() if units}
    if found != wanted:
        key = min(key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key))
        raise Broken("lines", f"{key!r} has {found.get(key, 0)} done where {wanted.get(key, 0)} is right")
