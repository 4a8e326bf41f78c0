"""A store and a home of a test's own, with ids and a clock that tell the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from api.programs import Running, ledger, service

from scanner_client.files import write_private
from scanner_client.home import Config, Home
from scanner_client.keys import new_key
from scanner_client.store import Identity, TerminalStore, create_store
from scanner_client.store.identity import Sources

IDENTITY = Identity("ledger-1", "T1", "A")
HALL = "HALL"
"""The site of the real ledger."""


@pytest.fixture
def sources() -> Sources:
    numbers = count(1)
    return Sources(
        new_id=lambda: f"00000000-0000-7000-8000-{next(numbers):012d}",
        now=lambda: f"2026-11-02T08:00:{next(numbers) % 60:02d}Z",
    )


@pytest.fixture
def store(tmp_path: Path, sources: Sources) -> Iterator[TerminalStore]:
    """Of terminal T1 at site A of ledger-1, in epoch-1."""
    path = tmp_path / "terminal.db"
    create_store(path, IDENTITY, "epoch-1")
    made = TerminalStore(path, sources)
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An enrolled terminal's home; nothing listens at its ledger's address."""
    made = Home(tmp_path / "home")
    made.prepare()
    create_store(made.database, IDENTITY, "epoch-1")
    new_key().write(made.key)
    write_private(made.token, b"a-token\n")
    made.write_config(Config(url="http://127.0.0.1:9", ledger_id="ledger-1", terminal="T1", site="A"))
    return made


# --- a real ledger


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ledger") / "ledger.db"
    for words in (("init",), ("site", "add", HALL)):
        ran = ledger(file, *words)
        assert ran.status == 0, ran.err
    return file


@pytest.fixture(scope="session")
def served(database: Path) -> Iterator[Running]:
    with service(database) as running:
        yield running
