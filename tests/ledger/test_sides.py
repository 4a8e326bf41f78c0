"""What a conflict tells whoever decides it: what was seen, who did what and when, what the ledger has now (X2)."""

from __future__ import annotations

from typing import Any

import pytest
from ledger.hall import LEDGER, SITE, Hall, Picker
from simulator.memory_book import MemoryLedger

from server_stub.db import Ledger
from server_stub.ledger import sides
from server_stub.ledger.office import put_order
from sync.wire.quantity import Quantity
from sync.wire.rows import Conflict, Order, OrderLine


class Watch:
    """The ledger's clock."""

    def __init__(self) -> None:
        self.now = "2026-11-02T01:40:00Z"

    def __call__(self) -> str:
        return self.now

    def at(self, clock: str) -> None:
        self.now = f"2026-11-02T{clock}:00Z"


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def hall(watch: Watch) -> Hall:
    ledger = MemoryLedger(LEDGER, "ledger-epoch-1", watch)
    return Hall(ledger, ledger.register)


def take(who: Picker, count: int, clock: str, by: str, known: int | None = None, item: str = "lamp") -> str:
    """Goods moved from A-01 to T-1, as a terminal records it."""
    body: dict[str, Any] = {"item": item, "quantity": str(count), "location": "A-01", "to": "T-1", "unit": "box"}
    if known is not None:
        body |= {"known": str(known), "as_of": "2026-11-02T01:40:00Z"}
    return who.record("moved", body, by=by, at=f"2026-11-02T{clock}:00Z")


def only(hall: Hall) -> Conflict:
    (conflict,) = hall.conflicts()
    return conflict


def test_a_short_account_tells_what_was_seen_what_both_did_and_what_the_ledger_has(hall: Hall, watch: Watch) -> None:
    """The story of the screen contract: saw 12, you 8, Li 7, ledger -3."""
    hall.stock(A_01=12)
    wang, li = hall.picker("WANG"), hall.picker("LI")
    wang.sync(), li.sync()
    take(wang, 8, "01:42", "wang", known=12)
    take(li, 7, "01:41", "li", known=12)
    watch.at("01:43")
    li.sync()
    watch.at("02:38")
    wang.sync()
    assert only(hall).facts == {
        "item": "lamp", "location": "A-01", "basis": "2", "saw": "12", "saw_at": "2026-11-02T01:40:00Z",
        "did": "moved 8 lamp A-01 T-1", "did_kind": "moved", "did_by": "wang", "did_terminal": "WANG",
        "did_quantity": "8", "did_unit": "box", "did_at": "2026-11-02T01:42:00Z",
        "did_arrived": "2026-11-02T02:38:00Z",
        "they_did": "moved 7 lamp A-01 T-1", "they_kind": "moved", "they_by": "li", "they_terminal": "LI",
        "they_quantity": "7", "they_unit": "box", "they_at": "2026-11-02T01:41:00Z",
        "they_arrived": "2026-11-02T01:43:00Z",
        "ledger_now": "-3", "ledger_at": "2026-11-02T02:38:00Z",
    }  # fmt: skip


def test_of_several_who_took_the_newest_is_named_with_the_others_and_quantities_add_up(hall: Hall) -> None:
    hall.stock(A_01=12)
    people = [hall.picker(name) for name in ("WANG", "LI", "ZHOU")]
    wang, li, zhou = people
    assert all(one.sync() for one in people)
    take(li, 2, "01:41", "li"), take(li, 3, "01:42", "li"), take(zhou, 4, "01:43", "zhou"), take(wang, 8, "01:44", "w")
    li.sync(), zhou.sync(), wang.sync()
    facts = only(hall).facts
    assert (facts["they_by"], facts["they_with"], facts["they_quantity"]) == ("zhou", "li", "9")
    assert facts["they_did"] == "moved 4 lamp A-01 T-1"


def test_own_work_work_taken_back_and_work_seen_before_are_nobody_elses(hall: Hall) -> None:
    hall.stock(A_01=12)
    wang, li = hall.picker("WANG"), hall.picker("LI")
    take(li, 1, "01:30", "li")
    li.sync(), wang.sync()
    undone = take(li, 5, "01:41", "li")
    li.undo(undone)
    li.receive(1, "A-01")
    li.sync()
    take(wang, 6, "01:42", "wang"), take(wang, 8, "01:43", "wang")
    wang.sync()
    assert not [name for name in only(hall).facts if name.startswith("they")]
    assert only(hall).facts["did_quantity"] == "8", "the six that were there are no part of it"


@pytest.mark.parametrize(("who", "they"), [("WANG", ""), ("LI", "2")])
def test_whoever_takes_more_joins_their_own_side(hall: Hall, watch: Watch, who: str, they: str) -> None:
    wang, li = hall.picker("WANG"), hall.picker("LI")
    take(wang, 3, "01:42", "wang")
    wang.sync()
    watch.at("02:00")
    later = {"WANG": wang, "LI": li}[who]
    take(later, 2, "01:50", who.lower())
    later.sync()
    facts = only(hall).facts
    assert (facts["did_quantity"], facts.get("they_quantity", "")) == ("3" if they else "5", they)
    assert (facts["ledger_now"], facts["ledger_at"]) == ("-5", "2026-11-02T02:00:00Z")
    assert facts["they_did" if they else "did"] == "moved 2 lamp A-01 T-1"


def test_other_goods_of_a_cancelled_order_do_not_add_up(hall: Hall, watch: Watch) -> None:
    hall.stock(A_01=5, A_02=5)
    lines = [("1", "lamp"), ("2", "cup")]
    wanted = [OrderLine(site=SITE, order="O1", line=line, item=item, quantity=Quantity(2)) for line, item in lines]
    hall.office(lambda book: put_order(book, Order(site=SITE, order="O1"), wanted))
    li = hall.picker("LI")
    li.sync()
    watch.at("02:00")
    fewer = [line for line in wanted if line.line == "0"]
    hall.office(lambda book: put_order(book, Order(site=SITE, order="O1"), fewer))
    for line, item in lines:
        body = {"item": item, "quantity": "2", "order": "O1", "line": line, "location": "A-01", "to": "T-1"}
        li.record("picked", body)
    watch.at("02:30")
    li.sync()
    conflict = next(one for one in hall.conflicts() if one.kind == "order_changed")
    facts = conflict.facts
    assert len(conflict.ops) == 2
    assert (facts["item"], facts["did_quantity"], facts["ordered"], facts["received"]) == ("lamp", "2", "0", "0")
    assert (facts["they_kind"], facts["they_by"], facts["they_at"]) == ("changed", "office", "2026-11-02T02:00:00Z")


def test_a_line_finished_twice_tells_who_was_first_and_when_the_ledger_heard_of_it(hall: Hall, watch: Watch) -> None:
    hall.stock(A_01=5)
    hall.order("O1", line1=5)
    task = hall.task("O1")
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.pick(task, "T-1"), wang.pick(task, "T-2")
    watch.at("01:41")
    li.sync()
    watch.at("02:38")
    wang.sync()
    facts = only(hall).facts
    assert (facts["they_terminal"], facts["they_quantity"], facts["they_arrived"]) == (
        "LI", "5", "2026-11-02T01:41:00Z",
    )  # fmt: skip
    assert (facts["ordered"], facts["received"], facts["ledger_now"]) == ("5", "5", "10")


def test_a_cursor_that_is_not_of_this_log_says_nothing_about_others(hall: Hall) -> None:
    hall.stock(A_01=3)
    wang, li = hall.picker("WANG"), hall.picker("LI")
    take(li, 2, "01:41", "li")
    li.sync()
    wang.cursors[SITE] = type(wang.cursors[SITE])(feed=SITE, n=1, hash="ab" * 32)
    take(wang, 2, "01:42", "wang")
    wang.sync()
    assert "they_by" not in only(hall).facts


def test_only_so_many_entries_are_looked_through(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that was away for a week must not make the ledger read a week's log for each of its takes."""
    monkeypatch.setattr(sides, "ENTRIES_READ", 3)
    hall.stock(A_01=3)
    wang, li, zhou = hall.picker("WANG"), hall.picker("LI"), hall.picker("ZHOU")
    wang.sync()
    take(zhou, 1, "01:30", "zhou"), zhou.sync()
    take(li, 1, "01:31", "li"), li.receive(1, "STAGE"), li.receive(1, "STAGE"), li.sync()
    take(wang, 2, "01:42", "wang"), wang.sync()
    facts = only(hall).facts
    assert (facts["they_by"], facts.get("they_with", "")) == ("li", "")


def test_what_was_compacted_away_is_left_out(stored_hall: Hall, ledger: Ledger) -> None:
    hall = stored_hall
    hall.stock(A_01=3)
    hall.order("O1", line1=2)
    task = hall.task("O1")
    wang, li = hall.picker("WANG"), hall.picker("LI")
    wang.sync(), li.sync()
    li.pick(task), li.sync()
    ledger.compact(SITE)
    take(li, 1, "01:41", "li"), li.sync()
    wang.pick(task), take(wang, 1, "01:42", "wang"), wang.sync()
    twice = next(one for one in hall.conflicts() if one.kind == "task_done_twice")
    assert (twice.facts["they_by"], twice.facts.get("they_arrived", "")) == ("li", "")
