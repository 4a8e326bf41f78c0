"""Facts of people who may not work here (any more): posted, and told to people (R21, not_permitted)."""

from __future__ import annotations

import pytest
from ledger.hall import OTHER, SITE, Hall

from server_stub.db import Ledger
from server_stub.ledger.office import put_rows
from sync.wire.rows import Operator


def person(hall: Hall, roles: dict[str, list[str]] | None = None, *, active: bool = True) -> None:
    hall.office(lambda book: put_rows(book, [Operator(code="li", roles=roles or {}, active=active)]))


def test_what_somebody_recorded_after_the_right_was_taken_is_posted_and_told(stored_hall: Hall, ledger: Ledger) -> None:
    person(stored_hall, {SITE: ["picker"]})
    li = stored_hall.picker("LI")
    fine = li.receive(1, "A-01")
    li.sync()
    person(stored_hall, {SITE: ["picker"]}, active=False)
    ops = [li.receive(2, "A-01"), li.move(1, "A-01", "A-02")]
    li.sync()
    assert stored_hall.held() == {"A-01": 2, "A-02": 1}
    assert [stored_hall.outcome(op).outcome for op in (fine, *ops)] == ["applied", "conflict", "conflict"]
    (conflict,) = stored_hall.conflicts()
    assert (conflict.kind, conflict.state, conflict.ops) == ("not_permitted", "open", ops), "one for all of it"
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("roles", "outcome"),
    [
        ({SITE: ["picker"]}, "applied"),
        ({"*": ["picker"]}, "applied"),
        ({OTHER: ["picker"]}, "conflict"),
        ({}, "applied"),
    ],
)
def test_roles_at_the_site_or_everywhere_give_the_right(hall: Hall, roles: dict[str, list[str]], outcome: str) -> None:
    person(hall, roles)
    li = hall.picker("LI")
    op = li.receive(1, "A-01")
    li.sync()
    assert hall.outcome(op).outcome == outcome
    assert hall.held() == {"A-01": 1}


def test_a_right_that_is_given_back_settles_it(hall: Hall) -> None:
    person(hall, active=False)
    li = hall.picker("LI")
    li.receive(1, "A-01")
    li.sync()
    person(hall)
    li.record("problem_reported", {"text": "it was a mistake"})
    li.sync()
    assert [one.state for one in hall.conflicts()] == ["explained"]


def test_a_second_disagreement_of_the_same_fact_is_a_conflict_of_its_own(hall: Hall) -> None:
    person(hall, active=False)
    li = hall.picker("LI")
    op = li.move(1, "A-01", "A-02")
    li.sync()
    assert sorted(one.kind for one in hall.conflicts()) == ["not_permitted", "stock_short"]
    assert len(hall.outcome(op).conflicts) == 2
