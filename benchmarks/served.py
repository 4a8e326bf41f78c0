"""Starting a server as a process of its own on a free port of this machine, and stopping it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent


@contextmanager
def floor_ledger(database: Path | str, program: str = "floor_ledger.py") -> Iterator[str]:
    """The floor's ledger on the database; gives its address. It listens before it starts, so nobody waits."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        listening.set_inheritable(True)
        command = [sys.executable, str(HERE / program), str(database), str(listening.fileno())]
        process = subprocess.Popen(command, pass_fds=[listening.fileno()])
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait(20)
