"""A supervisor frees what somebody has, or gives it to another; whoever had it is told between two lines (R10)."""

from __future__ import annotations

import pytest
from memory_terminal import NAME, SITE, TALL, Picker, warehouse

from scanner_client.core.cells import width
from scanner_client.core.view import SIZES, Size
from sync.wire.bodies import TaskClaimed, TaskReleased
from sync.wire.rows import Claim, Operator, Row

TOWEL = "9520000123451"


def people(language: str = "en") -> list[Row]:
    return [
        Operator(code="boss", name="Boss", badge="B-BOSS", roles={SITE: ["supervisor"]}, language=language),
        Operator(code="2001", name="Zhao", badge="B-ZHAO", roles={SITE: ["picker"]}),
        Operator(code="afar", name="Afar", badge="B-AFAR", roles={"S2": ["picker"]}),
    ]


def held(order: str = "SO-1", by: str = "li", terminal: str = "T9", since: str = "2026-09-21T12:40:00Z") -> Claim:
    return Claim(site=SITE, order=order, by=by, terminal=terminal, since=since)


def boss(*rows: Row, size: Size = TALL, language: str = "en") -> Picker:
    return Picker([*warehouse(), *people(language), *rows], size, language).scan("B-BOSS")


def shared(found: Picker) -> Picker:
    """With the list of orders that somebody has on the screen."""
    while "sharing" not in (shown := {value: digit for digit, value, _ in found.view.options}):
        found.press("8")
    return found.press(shown["sharing"])


def holder(found: Picker, order: str = "SO-1") -> str:
    row = found.store.live.get(("claim", held(order).key))
    return row.by if isinstance(row, Claim) else ""


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_order_is_freed_at_every_size(size: Size, language: str) -> None:
    found = shared(boss(held(), size=size, language=language))
    assert "SO-1" in found.view.text
    assert "Li" in found.view.text
    assert "SO-1" in found.press("1").view.text
    assert all(width(row) == size.width for row in found.view.rows)
    found.press("1")
    assert found.claims == [TaskReleased(order="SO-1", over="li", reason="freed")]
    assert (found.view.step, found.view.note, holder(found)) == ("menu", "note.shared_free", "")


@pytest.mark.parametrize("given", ["B-ZHAO", "2001"])
def test_an_order_is_given_to_somebody_by_badge_or_code(given: str) -> None:
    found = shared(boss(held())).press("1", "2")
    found = found.scan(given) if given.startswith("B") else found.type(given)
    assert found.claims == [TaskClaimed(order="SO-1", over="li", given_to="2001")]
    assert (found.view.step, found.view.note, holder(found)) == ("menu", "note.given", "2001")
    row = found.store.live[("claim", held().key)]
    assert isinstance(row, Claim)
    assert row.terminal == "", "nobody has opened it anywhere yet"


@pytest.mark.parametrize(("badge", "error"), [("B-LI", "refuse.has_it"), ("B-AFAR", "badge"), ("SO-1", "order")])
def test_it_is_given_to_nobody_who_has_it_or_does_not_work_here(badge: str, error: str) -> None:
    found = shared(boss(held())).press("1", "2").scan(badge)
    assert (found.view.step, found.view.error, found.claims) == ("whom", error, [])


def test_the_longest_held_stands_first_and_orders_of_other_sites_and_done_ones_stand_nowhere() -> None:
    rows = [held("SO-1"), held("SO-2", since="2026-09-20T08:00:00Z"), held("gone")]
    found = shared(boss(*rows, Claim(site="S2", order="SO-3", by="li", terminal="T8")))
    assert [value for _, value, _ in found.view.options] == ["SO-2", "SO-1"]


def test_only_supervisors_share_work_and_only_where_somebody_has_some() -> None:
    assert all(value != "sharing" for _, value, _ in boss().view.options)
    for badge in ("B-ZHAO", "B-WANG"):  # Wang has no role on record
        picker = Picker([*warehouse(), *people(), held()]).scan(badge)
        assert all(value != "sharing" for _, value, _ in picker.view.options)


def test_what_was_freed_meanwhile_is_not_freed_again() -> None:
    found = shared(boss(held())).press("1")
    del found.store.live[("claim", held().key)]
    assert (found.press("1").view.note, found.claims) == ("note.free_already", [])


def test_back_leaves_everything_as_it_was() -> None:
    found = shared(boss(held())).press("1", "2", "*", "0").press("0", "0")
    assert (found.view.step, found.claims, found.state.work.order) == ("menu", [], "")


# --- those who have it ------------------------------------------------------------------------------------------------


def learns(found: Picker) -> Picker:
    found._took(found.runtime.look())
    return found


def at_work() -> Picker:
    return Picker([*warehouse(), *people()]).scan("B-WANG").press("1").scan("SO-1")


def test_who_works_on_a_freed_order_is_told_between_two_lines_and_may_go_on() -> None:
    found = at_work().scan("A-03-02", TOWEL)
    del found.store.live[("claim", held().key)]
    assert learns(found).view.note == ""
    found.scan(TOWEL, TOWEL)
    assert (found.view.step, found.view.note) == ("location", "news.freed")
    found.scan("A-03-04")
    assert (found.view.step, holder(found)) == ("item", "wang")


def test_who_stands_between_two_lines_is_told_at_once() -> None:
    found = at_work()
    del found.store.live[("claim", held().key)]
    assert learns(found).view.note == "news.freed"
    assert learns(found.press("enter")).view.note == ""


def test_who_opens_an_order_is_not_told_that_it_was_freed() -> None:
    assert at_work().view.note == ""


def test_who_was_given_an_order_is_told_once_until_they_open_it() -> None:
    found = Picker([*warehouse(), *people(), held(by="2001", terminal="")]).scan("B-ZHAO")
    assert (found.view.note, "Yours now: SO-1" in found.view.text) == ("news.given", True)
    assert learns(found.press("enter")).view.note == ""
    found.press("1").scan("SO-1")
    assert found.claims == [TaskClaimed(order="SO-1")]
    row = found.store.live[("claim", held().key)]
    assert isinstance(row, Claim)
    assert row.terminal == NAME
