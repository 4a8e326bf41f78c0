"""Requests read from the store: what waits for a second person here, and what became of words said to requests.

A request whose conflict was closed without it asks nobody any more; one that was answered here waits for the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from scanner_client.core.disputed import Verdict
from scanner_client.core.requests import APPROVED, DENIED, HeldRequest
from scanner_client.ports import Recorded, StepTransaction
from scanner_client.times import milliseconds
from sync.wire.quantity import Quantity
from sync.wire.rows import ACTIVE, Conflict, Request, row_key

HELD = "held"
TURNED_DOWN = ("refused", "quarantined")
Units = Callable[[Quantity, str], int]


def waiting(rows: StepTransaction, units: Units) -> Sequence[HeldRequest]:
    """Requests of this site that anybody may still answer, oldest first."""
    found = [row for row in rows.rows(Request, state=HELD) if row.site == rows.site]
    if not found:
        return []
    answered = {one.body.target for one in _words(rows) if one.state not in TURNED_DOWN}
    asked = [row for row in found if row.id not in answered]
    known = [(row, rows.row(Conflict, row_key(row.site, row.conflict))) for row in asked]
    return [
        HeldRequest(
            row.id, row.conflict, row.answer, row.by, milliseconds(row.at), row.item, row.location,
            units(row.quantity, row.item), conflict.facts.get("did_unit", ""),
        )
        for row, conflict in sorted(known, key=lambda one: one[0].id)
        if conflict is not None and conflict.state in ACTIVE and not conflict.decision
    ]  # fmt: skip


def answer_to(rows: StepTransaction, decision: Recorded) -> Verdict | None:
    """What a second person elsewhere said to a decision that was given here."""
    row = rows.row(Request, row_key(rows.site, decision.id))
    if row is None or row.state not in (APPROVED, DENIED):
        return None
    said = row.reason if row.state == DENIED else row.answer
    return Verdict(f"{decision.id} {row.state}", row.state, said, by=row.decided_by)


def verdicts(rows: StepTransaction) -> Iterator[Verdict]:
    """Words said here that did not count: somebody else was first, or they were refused."""
    for one in _words(rows):
        row = rows.row(Request, row_key(rows.site, one.body.target))
        if one.state in TURNED_DOWN:
            yield Verdict(one.id, "word_refused", row.answer if row else "")
        elif one.outcome == "merged" and row is not None and row.state in (APPROVED, DENIED):
            yield Verdict(one.id, "answered", row.state, by=row.decided_by)
        elif one.outcome == "merged":
            yield Verdict(one.id, "lapsed", "")


def _words(rows: StepTransaction) -> Iterator[Recorded]:
    return (one for one in rows.said() if one.kind in (APPROVED, DENIED))
