"""A store of a test's own, with ids and a clock that tell the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from scanner_client.store import Identity, TerminalStore, create_store
from scanner_client.store.identity import Sources

IDENTITY = Identity("ledger-1", "T1", "A")


@pytest.fixture
def sources() -> Sources:
    numbers = count(1)
    return Sources(
        new_id=lambda: f"00000000-0000-7000-8000-{next(numbers):012d}",
        now=lambda: f"2026-11-02T08:00:{next(numbers) % 60:02d}Z",
    )


@pytest.fixture
def store(tmp_path: Path, sources: Sources) -> Iterator[TerminalStore]:
    path = tmp_path / "terminal.db"
    create_store(path, IDENTITY, "epoch-1")
    made = TerminalStore(path, sources)
    yield made
    made.close()
