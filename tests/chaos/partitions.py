"""Partitions of some seconds while terminals work, and what happens to those behind them; a table of how it ended.

Each run begins with copies of the same files. After the partition nobody scans any more: what drains, drains by itself.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from random import Random
from time import monotonic

from chaos.floor import all_checks, all_worked, come_true, lefts, open_warehouse, said
from chaos.processes import Patience, Service, Worked
from chaos.proof import all_read

from scanner_client.rehearsal.office import RehearsalFailed

CLIENTS = (5, 10)
PARTITION_SECONDS = 10
FIRST_OPERATIONS, EACH_SECOND = 20, 5
DRAIN_SECONDS = 90.0


class Shape(Enum):
    """Who is behind the partition; packets vanish, no connection is closed."""

    ONE = "one terminal"
    HALF = "half of them"
    ALL = "all of them"
    REPLIES = "half, replies only"


class Trouble(Enum):
    """What happens to those behind it meanwhile."""

    KILL = "kill -9 and start"
    PAUSE = "SIGSTOP, SIGCONT"
    DISCONNECT = "offline by choice"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. Seconds from the end of the partition; `fault` is empty where all checks are true."""

    clients: int
    shape: Shape
    trouble: Trouble
    operations: int
    drained: float
    read: float
    fault: str

    def row(self) -> str:
        told = f"{self.clients:>7}  {self.shape.value:<20}{self.trouble.value:<20}{self.operations:>10,}"
        return f"{told}{self.drained:>14.1f}{self.read:>14.1f}  {self.fault or 'true'}"


HEAD = " ".join(
    (f"{'clients':>7} ", f"{'behind it':<19}", f"{'and meanwhile':<19}", f"{'operations':>10}", f"{'queues empty':>13}",
     f"{'all read':>13} ", "checks")
)  # fmt: skip


async def run_matrix(folder: Path, seed: int) -> int:
    """Every combination, in turn; the exit status."""
    print(f"partitions of {PARTITION_SECONDS} s, seed {seed}; seconds after the partition's end\n{HEAD}", flush=True)
    ended: list[Ended] = []
    for clients in CLIENTS:
        async with AsyncExitStack() as closed:
            base = folder / f"{clients}"
            base.mkdir()
            service, terminals = await open_warehouse(str(base / "ledger.db"), base, clients, Patience(), seed, closed)
            await service.stop()
            for shape in Shape:
                for trouble in Trouble:
                    ended.append(await _run(service, terminals, shape, trouble, Random(f"{seed} {shape} {trouble}")))
                    print(ended[-1].row(), flush=True)
    wrong = sum(bool(one.fault) for one in ended)
    slowest = max((one.drained for one in ended if not one.fault), default=0.0)
    print(
        f"{wrong} of {len(ended)} runs in error; of the others the last queue was empty after {slowest:.1f} s at most"
    )
    return 1 if wrong else 0


async def _run(base: Service, enrolled: Sequence[Worked], shape: Shape, trouble: Trouble, random: Random) -> Ended:
    """One run on copies of the files; whatever goes wrong with it is its fault."""
    source = base.key.parent
    folder = source.with_name(f"{source.name}-{shape.name}-{trouble.name}".lower())
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.sock"))
    service = replace(base, address=str(folder / "ledger.db"), key=folder / "ledger.key", log=folder / "ledger.log")
    terminals = [replace(one, folder=folder) for one in enrolled]
    drained = read = 0.0
    try:
        drained, read = await _partitioned(service, terminals, shape, trouble, random)
        fault = "; ".join(f"{one.name}: {one.fault}" for one in await all_checks(service, terminals) if one.fault)
    except (RehearsalFailed, TimeoutError) as failed:
        fault = f"broke off: {said(failed)}"
    return Ended(len(terminals), shape, trouble, sum(one.beeped for one in terminals), drained, read, fault)


async def _partitioned(
    service: Service, terminals: Sequence[Worked], shape: Shape, trouble: Trouble, random: Random
) -> tuple[float, float]:
    """Work, partition, quiet; all processes have exited at the end."""
    try:
        await service.start()
        await asyncio.gather(*(one.start() for one in terminals))
        await _go_on(terminals, FIRST_OPERATIONS)
        await all_worked(terminals)
        behind = list(_behind(shape, terminals, random))
        await _endure(terminals, behind, shape, trouble, random)
        return await _drain(service, terminals)
    finally:
        for one in terminals:
            one.line.is_deaf = one.line.is_mute = False
            await one.stop()
        await service.stop()


def _behind(shape: Shape, terminals: Sequence[Worked], random: Random) -> Iterator[Worked]:
    count = {Shape.ONE: 1, Shape.ALL: len(terminals)}.get(shape, len(terminals) // 2)
    yield from random.sample(terminals, count)


async def _endure(
    terminals: Sequence[Worked], behind: Sequence[Worked], shape: Shape, trouble: Trouble, random: Random
) -> None:
    """The partition from its beginning to its end. Everybody works on, second by second, but who is paused."""
    for one in behind:
        one.line.is_mute, one.line.is_deaf = shape is Shape.REPLIES, shape is not Shape.REPLIES
    working = [one for one in terminals if trouble is not Trouble.PAUSE or one not in behind]
    moments = {one.name: random.randrange(PARTITION_SECONDS) for one in behind}
    await _begin(trouble, behind)
    for second in range(PARTITION_SECONDS):
        ends = monotonic() + 1
        await _go_on(working, EACH_SECOND)
        dying = [one for one in behind if trouble is Trouble.KILL and moments[one.name] == second]
        for one in dying:
            one.strike()
        await asyncio.gather(*(one.start_again() for one in dying))
        await all_worked(working)
        await asyncio.sleep(max(0.0, ends - monotonic()))
    for one in behind:
        one.line.is_deaf = one.line.is_mute = False
    await _end(trouble, behind)


async def _go_on(terminals: Sequence[Worked], operations: int) -> None:
    for one in terminals:
        await one.go_on(operations)


async def _begin(trouble: Trouble, behind: Sequence[Worked]) -> None:
    for one in behind:
        match trouble:
            case Trouble.PAUSE:
                # With work at hand, so that it is stopped in the middle of something.
                await one.go_on(EACH_SECOND)
                one.freeze()
            case Trouble.DISCONNECT:
                await one.tell(mode="offline")
            case Trouble.KILL:
                pass


async def _end(trouble: Trouble, behind: Sequence[Worked]) -> None:
    for one in behind:
        match trouble:
            case Trouble.PAUSE:
                one.thaw()
            case Trouble.DISCONNECT:
                await one.tell(mode="automatic")
            case Trouble.KILL:
                pass
    await all_worked(behind)


async def _drain(service: Service, terminals: Sequence[Worked]) -> tuple[float, float]:
    """Seconds until the last queue was empty, and until everybody had read everything."""
    began = monotonic()

    await come_true("every queue to be empty", lambda: not any(one.waiting for one in terminals), DRAIN_SECONDS)
    drained = monotonic() - began
    await come_true("everybody to have read all", lambda: all_read(service.address, lefts(terminals)), DRAIN_SECONDS)
    return drained, monotonic() - began
