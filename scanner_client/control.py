"""HOME/control.sock: how `scanner sync` and `scanner status` reach the program that runs in this home.

One JSON object a line, one answer a line. The socket is 0600 in a folder that is 0700.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from scanner_client.files import PRIVATE_FILE
from scanner_client.status import Status

ANSWER_SECONDS = 2.0
SYNC_SECONDS = 60.0
MAX_LINE_BYTES = 64 * 1024
_MAX_SOCKET_PATH = 100


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """`do`: status, sync (answered when the exchange has ended), mode (with `mode`: automatic or offline) or dry_run
    (with `token`, under which its answer lies in the store then)."""

    v: int = 1
    do: str
    mode: str = ""
    token: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`error` is a sentence where the asked thing could not be done; `fault` what last went wrong on the line."""

    v: int = 1
    status: Status | None = None
    error: str = ""
    fault: str = ""


Answering = Callable[[Ask], Awaitable[Answer]]


@asynccontextmanager
async def listening(path: Path, answer: Answering) -> AsyncIterator[None]:
    """Answer at the socket while the block runs. The caller holds the home's lock, so a socket found there is dead."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            writer.write(msgspec.json.encode(await _answer_to(line, answer)) + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError):
            pass  # who asked has gone, or sent a line without end; there is nobody to answer
        finally:
            writer.close()

    listener = await asyncio.to_thread(_bound, path)
    server = await asyncio.start_unix_server(serve, sock=listener, limit=MAX_LINE_BYTES)
    try:
        yield
    finally:
        server.close()
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _answer_to(line: bytes, answer: Answering) -> Answer:
    try:
        asked = msgspec.json.decode(line, type=Ask)
    except msgspec.DecodeError as error:
        return Answer(error=f"the request cannot be read: {error}")
    return await answer(asked)


def ask(path: Path, asked: Ask, seconds: float = ANSWER_SECONDS) -> Answer | None:
    """Ask the program that runs in this home; None where none answers."""
    try:
        with _address(path) as address, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            line.connect(address)
            line.sendall(msgspec.json.encode(asked) + b"\n")
            with line.makefile("rb") as reader:
                return msgspec.json.decode(reader.readline(), type=Answer)
    except (OSError, msgspec.DecodeError):
        return None


def _bound(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    with _address(path) as address:
        listener.bind(address)
    path.chmod(PRIVATE_FILE)
    return listener


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """The socket's address: a socket's path has room for about 100 bytes, so a long one goes over its open folder."""
    if len(os.fsencode(path)) <= _MAX_SOCKET_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
