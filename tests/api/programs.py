"""The `ledger` program as people run it: commands to their end, and a service as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaded_programs import ROOT, Ran, run

LEDGER = [sys.executable, "-m", "server_stub.cli"]


def environment(database: Path) -> dict[str, str]:
    return {**os.environ, "LEDGER_DB": str(database), "PYTHONPATH": str(ROOT)}


def ledger(database: Path, *words: str) -> Ran:
    """Run a command to its end."""
    return run("ledger", *words, environment=environment(database))


def told(database: Path, *words: str) -> Any:
    """What a command that must succeed prints as JSON."""
    ran = ledger(database, *words)
    assert ran.status == 0, ran.err
    return json.loads(ran.out)


@dataclass
class Running:
    """A service as a process. `log` is read when it has ended."""

    process: subprocess.Popen[str]
    address: str
    announced: dict[str, Any]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> tuple[int, list[dict[str, Any]]]:
        """Ask it to end; gives its exit status and its log."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, [json.loads(line) for line in log.splitlines()]


@contextmanager
def service(database: Path, *words: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [*LEDGER, "serve", "--port", "0", *words],
        env=environment(database),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        line = process.stdout.readline()
        assert line, process.communicate(timeout=30)[1]
        announced = json.loads(line)
        yield Running(process, announced["address"], announced)
    finally:
        process.kill()
        process.communicate(timeout=30)
