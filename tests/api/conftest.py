"""A service over a real ledger in a temporary SQLite file, spoken to in process through its ASGI application."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from api.device import SITE, Device
from starlette.applications import Starlette
from structlog.typing import EventDict

from server_stub.access import Registry, invite
from server_stub.api.app import create_app
from server_stub.api.settings import Settings
from server_stub.changes import put_global
from server_stub.db import create_schema, open_ledger
from server_stub.keys import LedgerKey, create_key
from server_stub.ports import ServedLedger
from sync.wire.codec import decode, encode
from sync.wire.rows import Site
from sync.wire.service import EnrollReply

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass
class Served:
    """The service, a client of it, and what it has logged. `do` works on its ledger in the ledger's own thread."""

    app: Starlette
    client: httpx.AsyncClient
    logged: list[EventDict]
    do: Callable[[Callable[[ServedLedger], Any]], Any]
    key: LedgerKey

    @property
    def refusals(self) -> list[EventDict]:
        return [entry for entry in self.logged if entry["event"] == "refused"]

    def code(self, terminal: str = "T1", site: str = SITE, now: datetime | None = None) -> str:
        """A one-time code for this terminal."""

        def work(registry: Registry) -> str:
            return invite(registry, terminal, site, now or datetime.now(UTC))

        code: str = self.do(lambda ledger: ledger.registry(work))
        return code

    async def enrolled(self, terminal: str = "T1", site: str = SITE) -> Device:
        device = Device()
        device.accept(await self.enroll(device, self.code(terminal, site)))
        return device

    async def enroll(self, device: Device, code: str) -> EnrollReply:
        response = await self.client.post("/v1/terminals/enroll", content=encode(device.enrollment(code)))
        assert response.status_code == 200, response.text
        return decode(response.content, EnrollReply)

    def stored(self) -> Any:
        """Everything an exchange could change: feed heads and operations."""
        return self.do(lambda ledger: (dict(ledger.heads()), [one.id for one in ledger.operations({}, "", 1000)]))


@pytest.fixture(scope="session")
def new_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new ledger's file, made once: copying it is a hundred times faster than making it."""
    file = tmp_path_factory.mktemp("new") / "ledger.db"
    file.touch(0o600)
    create_schema(f"sqlite:///{file}")
    return file


@pytest.fixture
def database(tmp_path: Path, new_ledger: Path) -> str:
    """The address of a new ledger."""
    return f"sqlite:///{shutil.copy(new_ledger, tmp_path)}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(key=create_key(tmp_path / "ledger.key"))


Serving = Callable[..., Any]


@pytest.fixture
def serving(database: str, settings: Settings) -> Serving:
    """Start the service with some settings changed: `async with serving(max_in_flight=1) as served`."""

    @asynccontextmanager
    async def start(**changed: Any) -> AsyncIterator[Served]:
        threads = ThreadPoolExecutor(1)
        ledger = threads.submit(open_ledger, database).result()

        def do(work: Callable[[ServedLedger], Any]) -> Any:
            return threads.submit(work, ledger).result()

        do(lambda opened: put_global(opened, "site_added", "office", Site(code=SITE)))
        app = create_app(ledger, replace(settings, **changed), threads)
        transport = httpx.ASGITransport(app)
        with structlog.testing.capture_logs() as logged:
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url="http://x") as it,
            ):
                yield Served(app, it, logged, do, settings.key)

    return start


@pytest.fixture
async def served(serving: Serving) -> AsyncIterator[Served]:
    async with serving() as it:
        yield it


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    yield
    structlog.reset_defaults()
