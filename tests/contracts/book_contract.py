"""What every implementation of the ledger's memory must do, over dictionaries and over SQL alike.

An implementer's test module subclasses `BookContract` and gives the fixture `ledger`, a fresh `LedgerUnderTest`
named "ledger-1" that knows no terminal and has an empty log.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

import msgspec
import pytest

from server_stub.ledger.book import Book, LogEntry, NeedsFeed, StoredOperation, Stream, Terminal
from sync.wire.canonical import chain_hash
from sync.wire.codec import decode, encode
from sync.wire.messages import Gap, GapRange, Outcome, feed_origin
from sync.wire.operation import Cursor, Parent, new_operation, op_hash
from sync.wire.quantity import Quantity
from sync.wire.rows import BY_TABLE, Balance, Conflict, Item, Location, OrderLine, Row, Task

LEDGER, SITE, OTHER = "ledger-1", "A", "B"


class LedgerUnderTest(Protocol):
    """An implementation, and the few acts from outside that the contract needs."""

    def writing(self, *feeds: str) -> AbstractContextManager[Book]:
        """A transaction that holds the locks of these feeds. Commits at the end; an exception takes it all back."""

    def reading(self) -> AbstractContextManager[Book]: ...
    def add_terminal(self, terminal: Terminal) -> None:
        """Register it, or replace what is registered under its id."""

    def add_backup(self) -> None:
        """Record a verified backup of the present state."""

    def compact(self, feed: str, *, rows_per_part: int) -> None:
        """Make a snapshot at the feed's head and drop the log up to there."""


class Stumble(Exception):
    """Something went wrong in the middle of a transaction."""


def append(book: Book, feed: str, *rows: Row) -> LogEntry:
    """One log entry that sets these rows, written as `server_stub.ledger.log` does."""
    head = book.feed_head(feed)
    body = encode({"n": head.n + 1, "feed": feed, "set": [[row.table, row.key, row] for row in rows]})
    entry = LogEntry(feed, head.n + 1, chain_hash(head.hash, body), body)
    book.append(entry)
    for row in rows:
        book.write(type(row), row.key, row)
    return entry


def stock(location: str, units: int, item: str = "4711", site: str = SITE) -> Balance:
    return Balance(site=site, location=location, item=item, quantity=Quantity(units))


def task(id: str, order: str = "O1", site: str = SITE) -> Task:
    return Task(site=site, id=id, kind="pick", item="4711", location="A-01", quantity=Quantity(1), order=order)


def conflict(id: str, state: str, subject: str) -> Conflict:
    return Conflict(site=SITE, id=id, kind="stock_short", state=state, subject=subject)


def stored(id: str, n: int, *, outcome: str = "applied", terminal: str = "T1", **feeds: int) -> StoredOperation:
    raw = new_operation(
        id=id,
        ledger_id=LEDGER,
        site=SITE,
        terminal=terminal,
        kind="problem_reported",
        at="2026-11-02T08:00:00Z",
        offset="+08:00",
        by="LI",
        body={"text": id},
    )
    return StoredOperation(
        id, op_hash(raw), terminal, raw, Outcome(id=id, outcome=outcome, n=n, feeds=feeds or {SITE: n})
    )


def origin(feed: str) -> Cursor:
    return Cursor(feed=feed, n=0, hash=feed_origin(LEDGER, feed))


class BookContract:
    """The rules of `server_stub.ledger.book.Book`."""

    @pytest.fixture
    def ledger(self) -> LedgerUnderTest:
        raise NotImplementedError("give the fixture ledger")

    # --- rows

    def test_a_written_row_is_read_in_the_same_transaction_and_after_it(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            append(book, SITE, stock("A-01", 5))
            assert book.get(Balance, stock("A-01", 0).key) == stock("A-01", 5)
        with ledger.reading() as book:
            assert book.get(Balance, stock("A-01", 0).key) == stock("A-01", 5)
            assert book.get(Balance, stock("A-02", 0).key) is None

    def test_a_removed_row_is_gone(self, ledger: LedgerUnderTest) -> None:
        row = stock("A-01", 5)
        with ledger.writing(SITE) as book:
            append(book, SITE, row)
            book.write(Balance, row.key, None)
            assert book.get(Balance, row.key) is None
            assert list(book.select(Balance, site=SITE, item="4711")) == []

    def test_every_field_of_a_row_comes_back_as_written(self, ledger: LedgerUnderTest) -> None:
        rows: list[Row] = [
            Item(code="0012", name="Lamp", name_zh="灯", scale=3, tracking="le", blocked=True),
            Location(site=SITE, code="A-01", walk=7, check="42"),
            Balance(
                site=SITE, location="A-01", item="0012", lot="L", serial="S", lpn="P", quantity=Quantity(-12500, 3)
            ),
            OrderLine(site=SITE, order="O1", line="1", item="0012", quantity=Quantity(7), done=Quantity(2)),
            Conflict(site=SITE, id="c", kind="k", state="open", subject="s", n=3, ops=["a", "b"], facts={"you": "2"}),
        ]
        with ledger.writing("global", SITE) as book:
            append(book, "global", rows[0])
            append(book, SITE, *rows[1:])
        with ledger.reading() as book:
            assert [book.get(type(row), row.key) for row in rows] == rows

    @pytest.mark.parametrize(
        ("kind", "equal", "expected"),
        [
            (Task, {"site": SITE, "order": "O1"}, ["t-1", "t-3"]),
            (Task, {"site": OTHER, "order": "O1"}, ["t-9"]),
            (Task, {"site": SITE, "order": "O1", "state": "done"}, []),
        ],
    )
    def test_rows_are_selected_by_equal_columns_in_key_order(
        self, ledger: LedgerUnderTest, kind: type[Task], equal: dict[str, str], expected: list[str]
    ) -> None:
        with ledger.writing(SITE, OTHER) as book:
            append(book, SITE, task("t-3"), task("t-1"), task("t-2", order="O2"))
            append(book, OTHER, task("t-9", site=OTHER))
            assert [row.id for row in book.select(kind, **equal)] == expected

    def test_a_row_that_changes_moves_between_selections(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            append(book, SITE, conflict("c-1", "provisional", "s"))
        with ledger.writing(SITE) as book:
            append(book, SITE, conflict("c-1", "open", "s"))
            assert list(book.select(Conflict, site=SITE, state="provisional")) == []
            assert [row.id for row in book.select(Conflict, site=SITE, state="open")] == ["c-1"]
            assert [row.id for row in book.select(Conflict, site=SITE, subject="s")] == ["c-1"]

    def test_stock_is_selected_by_place_and_by_item(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            append(book, SITE, stock("A-01", 1, "4711"), stock("A-01", 2, "4712"), stock("A-02", 3, "4711"))
            assert [row.item for row in book.select(Balance, site=SITE, location="A-01")] == ["4711", "4712"]
            assert [row.location for row in book.select(Balance, site=SITE, item="4711")] == ["A-01", "A-02"]

    def test_where_no_column_is_named_all_rows_are_selected(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing("global") as book:
            append(book, "global", Item(code="4712"))
        with ledger.writing("global") as book:
            append(book, "global", Item(code="4711"))
            assert [row.code for row in book.select(Item)] == ["4711", "4712"]

    def test_a_failed_transaction_leaves_nothing_behind(self, ledger: LedgerUnderTest) -> None:
        ledger.add_terminal(Terminal("T1", SITE))
        with ledger.writing(SITE) as book:
            append(book, SITE, stock("A-01", 5), conflict("c-1", "open", "s"))
        with pytest.raises(Stumble):
            _stumble_after_changing_everything(ledger)
        with ledger.reading() as book:
            assert book.get(Balance, stock("A-01", 0).key) == stock("A-01", 5)
            assert [row.id for row in book.select(Conflict, site=SITE, state="open")] == ["c-1"]
            assert book.feed_head(SITE).n == 1
            assert book.operation("o-1") is None
            assert book.stream("T1", "e-1") is None
            assert book.link("T1", "e-1", 1) is None
            assert list(book.gaps("T1")) == []
            assert list(book.covered("T1", SITE, 0, 99)) == []
            assert list(book.waiting("o-0")) == []
            known = book.terminal("T1")
            assert known is not None
            assert known.drained == {}

    # --- the log

    def test_a_feed_begins_at_its_origin(self, ledger: LedgerUnderTest) -> None:
        with ledger.reading() as book:
            assert book.feed_head(SITE) == origin(SITE)
            assert book.hash_at(SITE, 0) == origin(SITE).hash
            assert book.floor(SITE) == 0
            assert list(book.entries(SITE, 0, 10)) == []
            assert book.snapshot(SITE, at=None, part=1) is None

    def test_entries_are_read_back_as_written_and_in_order(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE, OTHER) as book:
            mine = [append(book, SITE, stock("A-01", units)) for units in (1, 2, 3)]
            append(book, OTHER, stock("B-01", 1, site=OTHER))
            assert book.feed_head(SITE) == Cursor(feed=SITE, n=3, hash=mine[2].hash)
        with ledger.reading() as book:
            assert list(book.entries(SITE, 0, 10)) == mine
            assert list(book.entries(SITE, 1, 1)) == [mine[1]]
            assert book.hash_at(SITE, 2) == mine[1].hash
            assert book.hash_at(SITE, 4) is None
            assert set(book.feeds()) >= {SITE, OTHER}

    def test_writing_to_a_feed_needs_its_lock(self, ledger: LedgerUnderTest) -> None:
        with pytest.raises(NeedsFeed) as found, ledger.writing(SITE) as book:
            book.feed_head(OTHER)
        assert found.value.feed == OTHER

    def test_a_compacted_feed_is_served_as_a_snapshot_in_parts(self, ledger: LedgerUnderTest) -> None:
        rows = [stock(f"A-0{place}", place) for place in (1, 2, 3)]
        with ledger.writing(SITE, OTHER) as book:
            for row in rows:
                append(book, SITE, row)
            append(book, OTHER, stock("B-01", 9, site=OTHER))
            head = book.feed_head(SITE)
        ledger.compact(SITE, rows_per_part=2)
        with ledger.writing(SITE) as book:
            later = append(book, SITE, stock("A-01", 7))
        with ledger.reading() as book:
            assert book.floor(SITE) == 3
            assert book.hash_at(SITE, 0) == origin(SITE).hash, "who begins anew is given the snapshot"
            assert book.hash_at(SITE, 2) is None
            assert book.newest(SITE) == 4
            assert book.hash_at(SITE, 3) == head.hash, "a cursor at the floor goes on with the log"
            assert list(book.entries(SITE, 3, 10)) == [later]
            first = book.snapshot(SITE, at=None, part=1)
            second = book.snapshot(SITE, at=head, part=2)
            assert first is not None
            assert second is not None
            assert [(part.n, part.hash, part.part, part.parts) for part in (first, second)] == [
                (3, head.hash, 1, 2),
                (3, head.hash, 2, 2),
            ]
            assert [_read(raw) for part in (first, second) for raw in part.rows] == rows

    def test_a_snapshot_that_is_gone_is_not_served(self, ledger: LedgerUnderTest) -> None:
        with ledger.writing(SITE) as book:
            append(book, SITE, stock("A-01", 1))
        ledger.compact(SITE, rows_per_part=2)
        with ledger.reading() as book:
            assert book.snapshot(SITE, at=Cursor(feed=SITE, n=1, hash="0" * 64), part=1) is None

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


def _stumble_after_changing_everything(ledger: LedgerUnderTest) -> None:
    with ledger.writing(SITE) as book:
        append(book, SITE, stock("A-01", 9), conflict("c-1", "resolved", "s"))
        book.add_operation(stored("o-1", 2, outcome="waiting"), SITE)
        book.set_waiting("o-1", "o-0")
        book.set_stream(Stream("T1", "e-1", 1, "a" * 64))
        book.add_link("T1", "e-1", 1, "a" * 64, "o-1")
        book.set_gaps("T1", [GapRange(epoch="e-1", from_seq=2, to_seq=4)])
        book.set_drained("T1", SITE, 2)
        raise Stumble


def _read(raw: bytes) -> Row:
    table, _, row = decode(raw, tuple[str, str, msgspec.Raw])
    return decode(row, BY_TABLE[table])
