"""Many writers at once: change numbers stay gapless and in commit order; who gets no lock is told to come back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from server_stub.access import Invitation, Registry, Token
from server_stub.db import Ledger, dialect, open_ledger, postgresql
from server_stub.ledger.book import Book, Draft, NeedsFeed
from server_stub.ledger.log import Cause, record
from server_stub.ports import Busy
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance

Opener = Callable[[str], Ledger]


def add_one(book: Book, feed: str) -> int:
    """Read a balance, add one, log it: two at once without a lock would lose one."""
    draft = Draft(book)
    row = Balance(site=feed, location="A-01", item="lamp")
    held = draft.get(Balance, row.key)
    count = held.quantity.units if held else 0
    draft.put(Balance(site=feed, location="A-01", item="lamp", quantity=Quantity(count + 1)))
    return record(book, draft, Cause("counted_up"), feed)[feed]


def test_writers_at_once_count_every_one_and_leave_no_gap(postgres_url: str, opened: Opener) -> None:
    ledger = opened(postgres_url)

    def work(number: int) -> int:
        feed = "AB"[number % 2]
        return ledger.run({feed}, lambda book: add_one(book, feed))

    with ThreadPoolExecutor(6) as threads:
        numbers = list(threads.map(work, range(60)))
    for at, feed in enumerate("AB"):
        assert sorted(numbers[at::2]) == list(range(1, 31))
        row = ledger.get(Balance, Balance(site=feed, location="A-01", item="lamp").key)
        assert row is not None
        assert row.quantity == Quantity(30)
    assert ledger.verify() == []


def test_change_numbers_are_seen_in_order(postgres_url: str, opened: Opener) -> None:
    """Whoever sees entry n sees all before it: no reader's cursor skips one that commits later."""
    ledger = opened(postgres_url)
    seen: list[list[int]] = []

    def look(_: int) -> None:
        seen.append([entry.n for entry in ledger.read(lambda book: list(book.entries("A", 0, 1000)))])

    with ThreadPoolExecutor(6) as threads:
        writers = [threads.submit(ledger.run, {"A"}, lambda book: add_one(book, "A")) for _ in range(30)]
        readers = [threads.submit(look, number) for number in range(30)]
        for writer in writers:
            writer.result()
        for reader in readers:
            reader.result()
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)


def test_work_that_turns_out_to_need_another_feed_begins_again_with_its_lock(ledger_url: str, opened: Opener) -> None:
    ledger = opened(ledger_url)
    begun: list[int] = []

    def work(book: Book) -> None:
        begun.append(add_one(book, "A"))
        add_one(book, "B")

    ledger.run({"A"}, work)
    assert begun == [1, 1], "what was written before the lock was missing is taken back"
    assert {feed: head.n for feed, head in ledger.heads().items()} == {"A": 1, "B": 1}


def test_feeds_are_locked_in_one_order_whatever_order_they_are_named_in(postgres_url: str, opened: Opener) -> None:
    ledger = opened(postgres_url)

    def work(number: int) -> None:
        feeds = ["A", "B"] if number % 2 else ["B", "A"]
        ledger.run(set(feeds), lambda book: [add_one(book, feed) for feed in feeds])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(40)))
    assert {head.n for head in ledger.heads().values()} == {40}


def test_a_lock_that_cannot_be_had_in_time_is_busy_and_stores_nothing(
    postgres_url: str, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "LOCK_TIMEOUT_SECONDS", 0.05)
    ledger = opened(postgres_url)
    ledger.run({"A"}, lambda book: add_one(book, "A"))
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT * FROM feed FOR UPDATE")
        with pytest.raises(Busy):
            ledger.run({"A"}, lambda book: add_one(book, "A"))
    assert ledger.run({"A"}, lambda book: add_one(book, "A")) == 2


def test_a_sqlite_file_that_is_locked_is_busy(sqlite_url: str, opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "LOCK_TIMEOUT_SECONDS", 0)
    ledger = opened(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        ledger.run({"A"}, lambda book: add_one(book, "A"))
    other.close()
    assert ledger.run({"A"}, lambda book: add_one(book, "A")) == 1


def test_a_connection_that_the_database_ends_is_busy_and_the_next_work_has_another(
    postgres_url: str, opened: Opener
) -> None:
    ledger = opened(postgres_url)

    def work(book: Book) -> None:
        add_one(book, "A")
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with pytest.raises(Busy):
        ledger.run({"A"}, work)
    assert ledger.run({"A"}, lambda book: add_one(book, "A")) == 1


def test_a_transaction_that_is_left_idle_too_long_is_busy(
    postgres_url: str, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "IDLE_TIMEOUT_SECONDS", 0.01)
    ledger = opened(postgres_url)

    def dawdle(book: Book) -> None:
        with psycopg.connect(postgres_url, autocommit=True) as other:
            left = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            while other.execute(left).fetchone():
                pass
        add_one(book, "A")

    with pytest.raises(Busy):
        ledger.run({"A"}, dawdle)
    assert "A" not in ledger.heads() or ledger.heads()["A"].n == 0


def test_a_log_that_is_compacted_while_it_is_read_is_busy_and_no_page_has_a_hole(
    postgres_url: str, opened: Opener
) -> None:
    """An exchange holds the locks of the feeds it writes; `global` it only reads."""
    ledger, other = opened(postgres_url), opened(postgres_url)
    for _ in range(3):
        ledger.run({"global"}, lambda book: add_one(book, "global"))

    def read(book: Book) -> list[int]:
        assert book.floor("global") == 0
        other.compact("global")
        other.run({"global"}, lambda meanwhile: add_one(meanwhile, "global"))
        return [entry.n for entry in book.entries("global", 1, 10)]

    with pytest.raises(Busy):
        ledger.run({"A"}, read)
    assert ledger.run({"A"}, lambda book: [entry.n for entry in book.entries("global", 3, 10)]) == [4]


def test_a_commit_has_reached_the_disk(sqlite_url: str, opened: Opener) -> None:
    """R33: NORMAL would take commits back after a power cut."""
    ledger = opened(sqlite_url)
    connection = ledger._engine.raw_connection()
    cursor = connection.cursor()
    names = ("journal_mode", "synchronous")
    assert [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in names] == ["wal", 2]
    connection.close()


def test_reading_beside_a_running_service_leaves_its_file_alone(sqlite_url: str, opened: Opener) -> None:
    writer = opened(sqlite_url)
    writer.run({"A"}, lambda book: add_one(book, "A"))
    wal = Path(sqlite_url.removeprefix("sqlite:///") + "-wal")
    before = wal.read_bytes()
    reader = open_ledger(sqlite_url, read_only=True)
    assert reader.heads()["A"].n == 1
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.run({"A"}, lambda book: add_one(book, "A"))
    reader.close()
    assert wal.read_bytes() == before


def test_a_book_is_asked_for_a_lock_it_does_not_hold(ledger_url: str, opened: Opener) -> None:
    ledger = opened(ledger_url)
    with pytest.raises(NeedsFeed), ledger.transaction(frozenset({"A"})) as book:
        add_one(book, "B")
    assert "B" not in ledger.heads()


def test_a_backup_counts_for_what_is_in_it_and_not_for_what_came_since(
    sqlite_url: str, tmp_path: Path, opened: Opener
) -> None:
    ledger = opened(sqlite_url)
    ledger.run({"A"}, lambda book: add_one(book, "A"))
    copy = tmp_path / "copy.db"
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    ledger.run({"A"}, lambda book: add_one(book, "A"))
    found = opened(f"sqlite:///{copy}").positions()
    ledger.note_backup(found)
    (noted,) = ledger.read(lambda book: book.backups())
    assert noted == found
    assert noted.feeds["A"][0] == 1


def test_a_registry_keeps_terminals_invitations_and_tokens(ledger_url: str, opened: Opener) -> None:
    """R23."""
    ledger = opened(ledger_url)

    def fill(registry: Registry) -> None:
        registry.register_terminal("T1", "A", b"key")
        registry.put_invitation(Invitation("code", "T1", "A", "2026-11-03T00:00:00+00:00"))
        for number in (1, 2, 3):
            registry.put_token(Token(f"hash-{number}", "terminal", "T1", number))
        registry.put_token(Token("hash-2", "terminal", "T1", 2, used=True))
        registry.drop_tokens("terminal", "T1", below=2)
        registry.revoke_terminal("T1")

    ledger.registry(fill)

    def read(registry: Registry) -> None:
        assert [(one.id, one.revoked, one.public_key) for one in registry.all_terminals()] == [("T1", True, b"key")]
        assert [(one.hash, one.used) for one in registry.tokens("terminal")] == [("hash-2", True), ("hash-3", False)]
        assert registry.invitation("code") == registry.invitations()[0]
        assert registry.token("hash-1") is None
        registry.drop_tokens("terminal", "T1")
        registry.drop_invitations("T1")
        registry.register_terminal("T1", "B", b"other")
        assert (registry.tokens("terminal", "T1"), registry.invitations()) == ([], [])
        known = registry.terminal("T1")
        assert known is not None
        assert (known.site, known.revoked) == ("B", False)

    ledger.registry(read)
