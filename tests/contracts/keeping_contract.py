"""How long a terminal keeps an operation, and what it tells people."""

from __future__ import annotations

from contracts.terminal_under_test import SITE, OfATerminal, TerminalUnderTest, applied, moved, new, settle

from sync.wire.bodies import Counted, Received, Undone
from sync.wire.messages import GLOBAL_FEED
from sync.wire.quantity import Quantity


class KeepingContract(OfATerminal):
    """Nothing is forgotten that anybody may still ask for."""

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
