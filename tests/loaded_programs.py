"""Commands of `ledger` and `scanner`, each in a child of one process that has loaded both programs.

Loading takes a program longer than most commands take. A command has its own environment, folder, output and end, as a
program that was started; what starting itself means, and what outlives a command, is asked of real programs
(`api.programs.service`, `terminal.test_commands.Scanner.running`).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = {"ledger": "server_stub", "scanner": "scanner_client"}
LATE = [
    "alembic.command",
    "httpx",
    "server_stub.api.app",
    "server_stub.backup.taking",
    "server_stub.db",
    "server_stub.importing.applying",
    "scanner_client.terminal",
    "sync.shell",
    "uvicorn",
]
"""What the commands load when they run."""
UNHEARD = 70


@dataclass
class Ran:
    status: int
    out: str
    err: str


def run(program: str, *words: str, environment: Mapping[str, str]) -> Ran:
    """Run `ledger` or `scanner` to its end; standard input is empty for it."""
    ours, theirs = socket.socketpair()
    with ours, theirs, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        socket.send_fds(_host().asking, [b"+"], [theirs.fileno(), out.fileno(), err.fileno()])
        theirs.close()
        asked = {"program": program, "words": words, "environment": dict(environment), "folder": str(Path.cwd())}
        ours.sendall(json.dumps(asked).encode())
        ours.shutdown(socket.SHUT_WR)
        ended = b"".join(iter(lambda: ours.recv(4096), b""))
        out.seek(0)
        err.seek(0)
        return Ran(int(ended or UNHEARD), out.read().decode(), err.read().decode())


@dataclass
class _Host:
    """The process that has loaded everything. It ends when nobody holds the other end of its socket any more."""

    process: subprocess.Popen[bytes]
    asking: socket.socket


@cache
def _host() -> _Host:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "loaded_programs"]
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    with theirs:
        process = subprocess.Popen(command, stdin=theirs.fileno(), cwd=ROOT, env={**os.environ, "PYTHONPATH": path})
    return _Host(process, ours)


# --- in the process that has loaded everything ------------------------------------------------------------------------


def host() -> None:
    """A child for each command, until nobody can ask for one."""
    for package in PROGRAMS.values():
        for module in sorted(set(import_module(f"{package}.cli").COMMANDS.values())):
            import_module(f"{package}.commands.{module}")
    for module in LATE:
        import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who asked hears of its end; nothing is left to wait for here
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as asking:
        while files := socket.recv_fds(asking, 1, 3)[1]:
            if os.fork() == 0:
                asking.close()
                _become(*files)
            for file in files:
                os.close(file)


def _become(caller: int, out: int, err: int) -> NoReturn:
    """Run what the caller asks for and tell it the exit status; what this process holds belongs to its parent."""
    with socket.socket(fileno=caller) as asking:
        status = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
                os.dup2(file, number)
            status = _run(json.loads(b"".join(iter(lambda: asking.recv(1 << 16), b""))))
        except BaseException:  # noqa: BLE001  # whatever it was, this process must not go on as its parent
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            asking.sendall(str(status).encode())
            os._exit(status)


def _run(asked: dict[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    program = asked["program"]
    try:
        import_module(f"{PROGRAMS[program]}.cli").main(asked["words"], prog_name=program)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
    return 0


if __name__ == "__main__":
    host()
