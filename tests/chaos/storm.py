"""A plan carried out on running processes: kills, faults of the network, damage, and the wait for quiet."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from time import monotonic

from chaos.books import change, count_of
from chaos.floor import all_worked, come_true, lefts
from chaos.plan import Kill, Plan, Step
from chaos.processes import Service, Worked
from chaos.proof import all_read

from scanner_client.rehearsal.office import RehearsalFailed

PLANTS = ("terminal", "ledger", "twice", "balance", "stuck")
HOLD_SECONDS = 20.0
DRAIN_SECONDS = 120.0
STUCK_SECONDS = 15.0
TOLD_EVERY = 20


@dataclass(slots=True)
class Storm:
    """`at_reply`: kills while a reply was kept back whose operations were found committed; `idle`: those that waited
    for such a reply in vain, and came without."""

    plan: Plan
    service: Service
    terminals: list[Worked]
    plant: str = ""
    at_reply: int = 0
    idle: int = 0
    drained: float = 0.0
    seconds: float = 0.0

    async def work(self) -> None:
        """The whole plan, then quiet until every queue is empty; all processes have exited at the end."""
        began = monotonic()
        try:
            for number, step in enumerate(self.plan.steps, start=1):
                await self._take(step)
                if number % TOLD_EVERY == 0:
                    self._tell(number, monotonic() - began)
            if self.plant == "terminal":
                await self._forget_one(self.terminals[0])
            self.seconds = monotonic() - began
            self.drained = await self._drain()
        finally:
            for one in self.terminals:
                await one.stop()
            await self.service.stop()

    # --- one step

    async def _take(self, step: Step) -> None:
        for number, fault in step.faults:
            self.terminals[number].line.faults.append(fault)
        target = self.terminals[step.terminal]
        held = target.line.hold() if step.kill.at_reply else None
        for one in self.terminals:
            await one.go_on(self.plan.chunk)
        if held:
            await self._await_reply(held, step.kill)
        else:
            await asyncio.sleep(step.after)
        await self._kill(step.kill, target)
        await all_worked(self.terminals)

    async def _await_reply(self, held: asyncio.Future[list[str]], kill: Kill) -> None:
        """Until the whole reply has arrived at the proxy, and its operations are found in the database."""
        try:
            async with asyncio.timeout(HOLD_SECONDS):
                ids = await held
        except TimeoutError:
            self.idle += 1
            return
        found = await asyncio.to_thread(count_of, self.service.address, ids)
        if found != len(ids):
            raise RehearsalFailed(f"the ledger answered {len(ids)} operations and has committed {found}")
        self.at_reply += kill.of_ledger + kill.of_terminal

    async def _kill(self, kill: Kill, target: Worked) -> None:
        if kill.of_ledger:
            self.service.strike()
        if kill.of_terminal:
            target.strike()
        target.line.release()
        if kill.of_ledger:
            await self.service.start_again()
        if kill.of_terminal:
            await target.start_again()

    def _tell(self, number: int, seconds: float) -> None:
        beeped = sum(one.beeped for one in self.terminals)
        kills = self.service.kills + sum(one.kills for one in self.terminals)
        told = f"step {number}: {beeped:,} operations, {kills} kills, {self.at_reply} at a reply, {seconds:.0f} s"
        print(told, flush=True)

    # --- the end

    async def _drain(self) -> float:
        """Seconds until no terminal has anything without an outcome; without another scan."""
        for one in self.terminals:
            one.line.faults.clear()
        if self.plant == "stuck":
            self.terminals[0].line.cut()
            await self.terminals[0].go_on(1)
            await all_worked(self.terminals)
        began = monotonic()
        with suppress(RehearsalFailed):  # the proof names what is stuck
            await come_true(
                "all to be quiet", self._is_quiet, STUCK_SECONDS if self.plant == "stuck" else DRAIN_SECONDS
            )
        return monotonic() - began

    def _is_quiet(self) -> bool:
        """Whether everything has an outcome on its terminal, and every terminal has read what there is."""
        drained = not any(one.waiting for one in self.terminals)
        return drained and all_read(self.service.address, lefts(self.terminals))

    # --- damage

    async def _forget_one(self, one: Worked) -> None:
        """An operation that was confirmed and not sent yet vanishes from the terminal's file, with all it had done."""
        one.line.cut()
        await one.go_on(2)
        await all_worked(self.terminals)
        one.strike()
        assert one.process
        await one.process.wait()
        with closing(sqlite3.connect(one.store)) as file, file:
            (id,) = file.execute("SELECT id FROM operation ORDER BY seq DESC LIMIT 1").fetchone()
            for table, column in (("operation", "id"), ("delta", "op"), ("cover", "op")):
                file.execute(f"DELETE FROM {table} WHERE {column} = ?", [id])
        one.line.mend()
        one.until = 0
        await one.start()

    def spoil_ledger(self) -> None:
        """After every process has exited."""
        id = "SELECT min(id) FROM operation WHERE kind = 'received'"
        of_it = f"JOIN operation_feed f ON f.feed = l.feed AND f.n = l.n WHERE f.op = ({id})"
        statements = {
            "twice": f"INSERT INTO log SELECT l.feed, l.n + 1000000, l.hash, l.body FROM log l {of_it}",
            "ledger": f"DELETE FROM operation WHERE id = ({id})",
            "balance": "UPDATE balances SET quantity = quantity + 1 WHERE key = (SELECT min(key) FROM balances)",
        }
        if self.plant in statements:
            change(self.service.address, statements[self.plant])

    # --- what is told

    def facts(self) -> dict[str, str]:
        happened: Counter[str] = Counter()
        for one in self.terminals:
            happened.update({fault.name.lower(): count for fault, count in one.line.happened.items()})
        kills = sum(one.kills for one in self.terminals)
        return {
            "seed": str(self.plan.seed),
            "kill -9": f"{kills + self.service.kills}: terminals {kills}, ledger {self.service.kills}",
            "  at a reply": f"{self.at_reply}, its operations found committed each time",
            "  no such reply came": f"{self.idle} times",
            "faults of the network": f"{sum(happened.values())}",
            **{f"  {name}": str(count) for name, count in sorted(happened.items())},
            "seconds": f"work {self.seconds:.0f}, then until all was quiet {self.drained:.1f}",
        }
