"""`scanner verify` names every byte that is not as it was written (X5, R27)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from scanner_client.ports import NewOperation
from scanner_client.store import TerminalStore
from sync.wire.bodies import Received
from sync.wire.messages import Outcome
from sync.wire.quantity import Quantity


@pytest.fixture
def filled(store: TerminalStore) -> TerminalStore:
    """Three operations in a second epoch; the first one pruned in the first epoch."""
    received = Received(item="4711", quantity=Quantity(1), location="DOCK")
    operation = NewOperation("received", "LI", received, "2026-11-02T08:00:00Z", "+08:00")
    with store.step() as tx:
        first, *_ = [tx.append(operation) for _ in range(4)]
        tx.store_outcomes([Outcome(id=first, outcome="applied", n=1, feeds={"A": 1})])
        tx.cover("A", [first], shadow=False)
        tx.prune(1)
        tx.mint_epoch("epoch-2")
    return store


def differences(store: TerminalStore) -> list[str]:
    with store.step() as tx:
        return list(tx.differences())


def test_a_store_left_alone_has_no_differences(filled: TerminalStore) -> None:
    assert differences(filled) == []


TAMPERED = [
    ("UPDATE operation SET raw = CAST(replace(CAST(raw AS TEXT), 'DOCK', 'D0CK') AS BLOB) WHERE seq = 2", "bytes"),
    ("UPDATE operation SET op_hash = 'x' WHERE seq = 3", "link"),
    ("UPDATE operation SET prev = 'x' WHERE seq = 3", "does not follow"),
    ("UPDATE operation SET prev = 'x' WHERE seq = 1", "does not follow"),
    ("UPDATE operation SET hash = 'x' WHERE seq = 3", "not the one that was hashed"),
    ("UPDATE operation SET id = 'x' WHERE seq = 1", "another id"),
    ("DELETE FROM operation WHERE seq = 2", "missing from 2"),
    ("UPDATE earlier_link SET prev = 'x' WHERE seq = 3", "earlier epoch epoch-1"),
]


@pytest.mark.parametrize(("tampering", "told"), TAMPERED, ids=[told for _, told in TAMPERED])
def test_each_altered_byte_is_named(filled: TerminalStore, tampering: str, told: str) -> None:
    with closing(sqlite3.connect(filled.path)) as intruder, intruder:
        intruder.execute(tampering)
    assert any(told in difference for difference in differences(filled))
