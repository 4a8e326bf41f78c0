"""The runtime on the real store: what was signalled is on the disk; a new process stands at the same prompt (X7)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from memory_terminal import MORNING, NAME, SITE, warehouse

from scanner_client.core.events import Key, Scan
from scanner_client.core.view import Size
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.ports import StoreError
from scanner_client.runtime import Runtime, Shown
from scanner_client.store import Identity, TerminalStore, create_store
from scanner_client.store.identity import Sources
from sync.core.terminal import RowChange
from sync.wire.codec import encode
from sync.wire.operation import Cursor
from sync.wire.rows import Row

TOWEL = "9520000123451"


def opened(path: Path) -> TerminalStore:
    ids = iter(f"op-{number}" for number in range(1, 1000))
    return TerminalStore(path, Sources(lambda: next(ids), lambda: "2026-09-21T14:13:20.000Z"))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A terminal's store that has read the small warehouse."""
    path = tmp_path / "terminal.db"
    create_store(path, Identity("ledger-1", NAME, SITE), "epoch-1")
    store = opened(path)
    with store.sync_transaction() as tx:
        for feed in ("global", SITE):
            changes = [_change(row) for row in warehouse() if row.feed == feed]
            tx.put_rows(feed, changes, Cursor(feed=feed, n=1, hash="0" * 64), shadow=False)
        tx.note_environment("test")
    store.close()
    return path


def _change(row: Row) -> RowChange:
    return RowChange(row.table, row.key, encode(row))


def runtime(store: TerminalStore, now: Callable[[], int] = lambda: MORNING) -> Runtime:
    return Runtime(store, shipped_flows(), shipped_texts(), now=now, offset="+08:00", size=Size(20, 16), language="en")


def worked(terminal: Runtime, *inputs: str) -> Shown:
    shown = terminal.start()
    for number, one in enumerate(inputs, 1):
        at = MORNING + 1000 * number
        shown = terminal.handle(Key(one, at) if len(one) == 1 else Scan(one, at))
    return shown


def test_a_picked_line_is_in_the_outbox_and_in_the_local_view_at_once(database: Path) -> None:
    store = opened(database)
    shown = worked(runtime(store), "B-WANG", "1", "SO-1", "A-03-02", TOWEL, TOWEL, TOWEL)
    assert (len(shown.operations), shown.signals, shown.view.asked.location) == (1, ("kept",), "A-03-04")
    with store.step() as tx:
        assert tx.operation(shown.operations[0]) is not None
        towels = {row.location: str(row.quantity) for row in tx.on_hand(item="TOWEL")}
    assert towels == {"A-03-02": "37", "TOTE:WANG": "3"}
    store.close()


def test_another_process_stands_at_the_same_prompt_with_the_same_count(database: Path) -> None:
    store = opened(database)
    before = worked(runtime(store), "B-WANG", "1", "SO-1", "A-03-02", TOWEL, TOWEL, "1").view
    store.close()
    again = opened(database)
    assert runtime(again).start().view == before
    again.close()


def test_a_store_turned_read_only_confirms_nothing_and_goes_on_afterwards(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(database)
    terminal = runtime(store)
    worked(terminal, "B-WANG", "1", "SO-1", "A-03-02", TOWEL)

    def refusing() -> None:
        raise StoreError("read_only", "The store cannot be written because it is read-only: make it writable.")

    with monkeypatch.context() as broken:
        broken.setattr(store, "step", refusing)
        shown = terminal.handle(Scan(TOWEL, MORNING + 9000))
    assert (shown.view.alert, shown.signals, shown.operations) == ("read_only", ("refused",), ())
    assert terminal.look().view.asked.count == "1"
    store.close()


def test_a_state_of_another_version_is_listed_and_left_behind(database: Path) -> None:
    store = opened(database)
    with store.step() as tx:
        tx.save_state(b'{"v": 99, "flow": "pick", "step": "item"}')
    assert runtime(store).start().view.step == "badge"
    with store.step() as tx:
        assert any(kind == "state_lost" for _, kind, _ in tx.journal_lines(5))
    store.close()


@pytest.mark.parametrize(("online", "shown"), [(True, "ON "), (False, "OFF")])
def test_the_first_view_has_the_line_as_it_was_left(database: Path, online: bool, shown: str) -> None:
    store = opened(database)
    with store.sync_transaction() as tx:
        tx.note_line(online=online)
    assert runtime(store).start().view.rows[0].startswith(shown)
    store.close()
