"""A terminal's part in PINs: it keeps its people's verifiers at hand, and brings that of a new PIN to the ledger.

They are asked for when the line comes up, when somebody syncs by hand and every few minutes while the line is up, so
that a PIN chosen at one scanner is known at the next.
"""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING, Protocol

from scanner_client.core.events import ChoosePin
from scanner_client.logs import log
from scanner_client.ports import StoreError
from sync.faults import SyncFault
from sync.wire.pins import SALT_BYTES, PinChoice, PinsReply, new_verifier

if TYPE_CHECKING:
    from scanner_client.store import StoreThread

REFRESH_SECONDS = 300.0
KEPT, REFUSED, UNREACHABLE = "kept", "refused", "unreachable"


class Line(Protocol):
    """`sync.shell.LedgerLine`. Both raise SyncFault."""

    async def pins(self) -> PinsReply: ...
    async def choose_pin(self, choice: PinChoice) -> PinsReply: ...


class PinKeeping:
    """Belongs to the event loop of the conversation."""

    def __init__(self, line: Line, thread: StoreThread) -> None:
        self._line, self._thread = line, thread
        self._wanted = asyncio.Event()
        self._online = False

    def line_changed(self, *, online: bool) -> None:
        if online and not self._online:
            self._wanted.set()
        self._online = online

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self._wanted.wait()
            except TimeoutError:
                if not self._online:
                    continue
            self._wanted.clear()
            await self.refresh()

    async def refresh(self) -> None:
        """Ask now. A ledger that cannot be asked leaves what is known."""
        try:
            await self._keep(await self._line.pins())
        except (SyncFault, StoreError) as error:
            log("pins not read", logging.WARNING, said=str(error))

    async def choose(self, wanted: ChoosePin) -> str:
        """Bring the new PIN; what became of it: kept, refused or unreachable."""
        try:
            verifier = await asyncio.to_thread(new_verifier, wanted.pin, os.urandom(SALT_BYTES))
            choice = PinChoice(operator=wanted.operator, verifier=verifier, code=wanted.code)
            told = await self._line.choose_pin(choice)
            await self._keep(told)
        except (SyncFault, StoreError) as error:
            log("pin not chosen", logging.WARNING, said=str(error))
            return UNREACHABLE
        if told.refused:
            log("pin refused", operator=wanted.operator, reason=told.refused)
        return REFUSED if told.refused else KEPT

    async def _keep(self, told: PinsReply) -> None:
        def keep() -> None:
            with self._thread.store.step() as tx:
                tx.put_pins(told)

        await self._thread.run(keep)
