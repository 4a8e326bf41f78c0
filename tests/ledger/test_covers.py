"""What a page covers comes with what became of it, whichever replies were lost before (X3)."""

from __future__ import annotations

import pytest
from ledger.hall import Hall, Picker


@pytest.fixture
def li(hall: Hall) -> Picker:
    hall.stock(A_01=5)
    li = hall.picker("LI")
    li.sync()
    li.move(1, "A-01", "A-02")
    li.record("moved", {"item": "lamp", "quantity": "0.5", "location": "A-01", "to": "A-02"})
    return li


def outcomes(li: Picker, push: int) -> list[tuple[str, str]]:
    """What one round trip tells; no operation is told of twice."""
    reply = li.exchange(push=push)
    assert [id for page in reply.pages for id in page.covers] == ["LI-1", "LI-2"]
    return sorted((one.id, one.outcome) for one in reply.outcomes)


def test_outcomes_of_a_lost_reply_come_with_the_page_that_covers_them(li: Picker) -> None:
    before = dict(li.cursors)
    told = outcomes(li, push=2)
    assert told == [("LI-1", "applied"), ("LI-2", "quarantined")]
    li.cursors = before
    assert outcomes(li, push=0) == told
