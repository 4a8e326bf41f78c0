"""A warehouse opened for a run, its terminals waited for, and what all of it left behind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path

from chaos.network import Line
from chaos.processes import Patience, Service, Worked
from chaos.proof import Left, prove

from scanner_client.rehearsal.office import RehearsalFailed
from scanner_client.rehearsal.proof import Check

WORK_SECONDS = 120.0
LOOK_SECONDS = 0.02


def said(failed: Exception) -> str:
    """Why a run broke off."""
    return str(failed) or "something took too long"


async def come_true(what: str, wanted: Callable[[], bool], seconds: float) -> None:
    """Look until it is so. Raises RehearsalFailed, saying what was waited for."""
    try:
        async with asyncio.timeout(seconds):
            while not await asyncio.to_thread(wanted):  # noqa: ASYNC110  # files of other processes tell no event
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise RehearsalFailed(f"{what} within {seconds:g} s: it did not happen") from None


def lefts(terminals: Iterable[Worked]) -> dict[str, Left]:
    """What they left, for the proof."""
    return {one.name: Left(one.store, one.beeps) for one in terminals}


async def all_worked(terminals: Sequence[Worked]) -> None:
    """Until each has confirmed what it was told to; the network does not matter to that."""

    def done() -> bool:
        for one in terminals:
            if one.process and one.process.returncode is not None:
                raise RehearsalFailed(f"terminal {one.name} has ended by itself; {one.name}.log says why")
        return all(one.beeped >= one.until for one in terminals)

    await come_true("every terminal to confirm its share", done, WORK_SECONDS)


async def open_warehouse(
    address: str, folder: Path, count: int, patience: Patience, seed: int, closed: AsyncExitStack
) -> tuple[Service, list[Worked]]:
    """A ledger served, and terminals enrolled through lines of their own, none at work yet."""
    names = [f"T{number}" for number in range(1, count + 1)]
    service = Service(address, folder / "ledger.key", folder / "ledger.log", _free_port())
    await service.make(folder, names)
    await service.start()
    closed.push_async_callback(service.stop)
    terminals: list[Worked] = []
    for number, name in enumerate(names):
        line = Line("127.0.0.1", service.port)
        closed.push_async_callback(line.stop)
        terminals.append(Worked(name, folder, line, patience, seed + number))
        await terminals[-1].enroll(await line.start(), await service.invite(name))
    return service, terminals


async def all_checks(service: Service, terminals: Sequence[Worked]) -> list[Check]:
    """The files' proof, and what both programs say of their own file; after every process has exited."""
    found = list(prove(service.address, lefts(terminals)))
    fault = await service.verify()
    faults = [f"{one.name}: {said}" for one in terminals if (said := await one.verify())]
    stores = Check("scanner verify", f"{len(terminals)} terminals", "; ".join(faults))
    return [*found, Check("ledger verify", "tables agree with the log", fault), stores]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
