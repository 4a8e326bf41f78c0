"""What every test relies on: a blocking call on an event loop fails, nobody's home is touched, and outside material
(PostgreSQL, ../shared) is skipped with a reason or, where it is required, missed loudly."""

from __future__ import annotations

import importlib
import os
import secrets
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import hypothesis
import pytest
from blockbuster import BlockBuster, BlockBusterFunction

if TYPE_CHECKING:
    import psycopg

PACKAGES = ["scanner_client", "screens", "sync", "devices", "server_stub"]
ROOT = Path(__file__).resolve().parent.parent
TRUE = {"1", "true", "yes"}
UNSEEN_BY_BLOCKBUSTER = [
    (os, "fsync"),
    (os, "fdatasync"),
    (sqlite3, "connect"),
    (sqlite3.dbapi2, "connect"),
    (socket, "getaddrinfo"),
]

hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI", "").lower() in TRUE else "house")


# --- blocking calls ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def no_blocking_call_on_an_event_loop() -> Iterator[None]:
    """A blocking call from one of our packages on a running event loop raises BlockingError."""
    guard = BlockBuster(PACKAGES)
    # Textual resolves the path of a style sheet when an app is made; once, and before the first frame.
    for name, function in guard.functions.items():
        if name.startswith("os."):
            function.can_block_in("textual/_path.py", "_make_path_object_relative")
    for module, name in UNSEEN_BY_BLOCKBUSTER:
        wrapped = BlockBusterFunction(module, name, scanned_modules=PACKAGES)
        guard.functions[wrapped.full_name] = wrapped
    guard.activate()
    yield
    guard.deactivate()


# --- nobody's home ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs started by a test find neither the user's terminal nor the user's ledger."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SCANNER_HOME", "LEDGER_DB"):
            patch.delenv(name, raising=False)
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


# --- material from outside --------------------------------------------------------------------------------------------


def _without(reason: str, required_by: str) -> NoReturn:
    if os.environ.get(required_by, "").lower() in TRUE:
        pytest.fail(f"{reason}; it is required because {required_by} is set", pytrace=False)
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "postgres_url" in fixtures:
            item.add_marker("postgres")
        if "shared" in fixtures:
            item.add_marker("shared")
    # The long ones first, so that none is left over when the other workers have ended.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    folder = _shared_folder()
    if item.get_closest_marker("shared") and not folder.is_dir():
        _without(f"needs the shared material, and {folder} does not exist", "REQUIRE_SHARED")


def _shared_folder() -> Path:
    return Path(os.environ.get("SCANNER_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material, ../shared or SCANNER_SHARED."""
    return _shared_folder()


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _at_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    query = urlencode({**dict(parse_qsl(parts.query)), "connect_timeout": "2"})
    return urlunsplit(parts._replace(path=f"/{name}", query=query))


def _run_key(name: str) -> int:
    """The advisory lock that tells a living run's databases from those a killed run left behind."""
    return int(name.split("_")[2], 16)


def _sweep(admin: psycopg.Connection[Any]) -> None:
    rows = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'ledger\\_test\\_%'").fetchall()
    for (name,) in rows:
        key = _run_key(name)
        if admin.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone() == (True,):
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
            admin.execute("SELECT pg_advisory_unlock(%s)", [key])


@pytest.fixture(scope="session")
def _postgres_admin() -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    url = os.environ.get("LEDGER_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
    import psycopg

    try:
        admin = psycopg.connect(url, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError as error:
        _without(f"needs PostgreSQL, and none answers at {url} (LEDGER_TEST_POSTGRES): {error}", "CI")
    with admin:
        _sweep(admin)
        yield url, admin


@pytest.fixture(scope="session")
def _postgres_template(_postgres_admin: tuple[str, psycopg.Connection[Any]]) -> Iterator[str]:
    """A migrated database, made once per run; every test copies it, since schemas would share advisory locks."""
    url, admin = _postgres_admin
    name = f"ledger_test_{secrets.token_hex(6)}"
    admin.execute("SELECT pg_advisory_lock(%s)", [_run_key(name)])
    admin.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        importlib.import_module("server_stub.db").create_schema(_at_database(url, name))
        yield name
    finally:
        with suppress(Exception):
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


_numbers = count(1)


@pytest.fixture
def postgres_url(_postgres_admin: tuple[str, psycopg.Connection[Any]], _postgres_template: str) -> Iterator[str]:
    """The address of a migrated, empty database of this test's own."""
    url, admin = _postgres_admin
    name = f"{_postgres_template}_{next(_numbers)}"
    admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_postgres_template}"'.encode())
    yield _at_database(url, name)
    admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
