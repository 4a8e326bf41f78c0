"""A terminal's stream: links, outcomes, the ledger's epochs, and a new epoch of its own (X6)."""

from __future__ import annotations

import pytest
from contracts.terminal_under_test import (
    LEDGER,
    SITE,
    TERMINAL,
    OfATerminal,
    TerminalUnderTest,
    applied,
    at,
    moved,
    settle,
    stock,
)

from sync.wire.canonical import ZERO_HASH
from sync.wire.messages import Outcome
from sync.wire.operation import Parent, decode_operation, link_hash, op_hash


class Stumble(Exception):
    """Something went wrong in the middle of a transaction."""


class StreamContract(OfATerminal):
    """What is recorded stands in one chain, and is answered once."""

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
