"""Undo before the ledger has seen it: what the local view shows while one of the two is on its way."""

from __future__ import annotations

import msgspec
import pytest
from contracts.terminal_under_test import SITE, OfATerminal, TerminalUnderTest, at, change, moved, new, settle, stock

from sync.wire.bodies import Picked, Undone
from sync.wire.messages import Outcome
from sync.wire.quantity import Quantity
from sync.wire.rows import Conflict, Task, row_key


class UndoContract(OfATerminal):
    """An undo takes back what its target did, once, and no more than that."""

    @pytest.mark.parametrize("outcome", ["quarantined", "waiting", "refused"])
    def test_the_undo_of_what_the_ledger_did_not_post_changes_nothing(
        self, terminal: TerminalUnderTest, outcome: str
    ) -> None:
        target = terminal.append(moved(2))
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 10)], at(SITE, 10), shadow=False)
            tx.store_outcomes([Outcome(id=target, outcome=outcome, n=10, feeds={SITE: 10})])
            tx.cover(SITE, [target], shadow=False)
        terminal.append(new("undone", Undone(target=target)))
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (10, 0)
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 8), stock("A-02", 2)], at(SITE, 11), shadow=False)
            tx.cover(SITE, [], shadow=False)
            tx.store_state(target, "applied")
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (10, 0), "now it was posted"

    def test_an_undo_turns_to_nothing_when_the_ledger_puts_its_target_aside(self, terminal: TerminalUnderTest) -> None:
        target = terminal.append(moved(2))
        terminal.append(new("undone", Undone(target=target)))
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 10)], at(SITE, 10), shadow=False)
            tx.store_outcomes([Outcome(id=target, outcome="quarantined", n=10, feeds={SITE: 10})])
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (10, 0)
        with terminal.transaction() as tx:
            tx.cover(SITE, [target], shadow=False)
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (10, 0)

    def test_only_the_first_undo_of_an_operation_counts(self, terminal: TerminalUnderTest) -> None:
        target = terminal.append(moved(2))
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 8), stock("A-02", 2)], at(SITE, 10), shadow=False)
            settle(tx, target)
        first = terminal.append(new("undone", Undone(target=target)))
        terminal.append(new("undone", Undone(target=target)))
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (10, 0)
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 10), stock("A-02", 0)], at(SITE, 11), shadow=False)
            settle(tx, first, n=11)
            tx.store_state(target, "undone")
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (10, 0)

    def test_a_second_undo_counts_where_the_ledger_put_the_first_one_aside(self, terminal: TerminalUnderTest) -> None:
        target = terminal.append(moved(2))
        first = terminal.append(new("undone", Undone(target=target)))
        terminal.append(new("undone", Undone(target=target)))
        with terminal.transaction() as tx:
            settle(tx, target)
            tx.put_rows(SITE, [stock("A-01", 8), stock("A-02", 2)], at(SITE, 11), shadow=False)
            tx.store_outcomes([Outcome(id=first, outcome="quarantined", n=11, feeds={SITE: 11})])
            tx.cover(SITE, [first], shadow=False)
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (10, 0)

    def test_what_somebody_else_has_undone_is_not_taken_back_again(self, terminal: TerminalUnderTest) -> None:
        target = terminal.append(moved(2))
        terminal.append(new("undone", Undone(target=target)))
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 10)], at(SITE, 11), shadow=False)
            settle(tx, target)
            tx.store_state(target, "undone")
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (10, 0)

    def test_goods_of_an_unknown_place_are_taken_back_from_where_the_ledger_put_them(
        self, terminal: TerminalUnderTest
    ) -> None:
        target = terminal.append(moved(2))
        terminal.append(new("undone", Undone(target=target)))
        subject = row_key("location", SITE, "A-02")
        missing = Conflict(site=SITE, id="c-1", kind="reference_unknown", state="open", subject=subject, ops=[target])
        with terminal.transaction() as tx:
            rows = [stock("A-01", 8), stock("@unknown", 2), change(missing)]
            tx.put_rows(SITE, rows, at(SITE, 10), shadow=False)
            tx.cover(SITE, [target], shadow=False)
        places = ("A-01", "A-02", "@unknown")
        assert [terminal.on_hand(place, "4711") for place in places] == [10, 0, 0]
        with terminal.transaction() as tx:
            explained = change(msgspec.structs.replace(missing, state="explained"))
            rows = [stock("A-02", 2), stock("@unknown", 0), explained]
            tx.put_rows(SITE, rows, at(SITE, 11), shadow=False)
            tx.cover(SITE, [], shadow=False)
        assert [terminal.on_hand(place, "4711") for place in places] == [10, 0, 0], "the place was made known"

    def test_work_after_an_undo_of_a_task_stands_when_the_undo_is_looked_at_again(
        self, terminal: TerminalUnderTest
    ) -> None:
        task = Task(site=SITE, id="t-1", kind="pick", item="4711", location="A-01", quantity=Quantity(2), order="O1")
        picked = Picked(item="4711", quantity=Quantity(2), order="O1", line="1", location="A-01", to="TOTE")
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [change(task)], at(SITE, 3), shadow=False)
        target = terminal.append(new("picked", picked, task="t-1"))
        terminal.append(new("undone", Undone(target=target)))
        terminal.append(new("picked", picked, task="t-1"))
        with terminal.transaction() as tx:
            settle(tx, target)
        found = terminal.row(Task, task.key)
        assert isinstance(found, Task)
        assert found.state == "done"
