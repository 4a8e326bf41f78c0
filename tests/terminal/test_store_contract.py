"""The SQLite store keeps every rule of `tests/contracts/terminal_contract.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest
from contracts.alert_contract import AlertContract
from contracts.terminal_contract import TerminalContract
from contracts.terminal_under_test import LEDGER, SITE, TERMINAL

from scanner_client.ports import NewOperation
from scanner_client.store import Identity, TerminalStore, Transaction, create_store
from scanner_client.store.identity import Sources
from sync.wire.messages import Outcome
from sync.wire.rows import Balance, Row, row_key


class StoreUnderTest:
    def __init__(self, store: TerminalStore) -> None:
        self.store = store
        self._open: Transaction | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self.store.sync_transaction() as tx:
            self._open = tx
            try:
                yield tx
            finally:
                self._open = None

    def _look(self) -> AbstractContextManager[Transaction]:
        """Into the transaction that is open, if one is: the contract looks from outside in the middle of some."""
        return nullcontext(self._open) if self._open else self.store.step()

    def append(self, new: NewOperation) -> str:
        with self.store.step() as tx:
            return tx.append(new)

    def on_hand(self, location: str, item: str) -> int:
        with self._look() as tx:
            found = tx.row(Balance, row_key(SITE, location, item, "", "", "", ""))
            return found.quantity.units if found else 0

    def row(self, kind: type[Row], key: str) -> Row | None:
        with self._look() as tx:
            return tx.row(kind, key)

    def held(self) -> Sequence[str]:
        with self._look() as tx:
            return [entry.id for entry in tx.queue()]

    def outcome(self, id: str) -> Outcome | None:
        with self._look() as tx:
            return tx.outcome(id)

    def alerts(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        with self._look() as tx:
            return [(alert.kind, alert.facts) for alert in tx.alerts()]


class TestTerminalStore(TerminalContract, AlertContract):
    @pytest.fixture
    def new_terminal(self, tmp_path: Path, sources: Sources) -> Iterator[Callable[..., StoreUnderTest]]:
        opened: list[TerminalStore] = []

        def make(*, epoch: str = "epoch-1") -> StoreUnderTest:
            path = tmp_path / f"terminal-{len(opened)}.db"
            create_store(path, Identity(LEDGER, TERMINAL, SITE), epoch)
            opened.append(TerminalStore(path, sources))
            return StoreUnderTest(opened[-1])

        yield make
        for store in opened:
            store.close()
