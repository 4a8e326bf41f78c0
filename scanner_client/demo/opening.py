"""The demo's programs: a ledger made, filled and served, two terminals enrolled, each behind a network of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scanner_client.demo.story import WAREHOUSE, Story
from scanner_client.rehearsal.crew import TerminalProcess
from scanner_client.rehearsal.office import Office
from scanner_client.rehearsal.proxy import Proxy

SIZE = "20x16"


@dataclass(slots=True)
class Programs:
    """Every program of the demo. `folder` holds the ledger's file and the terminals' homes."""

    folder: Path
    story: Story
    size: str = SIZE
    office: Office = field(init=False)
    terminals: dict[str, TerminalProcess] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.office = Office(self.folder / "ledger.db")

    @property
    def stores(self) -> dict[str, Path]:
        return {name: terminal.store for name, terminal in self.terminals.items()}

    async def open(self, told: Callable[[str], None]) -> None:
        """From an empty folder to enrolled terminals; `told` hears of each part done. Raises RehearsalFailed."""
        await self.office.ledger("init", "--environment", "training")
        told("opening.ledger")
        await self.office.ledger("import-folder", str(WAREHOUSE))
        told("opening.warehouse")
        host, port = await self.office.serve(self.folder / "ledger.log")
        await asyncio.gather(*(self._enrol(name, host, port) for name in (self.story.picker, self.story.second_picker)))
        told("opening.terminals")

    async def _enrol(self, name: str, host: str, port: int) -> None:
        size = self.size if name == self.story.picker else SIZE
        terminal = TerminalProcess(name, self.folder / name, Proxy(host, port), size)
        self.terminals[name] = terminal
        address, code = await asyncio.gather(terminal.line.start(), self.office.invite(name, self.story.site))
        await terminal.enroll(address, code)

    async def stop(self) -> None:
        """End every program in good order: afterwards the files can be read. The networks stay as they are."""
        await asyncio.gather(*(terminal.stop() for terminal in self.terminals.values()))
        await self.office.close()

    async def serve_again(self) -> None:
        """The ledger's service once more, behind the same networks."""
        host, port = await self.office.serve(self.folder / "ledger.log")
        for terminal in self.terminals.values():
            terminal.line.host, terminal.line.port = host, port

    async def close(self) -> None:
        """End everything. Safe to call twice, and where the opening failed."""
        await self.stop()
        await asyncio.gather(*(terminal.line.stop() for terminal in self.terminals.values()))
