"""A program on a pseudo terminal, and when its output first held a text."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from measure import check

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 30.0
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024
TICKS = os.sysconf("SC_CLK_TCK")


class Started:
    """`since`: when it was started, by `time.perf_counter`."""

    def __init__(self, command: Sequence[str]) -> None:
        self._line, theirs = os.openpty()
        self._seen = b""
        fcntl.ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        # Compiled once and then loaded, as installed.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "COLUMNS": "80", "LINES": "24"}
        self.since = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *command], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=ROOT,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)

    def send(self, data: bytes) -> None:
        os.write(self._line, data)

    def until(self, text: str) -> float:
        """Seconds since the start when the output holds this text; what came before it is forgotten."""
        wanted = text.encode()
        while wanted not in self._seen:
            ready, _, _ = select.select([self._line], [], [], PATIENCE_S)
            check(bool(ready), f"the program never showed {text!r}")
            self._seen += os.read(self._line, 65536)
        at = time.perf_counter() - self.since
        self._seen = self._seen.partition(wanted)[2]
        return at

    def memory_mb(self) -> float:
        """Resident, in MB."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE_KB / 1024

    def cpu_s(self) -> float:
        """Seconds of processor time so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rest(self, seconds: float) -> None:
        """Let time pass, and drain what is painted meanwhile."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._line], [], [], left)[0]:
                os.read(self._line, 65536)

    def end(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._line)
