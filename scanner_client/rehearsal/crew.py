"""A terminal as a process of its own: enrolled, started, spoken to in JSON lines, killed, started again."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from scanner_client.rehearsal.office import RehearsalFailed, run_program
from scanner_client.rehearsal.proxy import Proxy

SCANNER = ("-m", "scanner_client.cli")
CHILD = ("-m", "scanner_client.child")
ANSWER_SECONDS = 30.0
STOP_SECONDS = 20.0
LINE_LIMIT = 4 * 1024 * 1024
Answer = dict[str, Any]


@dataclass(slots=True)
class TerminalProcess:
    """One terminal. `kills` counts how often its process was ended with SIGKILL."""

    name: str
    home: Path
    line: Proxy
    size: str = "20x16"
    kills: int = 0
    _process: Process | None = field(default=None)

    @property
    def store(self) -> Path:
        return self.home / "terminal.db"

    async def enroll(self, address: str, code: str) -> None:
        await run_program(*SCANNER, "enroll", address, code, "--home", str(self.home))

    async def start(self, language: str) -> Answer:
        """Start the program; gives what it shows, which after a kill is the prompt it stood at."""
        with (self.home.parent / f"{self.name}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *CHILD, "--home", str(self.home), "--lang", language, "--size", self.size,
                stdin=PIPE, stdout=PIPE, stderr=log, limit=LINE_LIMIT,
            )  # fmt: skip
        return await self.answer()

    async def give(self, **said: Any) -> None:
        """Send one line without waiting for its answer."""
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(msgspec.json.encode(said) + b"\n")
        await self._process.stdin.drain()

    async def answer(self) -> Answer:
        """The next line. Raises RehearsalFailed where the program says nothing in time or has ended."""
        assert self._process
        assert self._process.stdout
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise RehearsalFailed(f"terminal {self.name} did not answer within {ANSWER_SECONDS:g} s") from None
        if not line:
            raise RehearsalFailed(f"terminal {self.name} has ended; {self.name}.log says why")
        answer: Answer = msgspec.json.decode(line)
        return answer

    async def ask(self, **said: Any) -> Answer:
        await self.give(**said)
        return await self.answer()

    async def kill(self) -> None:
        """SIGKILL: nothing is flushed, nothing is closed."""
        assert self._process
        self._process.kill()
        await self._process.wait()
        self.kills += 1

    async def stop(self) -> None:
        """End the program in good order."""
        if self._process is None or self._process.returncode is not None:
            return
        assert self._process.stdin
        self._process.stdin.close()
        async with asyncio.timeout(STOP_SECONDS):
            await self._process.wait()
