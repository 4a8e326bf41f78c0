"""A ledger of the test's own: on SQLite always, on PostgreSQL where one answers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ledger.hall import LEDGER, Hall

from server_stub.db import Ledger, create_schema, open_ledger


@pytest.fixture(scope="session")
def empty_ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: migrating takes longer than most tests."""
    file = tmp_path_factory.mktemp("ledger") / "empty.db"
    file.touch()
    create_schema(f"sqlite:///{file}", ledger_id=LEDGER)
    return file


@pytest.fixture
def sqlite_url(empty_ledger_file: Path, tmp_path: Path) -> str:
    copy = tmp_path / "ledger.db"
    shutil.copy(empty_ledger_file, copy)
    return f"sqlite:///{copy}"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty ledger, in each kind of database."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def opened() -> Iterator[Callable[[str], Ledger]]:
    """Opens ledgers that are closed when the test ends."""
    ledgers: list[Ledger] = []

    def open_one(url: str) -> Ledger:
        ledgers.append(open_ledger(url))
        return ledgers[-1]

    yield open_one
    for ledger in ledgers:
        ledger.close()


@pytest.fixture
def ledger(ledger_url: str, opened: Callable[[str], Ledger]) -> Ledger:
    return opened(ledger_url)


@pytest.fixture
def stored_hall(ledger: Ledger) -> Hall:
    """The hall on a real database."""
    return Hall.over(ledger)


@pytest.fixture
def hall() -> Hall:
    return Hall.empty()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def each_hall(request: pytest.FixtureRequest, opened: Callable[[str], Ledger]) -> Hall:
    """An empty hall, in each kind of memory that a ledger can have."""
    if request.param == "memory":
        return Hall.empty()
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return Hall.over(opened(request.getfixturevalue(name)))
