"""The ledger's side of a rehearsal, through its commands alone: made, filled, served, asked, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

LEDGER = ("-m", "server_stub.cli")
STOP_SECONDS = 20.0
START_SECONDS = 30.0
KINDS = ("sites", "locations", "items", "barcodes", "operators", "stock")
"""In this order, so that what a file names is known; orders follow."""


class RehearsalFailed(Exception):
    """The shift could not be worked to its end. The message says at what and why."""


async def run_program(*arguments: str, status: tuple[int, ...] = (0,)) -> str:
    """Run a module of this Python and give what it printed. Raises RehearsalFailed with what it complained about."""
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE, stderr=PIPE)
    printed, complained = await process.communicate()
    if process.returncode not in status:
        command = " ".join(arguments[1:])
        raise RehearsalFailed(f"`{command}` ended with {process.returncode}: {complained.decode().strip()}")
    return printed.decode()


@dataclass(slots=True)
class Office:
    """The ledger in the file `database`, and the service while it runs."""

    database: Path
    _service: Process | None = field(default=None)

    async def ledger(self, *arguments: str, status: tuple[int, ...] = (0,)) -> str:
        """Run a ledger command on this database."""
        return await run_program(*LEDGER, *arguments, "--db", str(self.database), status=status)

    async def open(self, folder: Path, orders: Path, mapping: str) -> dict[str, Any]:
        """Make the ledger and import the warehouse in `folder`; gives the report of importing the orders.

        Rows of the orders that are rejected stand in the report; the rest is worked.
        """
        await self.ledger("init", "--environment", "training")
        for kind in KINDS:
            await self.ledger("import", kind, str(folder / f"{kind}.csv"))
        named = ("--map", mapping) if mapping else ()
        said = await self.ledger("import", "orders", str(orders), *named, "--json", status=(0, 1))
        report: dict[str, Any] = msgspec.json.decode(said)
        return report

    async def serve(self, log: Path) -> tuple[str, int]:
        """Start the service on a free port; gives host and port."""
        with log.open("ab") as file:
            self._service = await asyncio.create_subprocess_exec(
                sys.executable, *LEDGER, "serve", "--port", "0", "--db", str(self.database), stdout=PIPE, stderr=file
            )
        assert self._service.stdout
        async with asyncio.timeout(START_SECONDS):
            line = await self._service.stdout.readline()
        if not line:
            raise RehearsalFailed(f"the ledger's service did not start; its log {log} says why")
        place = urlsplit(msgspec.json.decode(line)["address"])
        assert place.hostname
        assert place.port
        return place.hostname, place.port

    async def invite(self, terminal: str, site: str) -> str:
        """A one-time code for a new terminal."""
        invited = msgspec.json.decode(await self.ledger("terminal", "add", terminal, "--site", site, "--json"))
        return str(invited["code"])

    async def verify(self) -> str:
        """Empty where `ledger verify` says yes, else what it says."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, *LEDGER, "verify", "--db", str(self.database), stdout=PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await process.communicate()
        return "" if process.returncode == 0 else said.decode().strip() or f"it ended with {process.returncode}"

    async def close(self) -> None:
        """Stop the service in good order."""
        if self._service is None or self._service.returncode is not None:
            return
        os.kill(self._service.pid, signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            await self._service.wait()
