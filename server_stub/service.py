"""Running the service: HTTP (or HTTPS) for terminals, and beside a SQLite file the socket of the office."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from server_stub.api.app import create_app
from server_stub.api.desk import Desk, ledger_threads
from server_stub.api.settings import Settings
from server_stub.backup.due import Plan, keep_backing_up
from server_stub.connections import ServiceProtocol, allow_many_connections
from server_stub.logs import log
from server_stub.office import MAX_LINE_BYTES, OfficeReply, OfficeRequest, done, reach
from server_stub.place import Place
from server_stub.ports import OpenLedger

OWNER_ONLY = 0o177
GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 75
"""Longer than a terminal at work pauses between two exchanges, so that it keeps its connection."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the service listens. `port` 0 takes a free one. With a certificate it speaks HTTPS only."""

    host: str = "127.0.0.1"
    port: int = 8460
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @property
    def scheme(self) -> str:
        return "https" if self.tls_certificate else "http"


class CannotListen(Exception):
    """The address, the certificate or the office's socket cannot be used. The message names the cure."""


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What `ledger serve` prints once it answers, for people and for programs that started it."""

    v: int = 1
    address: str
    host: str
    port: int
    pid: int
    ledger_id: str


def serve(
    open_ledger: OpenLedger,
    settings: Settings,
    place: Place,
    listening: Listening,
    announce: Callable[[Announcement], None],
    backups: Plan | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then answer what waits and close the ledger.

    Raises CannotListen, and what opening the ledger raises.
    """
    allow_many_connections()
    bound = _bound(listening)
    threads = ledger_threads(settings)
    ledger = threads.submit(open_ledger, place.url).result()
    app = create_app(ledger, settings, threads)
    host, port = bound.getsockname()[:2]
    address = f"{listening.scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    announcement = Announcement(address=address, host=host, port=port, pid=os.getpid(), ledger_id=ledger.ledger_id)
    office = Office(app.state.desk, place) if place.file else None
    config = uvicorn.Config(
        app,
        http=ServiceProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=listening.tls_certificate,
        ssl_keyfile=listening.tls_key,
    )
    with bound:
        _load(config)
        _spare_the_collector()
        chores = partial(keep_backing_up, backups, place.url, ledger.ledger_id) if backups else None
        Service(config, app.state.desk, office, lambda: announce(announcement), chores).run(sockets=[bound])


def _spare_the_collector() -> None:
    """A batch makes tens of thousands of values, hardly any of them in cycles: looking through what the program itself
    is made of each time costs a tenth of the exchange."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _bound(listening: Listening) -> socket.socket:
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's algorithm off only then; with it each answer waits 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((listening.host, listening.port))
    except OSError as error:
        bound.close()
        where = f"{listening.host} port {listening.port}"
        raise CannotListen(
            f"the service cannot listen on {where}: {error.strerror}; choose --host and --port"
        ) from error
    return bound


def _load(config: uvicorn.Config) -> None:
    try:
        config.load()
    except OSError as error:
        message = f"the TLS certificate or its key cannot be used ({error}); check --tls-cert and --tls-key"
        raise CannotListen(message) from error


class Service(uvicorn.Server):
    """uvicorn, with the office's socket, an announcement, backups, and long polls that are answered when it stops."""

    def __init__(
        self,
        config: uvicorn.Config,
        desk: Desk,
        office: Office | None,
        announce: Callable[[], None],
        chores: Callable[[], Coroutine[Any, Any, None]] | None,
    ) -> None:
        super().__init__(config)
        self._chores = chores
        self._at_work: asyncio.Task[None] | None = None
        self._desk = desk
        self._office = office
        self._announce = announce

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A stop that was asked for is a success: the signal is not raised again after it was obeyed."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._office:
            await self._office.open()
        self._announce()
        if self._chores:
            self._at_work = asyncio.create_task(self._chores())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._desk.news.close()
        if self._at_work:
            self._at_work.cancel()
            await asyncio.gather(self._at_work, return_exceptions=True)
        if self._office:
            await self._office.close()
        await super().shutdown(sockets)


class Office:
    """The socket beside the SQLite file, through which commands have their work done in this process."""

    def __init__(self, desk: Desk, place: Place) -> None:
        assert place.socket
        self._desk = desk
        self._path = place.socket
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        listener = await asyncio.to_thread(_office_listener, self._path)
        self._server = await asyncio.start_unix_server(self._answer, sock=listener, limit=MAX_LINE_BYTES)

    async def close(self) -> None:
        if self._server:
            self._server.close()
            await asyncio.to_thread(self._path.unlink, missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(msgspec.json.encode(await self._reply(await reader.readline())) + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError) as error:
            log().warning("office left", text=str(error))
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _reply(self, line: bytes) -> OfficeReply:
        try:
            request = msgspec.json.decode(line, type=OfficeRequest)
            reply = await self._desk.run(lambda ledger: done(ledger, request))
        except Exception as error:  # noqa: BLE001 whatever the work did, whoever asked for it gets an answer
            log().exception("office work failed")
            return OfficeReply(refused=f"the running service failed at this ({error}); its log says more", status=2)
        log().info("office", work=request.work, refused=reply.refused)
        self._desk.news.stir()
        return reply


def _office_listener(path: Path) -> socket.socket:
    """A fresh socket at the path, for its owner only. What lies there is a dead service's: this one holds the lock."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(OWNER_ONLY)
    try:
        reach(listener.bind, path)
    except OSError as error:
        listener.close()
        raise CannotListen(f"the office's socket {path} cannot be made: {error.strerror}") from error
    finally:
        os.umask(before)
    listener.listen()
    return listener
