"""When the next backup is due, and the backups that a running service makes by itself."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server_stub.backup.manifest import Manifest, backups_in
from server_stub.logs import log

AGAIN_AFTER = timedelta(minutes=10)
"""After a backup that failed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a service puts its backups and how often; `keep` of them stay in each folder."""

    folders: Sequence[Path]
    every: timedelta
    keep: int


def due(manifests: Sequence[Manifest], every: timedelta, now: datetime) -> timedelta:
    """How long until a backup is due, zero where it is: of the finished ones the newest counts."""
    newest = max((one.moment for one in manifests), default=None)
    return max(timedelta(0), newest + every - now) if newest else timedelta(0)


async def keep_backing_up(plan: Plan, address: str, ledger_id: str) -> None:
    """Make backups as they fall due, each in a process of its own, so that terminals are answered meanwhile."""
    failed = False
    while True:
        waits = [await asyncio.to_thread(_due_in, folder, plan.every, ledger_id) for folder in plan.folders]
        pause = max(AGAIN_AFTER, min(waits)) if failed else min(waits)
        await asyncio.sleep(pause.total_seconds())
        wanted = [
            folder for folder in plan.folders if not await asyncio.to_thread(_due_in, folder, plan.every, ledger_id)
        ]
        failed = not all([await _made(folder, plan.keep, address) for folder in wanted])


def _due_in(folder: Path, every: timedelta, ledger_id: str) -> timedelta:
    own = [manifest for _, manifest in backups_in(folder) if manifest.ledger_id == ledger_id]
    return due(own, every, datetime.now(UTC))


async def _made(folder: Path, keep: int, address: str) -> bool:
    """Whether `ledger backup` made one; either way it is logged. The address travels in the environment: a command
    line can be read by everyone."""
    words = [sys.executable, "-m", "server_stub.cli", "backup", "--to", str(folder), "--keep", str(keep)]
    process = await asyncio.create_subprocess_exec(
        *words,
        env={**os.environ, "LEDGER_DB": address},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode == 0:
        log().info("backup", folder=str(folder))
        return True
    log().error("backup failed", folder=str(folder), text=said.decode(errors="replace").strip()[-500:])
    return False
