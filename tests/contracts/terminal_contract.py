"""What every implementation of a terminal's store must do, in memory and in SQLite alike.

An implementer's test module subclasses `TerminalContract` and gives the fixture `new_terminal`, a factory of
`TerminalUnderTest`:

    class TestMyStore(TerminalContract):
        @pytest.fixture
        def new_terminal(self, tmp_path): ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec
import pytest

from scanner_client.ports import NewOperation
from sync.core.terminal import RowChange, TerminalTransaction
from sync.wire.bodies import Counted, Moved, Picked, Received, TaskClaimed, TaskReleased, Undone
from sync.wire.canonical import ZERO_HASH, sha256_hex
from sync.wire.codec import encode
from sync.wire.messages import GLOBAL_FEED, Outcome, feed_origin
from sync.wire.operation import Cursor, Parent, decode_operation, link_hash, op_hash
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Claim, Conflict, Item, Row, Task, row_key

LEDGER, TERMINAL, SITE = "ledger-1", "T1", "A"


class TerminalUnderTest(Protocol):
    """An implementation, and the few looks from outside that the contract needs."""

    def transaction(self) -> AbstractContextManager[TerminalTransaction]:
        """Commits at the end of the block; an exception takes everything back and goes on."""

    def append(self, new: NewOperation) -> str:
        """Keep one confirmed operation durably, as the flow does. Its id."""

    def on_hand(self, location: str, item: str) -> int:
        """Units of free stock (no lot, no status) at the home site in the local view, own pending work included."""

    def row(self, kind: type[Row], key: str) -> Row | None:
        """A row of the local view, own pending work included."""

    def held(self) -> Sequence[str]:
        """Ids of the retained operations in the order of the stream."""

    def outcome(self, id: str) -> Outcome | None:
        """The stored outcome of a retained operation."""

    def alerts(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        """What people are shown, oldest first."""


class NewTerminal(Protocol):
    """A fresh terminal "T1" at site "A" of "ledger-1" in the epoch given, following `global` and "A"."""

    def __call__(self, *, epoch: str = ...) -> TerminalUnderTest: ...


class Stumble(Exception):
    """Something went wrong in the middle of a transaction."""


def body_of_move(quantity: int, location: str = "A-01", to: str = "A-02") -> Moved:
    return Moved(item="4711", quantity=Quantity(quantity), location=location, to=to)


def new(kind: str, body: object, task: str | None = None) -> NewOperation:
    return NewOperation(kind=kind, by="LI", body=body, at="2026-11-02T08:00:00Z", offset="+08:00", task=task)


def moved(quantity: int = 1, location: str = "A-01", to: str = "A-02") -> NewOperation:
    return new("moved", body_of_move(quantity, location, to))


def stock(location: str, units: int, item: str = "4711") -> RowChange:
    row = Balance(site=SITE, location=location, item=item, quantity=Quantity(units))
    return RowChange(row.table, row.key, encode(row))


def change(row: Row) -> RowChange:
    return RowChange(row.table, row.key, encode(row))


def at(feed: str, n: int, part: int = 0) -> Cursor:
    return Cursor(feed=feed, n=n, hash=sha256_hex(f"{feed} {n}".encode()), part=part)


def applied(id: str, n: int, **feeds: int) -> Outcome:
    return Outcome(id=id, outcome="applied", n=n, feeds=feeds or {SITE: n})


def settle(tx: TerminalTransaction, *ids: str, n: int = 10) -> None:
    """Outcome and cover for these operations, as one reply brings them."""
    for op in ids:
        tx.store_outcomes([applied(op, n)])
    tx.cover(SITE, ids, shadow=False)


def claim(by: str) -> Claim:
    return Claim(site=SITE, order="O1", by=by, terminal="T2", since="2026-11-02T07:00:00Z")


def _holder(terminal: TerminalUnderTest) -> tuple[str, str] | None:
    found = terminal.row(Claim, row_key(SITE, "O1", ""))
    return (found.by, found.since) if isinstance(found, Claim) else None


class TerminalContract:
    """The rules of `sync.core.terminal.TerminalTransaction`."""

    @pytest.fixture
    def new_terminal(self) -> NewTerminal:
        raise NotImplementedError("give the fixture new_terminal")

    @pytest.fixture
    def terminal(self, new_terminal: NewTerminal) -> TerminalUnderTest:
        return new_terminal(epoch="epoch-1")

    # --- the stream

    def test_a_new_terminal_has_an_empty_stream_from_the_zero_hash(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            assert (tx.ledger_id, tx.terminal) == (LEDGER, TERMINAL)
            head = tx.head()
            assert (head.epoch, head.seq, head.hash) == ("epoch-1", 0, ZERO_HASH)
            assert tx.first_unanswered() is None
            assert tx.first_retained() is None
            assert list(tx.offer(1, 10)) == []
            assert list(tx.ledger_epochs()) == []

    def test_each_appended_operation_gets_the_next_link_of_the_chain(self, terminal: TerminalUnderTest) -> None:
        ids = [terminal.append(moved(q)) for q in (1, 2, 3)]
        with terminal.transaction() as tx:
            offered = tx.offer(1, 10)
            before = ZERO_HASH
            for seq, (op, one) in enumerate(zip(ids, offered, strict=True), start=1):
                assert decode_operation(one.raw).id == op
                assert (one.link.epoch, one.link.seq, one.link.prev) == ("epoch-1", seq, before)
                assert one.link.op_hash == op_hash(one.raw)
                assert one.link.parent is None
                before = link_hash(one.link, ledger_id=LEDGER, terminal=TERMINAL)
                assert tx.link_hash(seq) == before
            assert (tx.head().seq, tx.head().hash) == (3, before)

    def test_an_operation_names_ledger_site_terminal_and_the_cursors_it_was_based_on(
        self, terminal: TerminalUnderTest
    ) -> None:
        with terminal.transaction() as tx:
            tx.put_rows(SITE, [stock("A-01", 5)], at(SITE, 7), shadow=False)
        terminal.append(moved())
        with terminal.transaction() as tx:
            operation = decode_operation(tx.offer(1, 1)[0].raw)
        assert (operation.ledger_id, operation.site, operation.terminal) == (LEDGER, SITE, TERMINAL)
        assert (operation.kind, operation.by) == ("moved", "LI")
        assert at(SITE, 7) in operation.basis

    def test_offers_start_where_asked_and_stop_at_the_limit(self, terminal: TerminalUnderTest) -> None:
        for quantity in (1, 2, 3, 4):
            terminal.append(moved(quantity))
        with terminal.transaction() as tx:
            assert [one.link.seq for one in tx.offer(2, 2)] == [2, 3]
            assert [one.link.seq for one in tx.offer(4, 10)] == [4]
            assert list(tx.offer(5, 10)) == []

    def test_only_a_stored_outcome_makes_an_operation_answered(self, terminal: TerminalUnderTest) -> None:
        first, second = terminal.append(moved(1)), terminal.append(moved(2))
        with terminal.transaction() as tx:
            assert tx.first_unanswered() == 1
            tx.store_outcomes([applied(second, 11)])
            assert tx.first_unanswered() == 1
            tx.store_outcomes([applied(first, 10)])
            assert tx.first_unanswered() is None
        assert terminal.outcome(first) == applied(first, 10)
        assert list(terminal.held()) == [first, second]

    def test_a_later_outcome_replaces_the_stored_one(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved())
        later = Outcome(id=op, outcome="applied", n=12, feeds={SITE: 12}, state="open", conflicts=["c-1"])
        with terminal.transaction() as tx:
            tx.store_outcomes([applied(op, 10)])
            tx.store_outcomes([later])
        assert terminal.outcome(op) == later

    def test_a_new_state_changes_how_an_answered_operation_stands_and_not_its_outcome(
        self, terminal: TerminalUnderTest
    ) -> None:
        op = terminal.append(moved())
        with terminal.transaction() as tx:
            tx.store_outcomes([Outcome(id=op, outcome="conflict", n=10, feeds={SITE: 10}, conflicts=["c-1"])])
            tx.store_state(op, "explained")
            tx.store_state("nobody", "explained")
        kept = terminal.outcome(op)
        assert kept == Outcome(id=op, outcome="conflict", n=10, feeds={SITE: 10}, conflicts=["c-1"], state="explained")

    def test_an_outcome_may_name_an_operation_by_its_hash(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved())
        with terminal.transaction() as tx:
            named = tx.offer(1, 1)[0].link.op_hash
            tx.store_outcomes([Outcome(id=named, outcome="quarantined", n=10, feeds={SITE: 10})])
            assert tx.first_unanswered() is None
        kept = terminal.outcome(op)
        assert kept is not None
        assert kept.outcome == "quarantined"

    @pytest.mark.parametrize("shadow", [False, True])
    def test_a_page_may_cover_an_operation_by_its_hash(self, terminal: TerminalUnderTest, shadow: bool) -> None:
        """Else what the ledger cannot read stays in the view, and nothing behind it is ever forgotten."""
        op = terminal.append(moved(5))
        with terminal.transaction() as tx:
            named = tx.offer(1, 1)[0].link.op_hash
            tx.store_outcomes([Outcome(id=named, outcome="quarantined", n=1, feeds={SITE: 1})])
            if shadow:
                tx.start_shadow(SITE)
            tx.cover(SITE, [named], shadow=shadow)
            if shadow:
                tx.swap_shadow(SITE)
        assert terminal.on_hand("A-02", "4711") == 0
        assert terminal.held() == [op]
        with terminal.transaction() as tx:
            tx.prune(1)
            assert tx.first_retained() is None

    def test_how_an_operation_stands_changes_beside_its_outcome(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved())
        with terminal.transaction() as tx:
            tx.store_outcomes([applied(op, 10)])
            tx.store_state(op, "undone")
            tx.store_state("nobody", "undone")
        kept = terminal.outcome(op)
        assert kept is not None
        assert (kept.outcome, kept.n, kept.state) == ("applied", 10, "undone")

    def test_an_outcome_of_an_unknown_operation_is_ignored(self, terminal: TerminalUnderTest) -> None:
        terminal.append(moved())
        with terminal.transaction() as tx:
            tx.store_outcomes([applied("nobody", 10)])
            assert tx.first_unanswered() == 1

    def test_a_failed_transaction_leaves_nothing_behind(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved(3))
        with pytest.raises(Stumble):
            _stumble_after_changing_everything(terminal, op)
        with terminal.transaction() as tx:
            assert list(tx.ledger_epochs()) == []
            assert tx.first_unanswered() == 1
            assert tx.head().epoch == "epoch-1"
            assert tx.cursor(SITE).n == 0
            assert tx.shadow(SITE) is None
        assert terminal.on_hand("A-01", "4711") == -3
        assert list(terminal.alerts()) == []

    # --- the ledger's epochs

    def test_adopted_ledger_epochs_are_kept_oldest_first(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            tx.adopt_ledger_epoch("le-1")
            tx.adopt_ledger_epoch("le-2")
        with terminal.transaction() as tx:
            assert list(tx.ledger_epochs()) == ["le-1", "le-2"]

    # --- a new epoch of the stream (X6)

    def test_a_minted_epoch_links_every_retained_operation_again_under_its_parent(
        self, terminal: TerminalUnderTest
    ) -> None:
        ids = [terminal.append(moved(q)) for q in (1, 2, 3)]
        with terminal.transaction() as tx:
            tx.store_outcomes([applied(ids[0], 10)])
            old = tx.head()
            raws = [one.raw for one in tx.offer(1, 10)]
            tx.mint_epoch("epoch-2")
        with terminal.transaction() as tx:
            offered = tx.offer(1, 10)
            assert [one.raw for one in offered] == raws
            assert [(one.link.epoch, one.link.seq) for one in offered] == [("epoch-2", seq) for seq in (1, 2, 3)]
            assert offered[0].link.parent == Parent(epoch="epoch-1", seq=3, hash=old.hash)
            assert offered[0].link.prev == old.hash
            assert [one.link.parent for one in offered[1:]] == [None, None]
            assert tx.head().hash == link_hash(offered[2].link, ledger_id=LEDGER, terminal=TERMINAL)
            assert tx.first_unanswered() == 2
        assert list(terminal.held()) == ids

    def test_work_goes_on_behind_the_links_of_a_minted_epoch(self, terminal: TerminalUnderTest) -> None:
        terminal.append(moved(1))
        with terminal.transaction() as tx:
            tx.mint_epoch("epoch-2")
        terminal.append(moved(2))
        with terminal.transaction() as tx:
            first, second = tx.offer(1, 10)
            assert second.link.seq == 2
            assert second.link.prev == link_hash(first.link, ledger_id=LEDGER, terminal=TERMINAL)

    def test_a_minted_epoch_without_operations_gives_its_parent_to_the_first_one(
        self, terminal: TerminalUnderTest
    ) -> None:
        op = terminal.append(moved(1))
        with terminal.transaction() as tx:
            settle(tx, op)
            old = tx.head()
            tx.prune(1)
            assert tx.first_retained() is None
            assert tx.head() == old
            tx.mint_epoch("epoch-2")
            assert (tx.head().epoch, tx.head().seq, tx.head().hash) == ("epoch-2", 0, old.hash)
        terminal.append(moved(2))
        with terminal.transaction() as tx:
            assert tx.offer(1, 1)[0].link.parent == Parent(epoch="epoch-1", seq=1, hash=old.hash)
            assert tx.offer(1, 1)[0].link.prev == old.hash

    def test_links_of_an_earlier_epoch_stay_with_the_operation(self, terminal: TerminalUnderTest) -> None:
        for quantity in (1, 2, 3):
            terminal.append(moved(quantity))
        with terminal.transaction() as tx:
            before = list(tx.offer(1, 10))
            tx.mint_epoch("epoch-2")
        with terminal.transaction() as tx:
            assert list(tx.retained_in("epoch-1", 2, 3, 10)) == before[1:]
            assert list(tx.retained_in("epoch-1", 1, 3, 1)) == before[:1]
            assert [one.link.seq for one in tx.retained_in("epoch-2", 1, 3, 10)] == [1, 2, 3]
            assert list(tx.retained_in("epoch-9", 1, 3, 10)) == []

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

    # --- undo, before the ledger has seen it

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

    # --- keeping

    def test_an_operation_is_forgotten_only_when_answered_covered_and_safe(self, terminal: TerminalUnderTest) -> None:
        ids = [terminal.append(moved(q)) for q in (1, 2, 3, 4)]
        with terminal.transaction() as tx:
            settle(tx, ids[0], ids[1])
            tx.store_outcomes([applied(ids[2], 11)])
            tx.prune(0)
            assert list(terminal.held()) == ids
            tx.prune(1)
        assert list(terminal.held()) == ids[1:]
        with terminal.transaction() as tx:
            tx.prune(4)
        assert list(terminal.held()) == ids[2:], "the third is answered and not covered"
        with terminal.transaction() as tx:
            assert tx.first_retained() == 3
            assert tx.link_hash(1) is None
            assert tx.link_hash(3) is not None
            assert [one.link.seq for one in tx.offer(3, 10)] == [3, 4]

    def test_only_a_prefix_of_the_stream_is_forgotten(self, terminal: TerminalUnderTest) -> None:
        ids = [terminal.append(moved(q)) for q in (1, 2)]
        with terminal.transaction() as tx:
            settle(tx, ids[1])
            tx.prune(2)
        assert list(terminal.held()) == ids

    def test_what_was_undone_is_kept_as_long_as_its_undo(self, terminal: TerminalUnderTest) -> None:
        ids = [terminal.append(moved(q)) for q in (1, 2, 3)]
        undo = terminal.append(new("undone", Undone(target=ids[1])))
        with terminal.transaction() as tx:
            settle(tx, *ids)
            tx.prune(4)
        assert list(terminal.held()) == [*ids[1:], undo]
        with terminal.transaction() as tx:
            settle(tx, undo)
            tx.prune(3)
            assert list(terminal.held()) == [*ids[1:], undo]
            tx.prune(4)
        assert list(terminal.held()) == []

    def test_an_operation_that_touches_a_feed_not_followed_waits_only_for_the_followed_ones(
        self, terminal: TerminalUnderTest
    ) -> None:
        op = terminal.append(moved())
        with terminal.transaction() as tx:
            tx.store_outcomes([applied(op, 10, A=10, B=4)])
            tx.cover(SITE, [op], shadow=False)
            tx.prune(1)
        assert list(terminal.held()) == []

    def test_work_without_postings_waits_for_its_cover_too(self, terminal: TerminalUnderTest) -> None:
        counted = Counted(location="A-01", item="4711", quantity=Quantity(5))
        op = terminal.append(new("counted", counted))
        with terminal.transaction() as tx:
            tx.store_outcomes([applied(op, 10)])
            tx.prune(1)
            assert list(terminal.held()) == [op]
            tx.cover(SITE, [op], shadow=False)
            tx.prune(1)
        assert list(terminal.held()) == []

    def test_a_cover_that_comes_before_its_outcome_counts(self, terminal: TerminalUnderTest) -> None:
        received = Received(item="4711", quantity=Quantity(5), location="DOCK")
        op = terminal.append(new("received", received))
        with terminal.transaction() as tx:
            tx.cover(SITE, [op], shadow=False)
            tx.store_outcomes([applied(op, 10)])
            tx.prune(1)
        assert list(terminal.held()) == []

    def test_nothing_is_forgotten_while_a_feed_is_read_again(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved())
        with terminal.transaction() as tx:
            settle(tx, op)
            tx.start_shadow(GLOBAL_FEED)
            tx.prune(1)
        assert list(terminal.held()) == [op]

    def test_after_a_swap_an_operation_waits_for_its_cover_again(self, terminal: TerminalUnderTest) -> None:
        op = terminal.append(moved())
        with terminal.transaction() as tx:
            settle(tx, op)
            tx.start_shadow(SITE)
            tx.swap_shadow(SITE)
            tx.prune(1)
        assert list(terminal.held()) == [op]

    # --- telling people

    def test_the_same_alert_is_told_once_until_it_is_cleared(self, terminal: TerminalUnderTest) -> None:
        with terminal.transaction() as tx:
            tx.alert("stream_forked", epoch="epoch-2")
            tx.alert("stream_forked", epoch="epoch-2")
            tx.alert("stream_forked", epoch="epoch-3")
            tx.alert("two_ledgers")
        told = [(kind, dict(facts)) for kind, facts in terminal.alerts()]
        assert told == [
            ("stream_forked", {"epoch": "epoch-2"}),
            ("stream_forked", {"epoch": "epoch-3"}),
            ("two_ledgers", {}),
        ]
        with terminal.transaction() as tx:
            tx.clear_alert("stream_forked")
        assert [kind for kind, _ in terminal.alerts()] == ["two_ledgers"]


def _stumble_after_changing_everything(terminal: TerminalUnderTest, op: str) -> None:
    with terminal.transaction() as tx:
        tx.adopt_ledger_epoch("le-1")
        tx.store_outcomes([applied(op, 10)])
        tx.put_rows(SITE, [stock("A-01", 5)], at(SITE, 10), shadow=False)
        tx.cover(SITE, [op], shadow=False)
        tx.start_shadow(SITE)
        tx.mint_epoch("epoch-2")
        tx.alert("two_ledgers")
        raise Stumble
