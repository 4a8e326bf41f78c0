"""A terminal's local view: feeds, own work on top of them, and a feed that is read again (X6)."""

from __future__ import annotations

from contracts.terminal_under_test import (
    LEDGER,
    SITE,
    OfATerminal,
    TerminalUnderTest,
    applied,
    at,
    change,
    moved,
    new,
    settle,
    stock,
)

from sync.core.terminal import RowChange
from sync.wire.bodies import Picked, TaskClaimed, TaskReleased, Undone
from sync.wire.messages import GLOBAL_FEED, Outcome, feed_origin
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import Claim, Item, Task, row_key


def claim(by: str) -> Claim:
    return Claim(site=SITE, order="O1", by=by, terminal="T2", since="2026-11-02T07:00:00Z")


def _holder(terminal: TerminalUnderTest) -> tuple[str, str] | None:
    found = terminal.row(Claim, row_key(SITE, "O1", ""))
    return (found.by, found.since) if isinstance(found, Claim) else None


class ViewContract(OfATerminal):
    """The picture is the ledger's rows with own uncovered work on them."""

    # --- feeds

    def test_feeds_begin_at_their_origin_with_global_first(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            assert list(tx.feeds()) == [GLOBAL_FEED, SITE]
            for feed in tx.feeds():
                assert tx.cursor(feed) == Cursor(feed=feed, n=0, hash=feed_origin(LEDGER, feed))
                assert tx.shadow(feed) is None

    def test_rows_and_cursor_come_together(self, terminal: TerminalUnderTest) -> None:
        item = Item(code="4711", name="Lamp")
        with terminal.transaction() as tx:
            tx.put_rows(GLOBAL_FEED, [change(item)], at(GLOBAL_FEED, 1), shadow=False)
            tx.put_rows(SITE, [stock("A-01", 5)], at(SITE, 3), shadow=False)
        with terminal.transaction() as tx:
            assert (tx.cursor(GLOBAL_FEED), tx.cursor(SITE)) == (at(GLOBAL_FEED, 1), at(SITE, 3))
        assert terminal.row(Item, item.key) == item
        assert terminal.on_hand("A-01", "4711") == 5

    def test_a_change_without_a_row_removes_the_key(self, terminal: TerminalUnderTest) -> None:
        item = Item(code="4711", name="Lamp")
        with terminal.transaction() as tx:
            tx.put_rows(GLOBAL_FEED, [change(item)], at(GLOBAL_FEED, 1), shadow=False)
            tx.put_rows(GLOBAL_FEED, [RowChange("item", item.key, None)], at(GLOBAL_FEED, 2), shadow=False)
        assert terminal.row(Item, item.key) is None

    def test_the_part_of_a_snapshot_is_kept_in_the_cursor(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 5)], at(SITE, 3, part=1), shadow=False)
        with terminal.transaction() as tx:
            assert tx.cursor(SITE).part == 1

    # --- own work in the local view

    def test_own_work_shows_at_once_and_once(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 5)], at(SITE, 3), shadow=False)
        op = terminal.append(moved(2))
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (3, 2)
        with terminal.transaction() as tx:
            tx.store_outcomes([applied(op, 4)])
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (3, 2)
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 3), stock("A-02", 2)], at(SITE, 4), shadow=False)
            tx.cover(SITE, [op], shadow=False)
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (3, 2)

    def test_an_undo_takes_the_work_it_names_out_of_the_view(self, terminal: TerminalUnderTest) -> None:
        target = terminal.append(moved(2))
        terminal.append(new("undone", Undone(target=target)))
        assert (terminal.on_hand("A-01", "4711"), terminal.on_hand("A-02", "4711")) == (0, 0)

    def test_a_task_done_here_reads_done_until_the_ledger_shows_it(self, terminal: TerminalUnderTest) -> None:
        task = Task(site=SITE, id="t-1", kind="pick", item="4711", location="A-01", quantity=Quantity(2), order="O1")
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [change(task)], at(SITE, 3), shadow=False)
        picked = Picked(item="4711", quantity=Quantity(2), order="O1", line="1", location="A-01", to="TOTE")
        op = terminal.append(new("picked", picked, task="t-1"))
        mine = terminal.row(Task, task.key)
        assert isinstance(mine, Task)
        assert mine.state == "done"
        with terminal.transaction() as tx:
            tx.cover(SITE, [op], shadow=False)
        assert terminal.row(Task, task.key) == task

    def test_work_claimed_here_is_held_at_once_and_free_again_when_given_back(
        self, terminal: TerminalUnderTest
    ) -> None:
        op = terminal.append(new("task_claimed", TaskClaimed(order="O1")))
        assert _holder(terminal) == ("LI", "2026-11-02T08:00:00Z")
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [change(claim("LI"))], at(SITE, 2), shadow=False)
            settle(tx, op, n=2)
        assert _holder(terminal) == ("LI", "2026-11-02T07:00:00Z"), "as the ledger has it"
        terminal.append(new("task_released", TaskReleased(order="O1")))
        assert _holder(terminal) is None

    def test_a_claim_of_others_stands_until_it_is_taken_over_knowingly(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [change(claim("WANG"))], at(SITE, 1), shadow=False)
        terminal.append(new("task_claimed", TaskClaimed(order="O1")))
        terminal.append(new("task_released", TaskReleased(order="O1")))
        assert _holder(terminal) == ("WANG", "2026-11-02T07:00:00Z")
        terminal.append(new("task_claimed", TaskClaimed(order="O1", over="WANG")))
        assert _holder(terminal) == ("LI", "2026-11-02T08:00:00Z")

    def test_who_claimed_first_by_the_ledger_has_it_here_too_as_soon_as_that_is_known(
        self, terminal: TerminalUnderTest
    ) -> None:
        """Both began offline; the other arrived first."""
        op = terminal.append(new("task_claimed", TaskClaimed(order="O1")))
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [change(claim("WANG"))], at(SITE, 1), shadow=False)
        assert _holder(terminal) == ("WANG", "2026-11-02T07:00:00Z")
        with terminal.transaction() as tx:
            settle(tx, op, n=2)
        assert _holder(terminal) == ("WANG", "2026-11-02T07:00:00Z")

    def test_what_the_ledger_did_not_post_in_a_feed_leaves_that_feeds_view(self, terminal: TerminalUnderTest) -> None:
        """No page of a feed will ever cover an operation that the ledger posted in other feeds only."""
        op = terminal.append(moved(2))
        with terminal.transaction() as tx:
            tx.store_outcomes([Outcome(id=op, outcome="merged", n=4, feeds={"B": 4})])
        assert terminal.on_hand("A-02", "4711") == 0
        with terminal.transaction() as tx:
            tx.start_shadow(SITE)
            tx.swap_shadow(SITE)
        assert terminal.on_hand("A-02", "4711") == 0

    def test_covering_what_is_not_held_changes_nothing(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved(2))
        with terminal.transaction() as tx:
            tx.cover(SITE, ["nobody"], shadow=False)
            tx.cover(GLOBAL_FEED, [op], shadow=False)
        assert terminal.on_hand("A-02", "4711") == 2

    # --- reading a feed again (X6)

    def test_a_shadow_starts_empty_at_the_origin_and_the_live_rows_stay(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 5)], at(SITE, 3), shadow=False)
            tx.start_shadow(SITE)
        with terminal.transaction() as tx:
            assert tx.shadow(SITE) == Cursor(feed=SITE, n=0, hash=feed_origin(LEDGER, SITE))
            assert tx.cursor(SITE) == at(SITE, 3)
            tx.put_rows(SITE, [stock("A-01", 4)], at(SITE, 2), shadow=True)
            assert tx.shadow(SITE) == at(SITE, 2)
        assert terminal.on_hand("A-01", "4711") == 5

    def test_a_shadow_begun_again_forgets_what_it_had(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved(2))
        with terminal.transaction() as tx:
            tx.start_shadow(SITE)
            tx.put_rows(SITE, [stock("A-01", 4)], at(SITE, 2), shadow=True)
            tx.cover(SITE, [op], shadow=True)
            tx.start_shadow(SITE)
            assert tx.shadow(SITE) == Cursor(feed=SITE, n=0, hash=feed_origin(LEDGER, SITE))
            tx.swap_shadow(SITE)
        assert terminal.on_hand("A-01", "4711") == -2

    def test_a_swapped_shadow_becomes_the_picture_with_own_uncovered_work_on_it(
        self, terminal: TerminalUnderTest
    ) -> None:
        first, second = terminal.append(moved(1)), terminal.append(moved(2))
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 5), stock("A-09", 9)], at(SITE, 3), shadow=False)
            settle(tx, first, second)
            tx.start_shadow(SITE)
        assert terminal.on_hand("A-01", "4711") == 5
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 8)], at(SITE, 2), shadow=True)
            tx.cover(SITE, [first], shadow=True)
            tx.swap_shadow(SITE)
            assert tx.cursor(SITE) == at(SITE, 2)
            assert tx.shadow(SITE) is None
        assert terminal.on_hand("A-01", "4711") == 8 - 2
        assert terminal.on_hand("A-02", "4711") == 2
        assert terminal.on_hand("A-09", "4711") == 0

    def test_a_shadow_page_covers_only_in_the_shadow(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved(2))
        with terminal.transaction() as tx:
            tx.start_shadow(SITE)
            tx.cover(SITE, [op], shadow=True)
        assert terminal.on_hand("A-02", "4711") == 2
        with terminal.transaction() as tx:
            tx.swap_shadow(SITE)
        assert terminal.on_hand("A-02", "4711") == 0

    def test_work_done_while_a_shadow_is_read_survives_the_swap(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            tx.start_shadow(SITE)
        terminal.append(moved(2))
        with terminal.transaction() as tx:
            tx.swap_shadow(SITE)
        assert terminal.on_hand("A-02", "4711") == 2

    def test_an_undo_still_counts_after_a_swap(self, terminal: TerminalUnderTest) -> None:
        target = terminal.append(moved(2))
        with terminal.transaction() as tx:
            settle(tx, target)
        terminal.append(new("undone", Undone(target=target)))
        with terminal.transaction() as tx:
            tx.start_shadow(SITE)
            tx.put_rows(SITE, [stock("A-02", 2)], at(SITE, 10), shadow=True)
            tx.cover(SITE, [target], shadow=True)
            tx.swap_shadow(SITE)
        assert terminal.on_hand("A-02", "4711") == 0

    def test_an_undo_of_work_that_the_ledger_lost_takes_back_its_own_share_only(
        self, terminal: TerminalUnderTest
    ) -> None:
        target = terminal.append(moved(2))
        with terminal.transaction() as tx:
            settle(tx, target)
        terminal.append(new("undone", Undone(target=target)))
        with terminal.transaction() as tx:
            tx.start_shadow(SITE)
            tx.put_rows(SITE, [stock("A-02", 7)], at(SITE, 9), shadow=True)
            tx.swap_shadow(SITE)
        assert terminal.on_hand("A-02", "4711") == 7
