"""What the office does to a ledger, by one mechanism: a function marked `@office_work`, its name and JSON arguments.

Where a service runs on a SQLite file, the work is done inside it, asked for over the socket beside the file (0600, so
by its owner alone); where none runs, the command takes the lock and does it itself. PostgreSQL needs neither.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from server_stub.place import LedgerInUse, Place, sole_use
from server_stub.ports import Busy, OpenLedger, ServedLedger
from sync.wire.codec import encode

MAX_LINE_BYTES = 16 * 1024 * 1024
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.05
MARK = "__office_work__"
F = TypeVar("F", bound=Callable[..., Any])


class OfficeRefusal(Exception):
    """The office's wish cannot be done. `status` is the exit status: 1 the answer is no, 2 it was asked wrongly."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


class OfficeRequest(msgspec.Struct, frozen=True, kw_only=True):
    work: str
    arguments: dict[str, Any]


class OfficeReply(msgspec.Struct, frozen=True, kw_only=True):
    """`refused` is empty where the work was done and `result` is its answer."""

    result: Any = None
    refused: str = ""
    status: int = 0


def office_work(function: F) -> F:
    """Marks `function(ledger, **arguments)` as work of the office. It takes and gives plain JSON values."""
    setattr(function, MARK, f"{function.__module__}:{function.__name__}")
    return function


def named(work: str) -> Callable[..., Any]:
    """The function of that name. Only marked functions of this package are found; raises OfficeRefusal."""
    module, _, name = work.partition(":")
    if module.startswith("server_stub."):
        function = getattr(import_module(module), name, None)
        if callable(function) and getattr(function, MARK, None) == work:
            found: Callable[..., Any] = function
            return found
    raise OfficeRefusal(f"the running service does not know {work[:80]!r}; restart it with this version")


def done(ledger: ServedLedger, request: OfficeRequest) -> OfficeReply:
    """Do the work on an open ledger; what it refuses is part of the answer."""
    try:
        return OfficeReply(result=msgspec.json.decode(encode(named(request.work)(ledger, **request.arguments))))
    except OfficeRefusal as refusal:
        return OfficeReply(refused=str(refusal), status=refusal.status)
    except Busy:
        return OfficeReply(refused="the ledger's database is busy with other work; run the command again", status=2)


def perform(place: Place, open_ledger: OpenLedger, function: Callable[..., Any], **arguments: Any) -> Any:
    """Have the work done wherever it must be done, and give its answer. Raises OfficeRefusal, LedgerInUse, NoLedger."""
    request = OfficeRequest(work=getattr(function, MARK), arguments=arguments)
    reply = _done_somewhere(place, open_ledger, request)
    if reply.refused:
        raise OfficeRefusal(reply.refused, reply.status)
    return reply.result


def _done_somewhere(place: Place, open_ledger: OpenLedger, request: OfficeRequest) -> OfficeReply:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with sole_use(place):
                return _done_here(place, open_ledger, request)
        except LedgerInUse:
            reply = _asked(place, request)
            if reply is not None:
                return reply
            if time.monotonic() > deadline:
                raise
            # Another command holds the lock for a moment, or the service is about to listen.
            time.sleep(PAUSE_SECONDS)


def _done_here(place: Place, open_ledger: OpenLedger, request: OfficeRequest) -> OfficeReply:
    ledger = open_ledger(place.url)
    try:
        return done(ledger, request)
    finally:
        ledger.close()


def _asked(place: Place, request: OfficeRequest) -> OfficeReply | None:
    """The running service's answer; None where nobody listens."""
    assert place.socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            reach(connection.connect, place.socket)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        connection.sendall(msgspec.json.encode(request) + b"\n")
        with connection.makefile("rb") as lines:
            line = lines.readline(MAX_LINE_BYTES)
    if not line.endswith(b"\n"):
        raise OfficeRefusal("the running service did not answer; look into its log, and whether the work was done")
    return msgspec.json.decode(line, type=OfficeReply)


def reach(act: Callable[[str], None], path: Path) -> None:
    """Bind or connect by a short name: a socket's path has at most 107 bytes, its folder may be any length."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        act(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)
