"""Rows of the ledger's memory, and the log that every change of them is written to."""

from __future__ import annotations

import msgspec
import pytest
from contracts.ledger_under_test import OTHER, SITE, LedgerUnderTest, append, conflict, origin, stock, stored, task

from server_stub.ledger.book import NeedsFeed, Stream, Terminal
from sync.wire.codec import decode
from sync.wire.messages import GapRange
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import BY_TABLE, Balance, Conflict, Item, Location, OrderLine, Row, Task


class Stumble(Exception):
    """Something went wrong in the middle of a transaction."""


class LogContract:
    """What is written in a transaction is there after it, all or nothing."""

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
