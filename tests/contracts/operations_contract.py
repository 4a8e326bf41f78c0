"""Operations in the ledger's memory, the streams they came in, and the terminals that sent them."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from contracts.ledger_under_test import OTHER, SITE, LedgerUnderTest, append, stock, stored

from server_stub.ledger.book import StoredOperation, Stream, Terminal
from sync.wire.messages import Gap, GapRange
from sync.wire.operation import Parent


class OperationsContract:
    """What terminals sent is kept, and found by every name that somebody asks for it by."""

    # --- operations

    def test_an_operation_is_kept_with_its_bytes_and_outcome(self, ledger: LedgerUnderTest) -> None:
        one = stored("o-1", 4)
        with ledger.writing(SITE) as book:
            book.add_operation(one, SITE)
        with ledger.reading() as book:
            kept = book.operation("o-1")
            assert kept is not None
            assert (kept.id, kept.op_hash, kept.terminal, kept.raw, kept.outcome) == (
                one.id,
                one.op_hash,
                one.terminal,
                one.raw,
                one.outcome,
            )
            assert book.operation("o-2") is None

    def test_covers_are_the_terminals_operations_by_their_number_in_the_feed(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE, OTHER) as book:
            book.add_operation(stored("o-2", 5, A=5, B=1), SITE)
            book.add_operation(stored("o-1", 4), SITE)
            book.add_operation(stored("x-1", 6, terminal="T2"), SITE)
            assert list(book.covered("T1", SITE, 0, 9)) == ["o-1", "o-2"]
            assert list(book.covered("T1", SITE, 4, 5)) == ["o-2"]
            assert list(book.covered("T1", SITE, 3, 4)) == ["o-1"]
            assert list(book.covered("T1", OTHER, 0, 9)) == ["o-2"]

    def test_a_changed_outcome_is_covered_where_it_was_first_and_in_further_feeds(
        self, ledger: LedgerUnderTest
    ) -> None:
        one = stored("o-1", 4, outcome="waiting")
        with ledger.writing(SITE, OTHER) as book:
            book.add_operation(one, SITE)
        later = msgspec.structs.replace(one.outcome, state="applied", feeds={SITE: 4, OTHER: 2}, conflicts=["c-1"])
        with ledger.writing(SITE, OTHER) as book:
            book.change_outcome("o-1", later)
        with ledger.reading() as book:
            kept = book.operation("o-1")
            assert kept is not None
            assert kept.outcome == later
            assert list(book.covered("T1", SITE, 0, 9)) == ["o-1"]
            assert list(book.covered("T1", OTHER, 0, 9)) == ["o-1"]

    def test_operations_are_found_by_the_conflicts_that_their_outcomes_name(self, ledger: LedgerUnderTest) -> None:
        def joining(id: str, n: int, *conflicts: str) -> StoredOperation:
            one = stored(id, n, outcome="conflict")
            return replace(one, outcome=msgspec.structs.replace(one.outcome, conflicts=list(conflicts)))

        with ledger.writing(SITE) as book:
            book.add_operation(joining("o-2", 1, "c-1"), SITE)
            book.add_operation(joining("o-1", 2, "c-1", "c-2"), SITE)
        with ledger.writing(SITE) as book:
            book.add_operation(joining("o-3", 3, "c-1"), SITE)
            late = joining("o-2", 1, "c-1", "c-2").outcome
            book.change_outcome("o-2", late)
            assert list(book.in_conflict("c-1")) == ["o-2", "o-1", "o-3"]
        with ledger.reading() as book:
            assert list(book.in_conflict("c-1")) == ["o-2", "o-1", "o-3"]
            assert list(book.in_conflict("c-2")) == ["o-2", "o-1"]
            assert list(book.in_conflict("c-3")) == []

    def test_operations_wait_for_their_subject_oldest_first(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            for n, op in enumerate(("o-2", "o-1", "o-3"), start=1):
                book.add_operation(stored(op, n, outcome="waiting"), SITE)
                book.set_waiting(op, "o-9" if op != "o-3" else "o-8")
            assert [one.id for one in book.waiting("o-9")] == ["o-2", "o-1"]
        with ledger.writing(SITE) as book:
            book.set_waiting("o-2", None)
            assert [one.id for one in book.waiting("o-9")] == ["o-1"]

    # --- streams

    def test_the_ledger_keeps_each_epoch_of_a_terminal_by_itself(self, ledger: LedgerUnderTest) -> None:
        parent = Parent(epoch="e-1", seq=2, hash="a" * 64)
        first, second = Stream("T1", "e-1", 2, "a" * 64), Stream("T1", "e-2", 1, "b" * 64, parent)
        with ledger.writing(SITE) as book:
            book.set_stream(first)
            book.set_stream(second)
            book.set_stream(Stream("T1", "e-1", 3, "c" * 64))
        with ledger.reading() as book:
            assert book.stream("T1", "e-1") == Stream("T1", "e-1", 3, "c" * 64)
            assert book.stream("T1", "e-2") == second
            assert book.stream("T2", "e-1") is None

    def test_a_link_leads_to_its_operation(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            book.add_operation(stored("o-1", 1), SITE)
            book.add_link("T1", "e-1", 1, "a" * 64, "o-1")
            assert book.link("T1", "e-1", 1) == "a" * 64
            assert book.linked_operation("T1", "e-1", 1) == "o-1"
            assert book.link("T1", "e-1", 2) is None
            assert book.linked_operation("T1", "e-2", 1) is None

    def test_open_gaps_are_kept_until_they_are_set_anew(self, ledger: LedgerUnderTest) -> None:
        gaps = [GapRange(epoch="e-1", from_seq=2, to_seq=4), GapRange(epoch="e-0", from_seq=1, to_seq=1)]
        with ledger.writing(SITE) as book:
            book.set_gaps("T1", gaps)
            assert sorted(map(repr, book.gaps("T1"))) == sorted(map(repr, gaps))
            assert list(book.gaps("T2")) == []
            book.set_gaps("T1", gaps[:1])
        with ledger.reading() as book:
            assert list(book.gaps("T1")) == gaps[:1]

    def test_the_last_link_of_a_declared_gap_is_known_and_has_no_operation(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            book.declare_gap("T1", "e-1", Gap(from_seq=2, to_seq=4, hash="d" * 64))
            assert book.link("T1", "e-1", 4) == "d" * 64
            assert book.linked_operation("T1", "e-1", 4) is None

    def test_the_last_link_of_a_gap_may_still_arrive(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            book.declare_gap("T1", "e-1", Gap(from_seq=2, to_seq=4, hash="d" * 64))
        with ledger.writing(SITE) as book:
            book.add_operation(stored("o-4", 1), SITE)
            book.add_link("T1", "e-1", 4, "d" * 64, "o-4")
            assert book.linked_operation("T1", "e-1", 4) == "o-4"

    # --- who is there

    def test_terminals_of_a_site_leave_out_the_revoked(self, ledger: LedgerUnderTest) -> None:
        ledger.add_terminal(Terminal("T2", SITE, b"key"))
        ledger.add_terminal(Terminal("T1", SITE))
        ledger.add_terminal(Terminal("T3", SITE, revoked=True))
        ledger.add_terminal(Terminal("T4", OTHER))
        with ledger.reading() as book:
            assert sorted(known.id for known in book.terminals(SITE)) == ["T1", "T2"]
            found = book.terminal("T3")
            assert found is not None
            assert found.revoked
            assert book.terminal("T9") is None

    def test_where_a_terminal_had_read_to_when_it_was_drained_is_kept(self, ledger: LedgerUnderTest) -> None:
        ledger.add_terminal(Terminal("T1", SITE))
        with ledger.writing(SITE) as book:
            book.set_drained("T1", SITE, 7)
            book.set_drained("T1", "global", 2)
            book.set_drained("T1", SITE, 9)
        with ledger.reading() as book:
            known = book.terminal("T1")
            assert known is not None
            assert known.drained == {SITE: 9, "global": 2}
            assert [one.drained for one in book.terminals(SITE)] == [known.drained]

    def test_a_backup_names_the_position_of_every_feed_and_stream(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            first = append(book, SITE, stock("A-01", 1))
            book.set_stream(Stream("T1", "e-1", 2, "a" * 64))
        ledger.add_backup()
        with ledger.writing(SITE) as book:
            append(book, SITE, stock("A-01", 2))
            book.set_stream(Stream("T1", "e-1", 5, "b" * 64))
        ledger.add_backup()
        with ledger.reading() as book:
            newest, older = list(book.backups())[:2]
        assert (older.feeds[SITE], older.streams) == ((1, first.hash), {("T1", "e-1"): 2})
        assert newest.feeds[SITE][0] == 2
        assert newest.streams == {("T1", "e-1"): 5}
