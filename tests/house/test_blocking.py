"""The guard against blocking calls bites in our packages and nowhere else."""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from blockbuster import BlockingError

import devices

CALLS: dict[str, Callable[[], object]] = {
    "time.sleep": lambda: time.sleep(0),
    "os.fsync": lambda: os.fsync(sys.__stderr__.fileno()) if sys.__stderr__ else None,
    "sqlite3.connect": lambda: sqlite3.connect(":memory:"),
    "socket.getaddrinfo": lambda: socket.getaddrinfo("localhost", 80),
}


def _coroutine_in(folder: str) -> Callable[[Callable[[], object]], Awaitable[None]]:
    scope: dict[str, Callable[[Callable[[], object]], Awaitable[None]]] = {}
    source = "async def blocks(call):\n    call()\n"
    exec(compile(source, str(Path(folder) / "made_up.py"), "exec"), scope)
    return scope["blocks"]


@pytest.mark.parametrize("name", CALLS)
async def test_a_blocking_call_of_ours_on_an_event_loop_fails(name: str) -> None:
    with pytest.raises(BlockingError, match=name):
        await _coroutine_in(devices.__path__[0])(CALLS[name])


async def test_other_peoples_code_is_left_alone() -> None:
    await _coroutine_in(str(Path(pytest.__file__).parent))(CALLS["time.sleep"])


def test_blocking_without_an_event_loop_is_fine() -> None:
    blocks = _coroutine_in(devices.__path__[0])(CALLS["time.sleep"])
    with pytest.raises(StopIteration):
        blocks.__await__().__next__()
