"""Undos that came before what they take back, from another site: judged when it comes, and told the same by the log."""

from __future__ import annotations

import pytest
from ledger.hall import OTHER, SITE, Hall, Picker
from ledger.twins import problems

from server_stub.ledger.office import put_rows
from sync.wire.rows import Conflict, Location, Site

THERE = pytest.mark.parametrize("there", [OTHER, "ATTIC"], ids=["a site after ours", "a site before ours"])
"""Feeds are read again in the order of their names."""


def waits(hall: Hall, there: str) -> tuple[str, Picker]:
    """Li has undone what Wang received there, and Wang has yet to send it."""
    places = [Location(site=there, code=code) for code in ("Y-01", "Y-02")]
    hall.office(lambda book: put_rows(book, [Site(code=there)]))
    hall.office(lambda book: put_rows(book, places))
    li, wang = hall.picker("LI"), hall.picker("WANG", there)
    wang.receive(3, "Y-01")
    undo = li.undo("WANG-1")
    li.sync()
    assert hall.outcome(undo).outcome == "waiting"
    return undo, wang


@THERE
def test_an_undo_takes_effect_when_its_target_comes_from_another_site(each_hall: Hall, there: str) -> None:
    undo, wang = waits(each_hall, there)
    wang.sync()
    found = each_hall.outcome(undo)
    assert (found.outcome, found.state, set(found.feeds)) == ("waiting", "applied", {SITE, there})
    assert each_hall.outcome("WANG-1").state == "undone"
    assert each_hall.held(site=there) == {}
    assert problems(each_hall) == []


@THERE
def test_an_undo_of_goods_that_were_moved_on_is_explained_when_more_of_them_come(each_hall: Hall, there: str) -> None:
    undo, wang = waits(each_hall, there)
    zhao = each_hall.picker("ZHAO", there)
    zhao.move(2, "Y-01", "Y-02")
    zhao.sync()
    wang.sync()
    assert each_hall.outcome(undo).state == "provisional"
    assert problems(each_hall) == []
    zhao.receive(2, "Y-01")
    zhao.sync()
    assert each_hall.outcome(undo).state == "explained"
    assert {one.state for one in each_hall.rows(Conflict, site=there)} == {"explained"}
    assert each_hall.held(site=there) == {"Y-02": 2}
    assert problems(each_hall) == []
