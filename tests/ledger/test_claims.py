"""Who works on what, as the ledger keeps it: on three books, with the log telling the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from ledger.hall import SITE, Hall, Picker

from server_stub.db import Ledger
from server_stub.ledger.office import cancel_order, put_rows, release_claims
from sync.wire.codec import decode
from sync.wire.messages import Change
from sync.wire.rows import Claim, Operator, Order

OPEN = {"order": "O1"}


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest, opened: Callable[[str], Ledger]) -> Iterator[Hall]:
    """A hall on each kind of book; what its log tells is compared with its tables at the end."""
    if request.param == "memory":
        yield Hall.empty()
        return
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    ledger = opened(request.getfixturevalue(name))
    yield Hall.over(ledger)
    assert ledger.verify() == []


@pytest.fixture
def order(hall: Hall) -> Hall:
    """O1 wants 5 and 1 lamps."""
    hall.stock(A_01=9)
    hall.order("O1", line1=5, line2=1)
    return hall


def claims(hall: Hall) -> list[tuple[str, str, str]]:
    """(order or task, by, since) of each claim."""
    return [(one.order or one.task, one.by, one.since[11:16]) for one in hall.rows(Claim, site=SITE)]


def claim(picker: Picker, by: str, at: str = "09:40", over: str = "", order: str = "O1") -> str:
    return picker.record("task_claimed", {"order": order, "over": over}, by=by, at=f"2026-11-02T{at}:00Z")


def release(picker: Picker, by: str) -> str:
    return picker.record("task_released", OPEN, by=by)


def words(hall: Hall, *ops: str) -> list[str]:
    return [hall.outcome(op).outcome for op in ops]


def test_who_opens_an_order_has_it_since_then_until_they_give_it_back(order: Hall) -> None:
    t1 = order.picker("T1")
    begun = claim(t1, "wang")
    t1.sync()
    assert claims(order) == [("O1", "wang", "09:40")]
    ended = release(t1, "wang")
    t1.sync()
    assert claims(order) == []
    assert words(order, begun, ended) == ["applied", "applied"]


def test_of_two_who_began_without_knowing_of_each_other_the_first_to_arrive_has_it(order: Hall) -> None:
    t1, t2 = order.picker("T1"), order.picker("T2")
    late, first = claim(t1, "wang", at="09:00"), claim(t2, "li", at="09:45")
    t2.sync()
    t1.sync()
    assert claims(order) == [("O1", "li", "09:45")], "no clock decides"
    assert words(order, first, late) == ["applied", "merged"]


def test_who_takes_over_has_it_and_the_release_of_the_one_before_changes_nothing(order: Hall) -> None:
    t1, t2 = order.picker("T1"), order.picker("T2")
    claim(t1, "wang")
    t1.sync()
    taken = claim(t2, "li", at="10:05", over="wang")
    t2.sync()
    given_back = release(t1, "wang")
    t1.sync()
    assert claims(order) == [("O1", "li", "10:05")]
    assert words(order, taken, given_back) == ["applied", "merged"]


def test_a_take_over_from_someone_who_no_longer_has_it_leaves_it_where_it_is(order: Hall) -> None:
    t1, t2 = order.picker("T1"), order.picker("T2")
    claim(t1, "wang")
    t1.sync()
    claim(t1, "zhao", over="wang")
    t1.sync()
    late = claim(t2, "li", over="wang")
    t2.sync()
    assert (claims(order)[0][1], words(order, late)) == ("zhao", ["merged"])


def test_who_comes_back_at_another_terminal_has_had_it_all_along(order: Hall) -> None:
    t1, t2 = order.picker("T1"), order.picker("T2")
    claim(t1, "wang")
    t1.sync()
    claim(t2, "wang", at="13:00")
    t2.sync()
    (found,) = order.rows(Claim, site=SITE)
    assert (found.by, found.terminal, found.since[11:16]) == ("wang", "T2", "09:40")


def test_a_claim_never_touches_goods_lines_tasks_or_the_order(order: Hall) -> None:
    t1, t2 = order.picker("T1"), order.picker("T2")
    claim(t1, "wang")
    t1.sync()
    picked = t2.pick(order.tasks("O1")[0])
    t2.sync()
    assert (order.outcome(picked).outcome, order.conflicts()) == ("applied", [])
    assert claims(order) == [("O1", "wang", "09:40")]


def test_a_claim_ends_with_the_order(order: Hall) -> None:
    t1 = order.picker("T1")
    claim(t1, "wang")
    for task in order.tasks("O1"):
        t1.pick(task)
    t1.sync()
    assert (order.state("O1"), claims(order)) == ("done", [])
    late = claim(t1, "li")
    t1.sync()
    assert (claims(order), words(order, late), order.outcome(late).reason) == ([], ["merged"], "not_open")


def test_a_claim_ends_when_the_order_is_cancelled(order: Hall) -> None:
    t1 = order.picker("T1")
    claim(t1, "wang")
    t1.sync()
    order.office(lambda book: cancel_order(book, Order(site=SITE, order="O1")))
    assert claims(order) == []


def test_the_office_frees_an_order_for_others(order: Hall) -> None:
    t1 = order.picker("T1")
    claim(t1, "wang")
    t1.sync()
    assert order.office(lambda book: release_claims(book, Order(site=SITE, order="O1")))
    assert claims(order) == []
    assert not order.office(lambda book: release_claims(book, Order(site=SITE, order="O1")))


def test_an_order_that_nobody_knows_is_claimed_by_nobody_and_raises_no_conflict(order: Hall) -> None:
    t1 = order.picker("T1")
    op = claim(t1, "wang", order="O9")
    t1.sync()
    assert (claims(order), order.conflicts(), words(order, op)) == ([], [], ["merged"])


def test_work_that_belongs_to_no_order_is_claimed_by_its_task(hall: Hall) -> None:
    """A count after a shortage, say: the task itself is the work, and its end ends the claim."""
    hall.stock(A_01=1)
    t1 = hall.picker("T1")
    t1.move(5, "A-01", "A-02")
    t1.drain()
    (count,) = hall.tasks("")
    t1.record("task_claimed", {}, task=count, by="wang", at="2026-11-02T09:40:00Z")
    t1.sync()
    assert claims(hall) == [(count.id, "wang", "09:40")]
    t1.record("short_reported", _short_of(count), task=count)
    t1.sync()
    assert claims(hall) == []


def _short_of(count: object) -> dict[str, str]:
    return {"order": "", "line": "", "item": "lamp", "location": "A-01", "quantity": "0"}


def test_a_claim_of_nothing_is_put_aside(order: Hall) -> None:
    t1 = order.picker("T1")
    op = t1.record("task_claimed", {})
    t1.sync()
    assert (order.outcome(op).outcome, order.outcome(op).reason) == ("quarantined", "malformed")


def test_an_undo_of_a_claim_changes_nothing_for_only_a_release_ends_one(order: Hall) -> None:
    t1 = order.picker("T1")
    op = claim(t1, "wang")
    t1.undo(op)
    t1.sync()
    assert claims(order) == [("O1", "wang", "09:40")]


def test_the_terminals_of_the_site_hear_who_has_it(order: Hall) -> None:
    t1, t2 = order.picker("T1"), order.picker("T2")
    t2.sync()
    claim(t1, "wang")
    t1.sync()
    changes = [decode(change, Change) for page in t2.sync().pages for change in page.changes]
    assert "claim" in [table for change in changes for table, _, _ in change.set]


# --- shared out by a supervisor ---------------------------------------------------------------------------------------

PEOPLE = (
    Operator(code="boss", roles={SITE: ["supervisor"]}),
    Operator(code="li", roles={SITE: ["picker"]}),
    Operator(code="gone", roles={SITE: ["picker"]}, active=False),
    Operator(code="yard", roles={"YARD": ["picker"]}),
)


def told(hall: Hall, op: str) -> tuple[str, str]:
    return hall.outcome(op).outcome, hall.outcome(op).reason


@pytest.mark.parametrize(
    ("by", "given_to", "word", "holds"),
    [
        ("boss", "li", ("applied", ""), "li"),
        ("li", "li", ("refused", "not_permitted"), "wang"),
        ("boss", "gone", ("refused", "no_such_operator"), "wang"),
        ("boss", "yard", ("refused", "no_such_operator"), "wang"),
        ("boss", "nobody", ("refused", "no_such_operator"), "wang"),
    ],
)
def test_a_supervisor_gives_an_order_to_who_works_there(
    by: str, given_to: str, word: tuple[str, str], holds: str
) -> None:
    order = shared_hall()
    desk = order.picker("T2")
    op = desk.record("task_claimed", {"order": "O1", "over": "wang", "given_to": given_to}, by=by)
    desk.sync()
    assert told(order, op) == word
    assert [one.by for one in order.rows(Claim)] == [holds]


@pytest.mark.parametrize(
    ("by", "over", "word", "left"),
    [
        ("boss", "wang", ("applied", ""), 0),
        ("boss", "li", ("merged", ""), 1),
        ("li", "wang", ("refused", "not_permitted"), 1),
        ("wang", "wang", ("applied", ""), 0),
    ],
)
def test_a_supervisor_frees_what_somebody_has_and_nobody_else_does(
    by: str, over: str, word: tuple[str, str], left: int
) -> None:
    order = shared_hall()
    desk = order.picker("T2")
    op = desk.record("task_released", {"order": "O1", "over": over}, by=by)
    desk.sync()
    assert (told(order, op), len(order.rows(Claim))) == (word, left)


def shared_hall() -> Hall:
    """O1 is Wang's. One kind of book will do: nothing here is new to the others."""
    order = Hall.empty()
    order.stock(A_01=9)
    order.order("O1", line1=5)
    order.office(lambda book: put_rows(book, PEOPLE))
    t1 = order.picker("T1")
    claim(t1, "wang")
    t1.sync()
    return order
