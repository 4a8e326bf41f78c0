"""The processes of a run: a ledger's service and terminals at work, each started, killed, paused, started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from chaos.network import Line
from chaos.warehouse import write_warehouse
from chaos.worker import BEEP_BYTES

from scanner_client.rehearsal.crew import SCANNER
from scanner_client.rehearsal.office import LEDGER, RehearsalFailed, run_program
from scanner_client.rehearsal.warehouse import SITE

WORKER = Path(__file__).with_name("worker.py")
START_SECONDS = 60.0
STOP_SECONDS = 30.0


async def _first_line(process: Process, name: str, log: Path) -> bytes:
    assert process.stdout
    async with asyncio.timeout(START_SECONDS):
        line = await process.stdout.readline()
    if not line:
        raise RehearsalFailed(f"{name} did not start; {log} says why")
    return line


@dataclass(slots=True)
class Service:
    """The ledger at `address` (a file or a PostgreSQL URL), served on a port that stays the same."""

    address: str
    key: Path
    log: Path
    port: int
    kills: int = 0
    process: Process | None = None

    async def command(self, *arguments: str) -> str:
        return await run_program(*LEDGER, *arguments, "--db", self.address)

    async def make(self, folder: Path, terminals: list[str]) -> None:
        await self.command("init", "--environment", "training", "--key", str(self.key))
        for kind, file in write_warehouse(folder, terminals).items():
            await self.command("import", kind, str(file))

    async def verify(self) -> str:
        """Empty where `ledger verify` says yes, else what it says."""
        try:
            await self.command("verify")
        except RehearsalFailed as failed:
            return str(failed)
        return ""

    async def invite(self, terminal: str) -> str:
        invited = msgspec.json.decode(await self.command("terminal", "add", terminal, "--site", SITE, "--json"))
        return str(invited["code"])

    async def start(self) -> None:
        command = (sys.executable, *LEDGER, "serve", "--port", str(self.port), "--log-level", "warning")
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, "--key", str(self.key), "--db", self.address, stdout=PIPE, stderr=log
            )
        await _first_line(self.process, "the ledger's service", self.log)

    def strike(self) -> None:
        """SIGKILL, without waiting for the end."""
        assert self.process
        self.process.kill()
        self.kills += 1

    async def start_again(self) -> None:
        assert self.process
        await self.process.wait()
        await self.start()

    async def stop(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(STOP_SECONDS):
                await self.process.wait()


@dataclass(slots=True)
class Patience:
    """Seconds: a terminal's limit for one request, and its longest pause between two tries."""

    request: float = 2.0
    backoff_cap: float = 5.0


@dataclass(slots=True)
class Worked:
    """A terminal's process. `until`: how many operations it is to have confirmed in all."""

    name: str
    folder: Path
    line: Line
    patience: Patience
    seed: int
    until: int = 0
    kills: int = 0
    starts: int = 0
    process: Process | None = field(default=None)

    @property
    def home(self) -> Path:
        return self.folder / self.name

    @property
    def store(self) -> Path:
        return self.home / "terminal.db"

    @property
    def beeps(self) -> Path:
        return self.folder / f"{self.name}.beeps"

    @property
    def beeped(self) -> int:
        return self.beeps.stat().st_size // BEEP_BYTES if self.beeps.exists() else 0

    @property
    def waiting(self) -> int:
        """Operations without an outcome, read from its file."""
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as file:
            return int(file.execute("SELECT count(*) FROM operation WHERE outcome IS NULL").fetchone()[0])

    async def enroll(self, address: str, code: str) -> None:
        await run_program(*SCANNER, "enroll", address, code, "--home", str(self.home))
        await run_program(*SCANNER, "sync", "--once", "--home", str(self.home))

    async def start(self) -> None:
        self.starts += 1
        log = self.folder / f"{self.name}.log"
        given = {
            "home": self.home, "beeps": self.beeps, "terminal": self.name, "seed": self.seed * 1000 + self.starts,
            "request-seconds": self.patience.request, "backoff-cap": self.patience.backoff_cap,
        }  # fmt: skip
        options = [part for name, value in given.items() for part in (f"--{name}", str(value))]
        with log.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, str(WORKER), *options, stdin=PIPE, stdout=PIPE, stderr=errors
            )
        await _first_line(self.process, f"terminal {self.name}", log)
        await self.tell(until=self.until)

    async def tell(self, **said: Any) -> None:
        assert self.process
        assert self.process.stdin
        if self.process.returncode is not None:
            raise RehearsalFailed(f"terminal {self.name} has ended by itself; {self.name}.log says why")
        self.process.stdin.write(msgspec.json.encode(said) + b"\n")
        await self.process.stdin.drain()

    async def go_on(self, operations: int) -> None:
        """Confirm so many more."""
        self.until = self.beeped + operations
        await self.tell(until=self.until)

    def strike(self) -> None:
        """SIGKILL, without waiting for the end."""
        assert self.process
        self.process.kill()
        self.kills += 1

    async def start_again(self) -> None:
        assert self.process
        await self.process.wait()
        await self.start()

    def freeze(self) -> None:
        assert self.process
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        os.kill(self.process.pid, signal.SIGCONT)

    async def stop(self) -> None:
        if self.process and self.process.returncode is None:
            assert self.process.stdin
            self.process.stdin.close()
            async with asyncio.timeout(STOP_SECONDS):
                await self.process.wait()

    async def verify(self) -> str:
        """Empty where its file is whole, else what is wrong with it."""
        try:
            await run_program(*SCANNER, "verify", "--home", str(self.home))
        except RehearsalFailed as failed:
            return str(failed)
        return ""
