"""A whole shift: a ledger served, three terminals enrolled, every line picked while the network and the power fail.

Two terminals are offline for the middle third of their lines, one of them is killed twice, and of one sync the ledger's
whole reply is lost. One terminal picks its last lines offline, so that its queue must drain without another scan.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from scanner_client.rehearsal.card import card
from scanner_client.rehearsal.crew import SCANNER, TerminalProcess
from scanner_client.rehearsal.office import Office, RehearsalFailed, run_program
from scanner_client.rehearsal.picker import Picker, Trouble
from scanner_client.rehearsal.proof import Check, plant_loss, prove
from scanner_client.rehearsal.proxy import Proxy
from scanner_client.rehearsal.robot import Puzzled
from scanner_client.rehearsal.warehouse import SITE, Line, write_operators, write_warehouse

TERMINALS = ("T1", "T2", "T3")
OPERATORS = (("anna", "en"), ("wang", "zh_CN"), ("li", "zh_CN"))
DRAIN_SECONDS = 120.0
LOOK_SECONDS = 0.25
LAST_OFFLINE = 3


@dataclass(slots=True)
class Shift:
    """`orders_file` is what `ledger import orders` reads, with `mapping` where it needs one; `lines` what it holds."""

    folder: Path
    lines: Sequence[Line]
    orders_file: Path
    mapping: str = ""
    said: Callable[[str], None] = lambda _: None
    operators: Sequence[tuple[str, str]] = OPERATORS
    size: str = "20x16"
    import_report: dict[str, Any] = field(default_factory=dict)
    pickers: list[Picker] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.folder / "ledger.db"

    async def work(self) -> None:
        """Open, pick everything, wait until every queue has drained, close. Raises RehearsalFailed."""
        office = Office(self.database)
        began = monotonic()
        await asyncio.to_thread(self._write_files)
        self.import_report = await office.open(self.folder, self.orders_file, self.mapping)
        async with AsyncExitStack() as closing:
            host, port = await office.serve(self.folder / "ledger.log")
            closing.push_async_callback(office.close)
            await self._enroll(office, host, port, closing)
            self._took("opening", began)
            await self._pick()
            await self._drain()

    def _write_files(self) -> None:
        write_warehouse(self.folder, self.lines, [f"TOTE:{name}" for name in TERMINALS])
        write_operators(self.folder, self.operators)

    async def _enroll(self, office: Office, host: str, port: int, closing: AsyncExitStack) -> None:
        """Terminals with their pickers, enrolled each through its own network, all at once."""
        shares = share_out(self.lines, len(TERMINALS))
        for number, (name, orders) in enumerate(zip(TERMINALS, shares, strict=True)):
            terminal = TerminalProcess(name, self.folder / name, Proxy(host, port), self.size)
            closing.push_async_callback(terminal.line.stop)
            closing.push_async_callback(terminal.stop)
            operator, language = self.operators[number]
            troubles = troubles_of(number, sum(orders.values()))
            self.pickers.append(Picker(terminal, operator, language, orders, troubles, self._tell))
        await asyncio.gather(*(_enroll(office, picker.terminal) for picker in self.pickers))

    async def _pick(self) -> None:
        began = monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                for picker in self.pickers:
                    group.create_task(picker.work())
        except* (RehearsalFailed, Puzzled) as failed:
            raise RehearsalFailed("; ".join(map(str, failed.exceptions))) from failed
        self._took("picking", began)

    async def _drain(self) -> None:
        """Wait, without another scan, until no terminal has anything unsent."""
        began = monotonic()
        for picker in self.pickers:
            picker.terminal.line.mend()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while waiting := [one for picker in self.pickers if (one := await _waiting(picker))]:
                    self.said(f"waiting for {', '.join(waiting)}")
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise RehearsalFailed(f"the queues had not drained {DRAIN_SECONDS:g} s after the last scan") from None
        self._took("draining", began)

    def _took(self, what: str, began: float) -> None:
        self.seconds[what] = monotonic() - began

    def _tell(self, terminal: str, done: int, what: str) -> None:
        self.said(f"{terminal} after {done} lines: {what}")

    # --- afterwards

    async def prove(self, *, plant_lost: bool = False) -> list[Check]:
        """Check the files, now that every process has exited. `plant_lost`: in a copy from which one pick was taken."""
        database = await asyncio.to_thread(self._planted) if plant_lost else self.database
        checks = await asyncio.to_thread(self._checks, database)
        said = await Office(database).verify()
        return [*checks, Check("ledger verify", "the log, its hashes, every table", said.partition("\n")[0])]

    def _planted(self) -> Path:
        copy = self.folder / "planted.db"
        for source in self.database.parent.glob(f"{self.database.name}*"):
            if source.name.removeprefix(self.database.name) in ("", "-wal"):
                shutil.copy(source, copy.with_name(source.name.replace(self.database.name, copy.name)))
        self.said(f"planted: operation {plant_loss(copy)} is gone from a copy of the ledger")
        return copy

    def _checks(self, database: Path) -> list[Check]:
        stores = {picker.terminal.name: picker.terminal.store for picker in self.pickers}
        ordered = {(line.order, line.line): line.quantity for line in self.lines}
        return list(prove(database, stores, ordered, [one for picker in self.pickers for one in picker.confirmed]))

    def facts(self) -> Mapping[str, str]:
        """The circumstances, for the card."""
        report = self.import_report
        kills = sum(picker.terminal.kills for picker in self.pickers)
        offline = ", ".join(f"{one.terminal.name} {one.offline_lines}" for one in self.pickers if one.offline_lines)
        swallowed = [count for picker in self.pickers for count in picker.terminal.line.swallowed]
        return {
            "rows in the file": f"{report['rows']:,}: {report['accepted']:,} lines, {len(report['rejected'])} left out",
            "orders": f"{report['orders']:,}, {sum(line.quantity for line in self.lines):,} pieces",
            "lines by terminal": ", ".join(f"{one.terminal.name} {len(one.confirmed)}" for one in self.pickers),
            "lines picked offline": offline,
            "kill -9": f"{kills} times",
            "replies swallowed whole": f"{len(swallowed)}, with {sum(swallowed)} operations",
            "seconds": ", ".join(f"{what} {took:.1f}" for what, took in self.seconds.items()),
        }

    def happened(self) -> str:
        """Why the troubles of this shift prove nothing; empty where all of them came about."""
        if not any(picker.terminal.line.swallowed for picker in self.pickers):
            return "no reply was swallowed"
        if sum(picker.terminal.kills for picker in self.pickers) != 2:
            return "no terminal was killed twice"
        offline = sum(bool(picker.offline_lines) for picker in self.pickers)
        return "" if offline == 2 else f"{offline} terminals worked offline"

    def card(self, title: str, checks: Sequence[Check]) -> str:
        return "\n".join(card(title, self.facts(), checks))


async def _enroll(office: Office, terminal: TerminalProcess) -> None:
    address = await terminal.line.start()
    await terminal.enroll(address, await office.invite(terminal.name, SITE))
    await run_program(*SCANNER, "sync", "--once", "--home", str(terminal.home))


async def _waiting(picker: Picker) -> str:
    """How much the terminal has without an outcome, asked without a scan; empty for nothing."""
    status = (await picker.terminal.ask(status=True))["status"]
    count = status["kept"] + status["sent"]
    return f"{picker.terminal.name} {count}" if count else ""


def share_out(lines: Sequence[Line], pickers: int) -> list[dict[str, int]]:
    """Orders with their number of lines, dealt so that all have about as many lines; each keeps the file's order."""
    orders: dict[str, int] = {}
    for line in lines:
        orders[line.order] = orders.get(line.order, 0) + 1
    shares: list[list[str]] = [[] for _ in range(pickers)]
    loads = [0] * pickers
    for order in sorted(orders, key=lambda one: -orders[one]):
        least = loads.index(min(loads))
        shares[least].append(order)
        loads[least] += orders[order]
    return [{order: orders[order] for order in orders if order in share} for share in map(set, shares)]


def troubles_of(number: int, lines: int) -> dict[int, list[Trouble]]:
    """What happens to the terminal with this number, by how many of its lines are done."""
    first, second = lines // 3, lines - lines // 3
    match number:
        case 0:
            plan = [(first, Trouble.SWALLOW)]
        case 1:
            plan = [(first, Trouble.CUT), (lines // 2, Trouble.KILL), (second, Trouble.MEND), (second, Trouble.KILL)]
        case _:
            plan = [(first, Trouble.CUT), (second, Trouble.MEND), (lines - LAST_OFFLINE, Trouble.CUT)]
    troubles: dict[int, list[Trouble]] = {}
    for at, trouble in plan:
        troubles.setdefault(at, []).append(trouble)
    return troubles
