"""A world of files: the real store, the real shell, the real service and its database, under the same checks.

Smaller than a world in memory, since each commit goes to a disk. Long polls stay the simulator's own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import httpx
import structlog.testing
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from simulator.broken import Broken
from simulator.file_ledger import FileLedger
from simulator.file_server import URL, FileServer, new_loop
from simulator.file_terminal import FileTerminal
from simulator.memory_book import MemoryLedger
from simulator.memory_terminal import MemoryTerminal
from simulator.network import Answer
from simulator.plan import Plan, draw_plan
from simulator.world import Result, World

from scanner_client.keys import TerminalKey
from scanner_client.store.identity import Identity
from server_stub.keys import LedgerKey
from sync.core.machine import Failed, Trouble
from sync.core.offer import Composed, compose, with_signature
from sync.faults import SyncFault
from sync.shell import LedgerLine
from sync.wire.codec import encode
from sync.wire.messages import Limits, StreamOffer, SyncReply, SyncRequest

IN_BETWEEN = {
    Trouble.NOT_A_LEDGER: httpx.Response(200, html="<html>Please log in to this network.</html>"),
    Trouble.UNAUTHORISED: httpx.Response(401, html="<html>401</html>"),
    Trouble.TOO_BIG: httpx.Response(413, html="<html>413</html>"),
    Trouble.BUSY: httpx.Response(429, headers={"retry-after": "5"}),
    Trouble.SERVER_ERROR: httpx.Response(502, html="<html>502 Bad Gateway</html>"),
}
"""What a proxy or a portal says in the ledger's place."""


_QUESTION = SyncRequest(
    ledger_id="", ledger_epoch="", terminal="", stream=StreamOffer(epoch="", head=0), feeds=[], limits=Limits()
)
"""What is asked has gone its own way by then; the line is here for what comes back."""


def draw_file_plan(seed: int) -> Plan:
    """The world of this seed, with fewer people and less to do."""
    plan = draw_plan(seed)
    kept = plan.disasters[::2]
    return replace(
        plan, terminals=min(3, plan.terminals), operations=plan.operations // 4, decisions=plan.decisions // 3,
        minutes=plan.minutes / 2, disasters=tuple((at / 2, name) for at, name in kept), both_sites=False,
    )  # fmt: skip


class _Delivered(httpx.AsyncBaseTransport):
    """Delivers what the simulated network left of an answer."""

    def __init__(self) -> None:
        self.answer = Answer()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.answer
        match answer.trouble:
            case None:
                return httpx.Response(200, content=answer.body)
            case Trouble.TIMEOUT:
                raise httpx.ReadTimeout("no answer", request=request)
            case Trouble.UNREACHABLE:
                raise httpx.ConnectError("no way there", request=request)
            case trouble if answer.status == 200:
                return IN_BETWEEN[trouble]
            case _:
                return httpx.Response(answer.status, content=answer.body)


class FileWorld(World):
    def __init__(self, plan: Plan, tell: Callable[[str], None] = lambda _: None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="world-"))
        self._loop = new_loop()
        self._ledger_key = LedgerKey(Ed25519PrivateKey.generate())
        names = [f"T{number}" for number in range(1, plan.terminals + 1)]
        self._keys = {name: Ed25519PrivateKey.generate() for name in names}
        self._made: list[FileTerminal | FileLedger] = []
        self._delivered = _Delivered()
        self._line = LedgerLine(URL)
        self._line._client = httpx.AsyncClient(transport=self._delivered)
        super().__init__(plan, tell)

    def run(self) -> Result:
        try:
            with structlog.testing.capture_logs():
                return super().run()
        finally:
            for one in self._made:
                one.close()
            self._loop.run_until_complete(self._line.close())
            self._loop.close()
            shutil.rmtree(self._folder)

    def _place(self) -> Path:
        return self._folder / str(len(self._made))

    def new_server(self, name: str, epoch: str) -> FileServer:
        keys = {name: key.public_key().public_bytes_raw() for name, key in self._keys.items()}
        ledger = FileLedger(self._place(), self.ledger_id, epoch, self.clock.stamp, keys)
        self._made.append(ledger)
        stands_in = cast("MemoryLedger", ledger)
        server = FileServer(name, stands_in, self.sees_server_commit, self.sees_reply, self.sees_death)
        server.files, server.loop, server.key = ledger, self._loop, self._ledger_key
        if self._made[:1] != [ledger]:
            ledger.tokens = self.server.files.tokens  # type: ignore[attr-defined]
        return server

    def new_store(self, terminal: str, site: str, feeds: Sequence[str], epoch: str) -> MemoryTerminal:  # noqa: ARG002
        identity = Identity(self.ledger_id, terminal, site)
        store = FileTerminal(self._place(), identity, epoch, new_id=self.new_id, now=self.clock.stamp)
        self._made.append(store)
        return cast("MemoryTerminal", store)

    def lose_power(self, store: MemoryTerminal) -> None:
        cast("FileTerminal", store).lose_power()

    def written(self, composed: Composed) -> bytes:
        return encode(self._signed(composed, self._keys[composed.request.terminal]))

    def _signed(self, composed: Composed, key: Ed25519PrivateKey) -> SyncRequest:
        return with_signature(composed.request, TerminalKey(key).sign(composed.statement))

    def understood(self, answer: Answer) -> SyncReply | Failed:
        self._delivered.answer = answer
        try:
            return self._loop.run_until_complete(self._line.exchange(_QUESTION))
        except SyncFault as fault:
            return Failed(fault.trouble, max(fault.retry_after, answer.retry_after))

    def _come_to_rest(self) -> None:
        super()._come_to_rest()
        self._strangers_are_refused()

    def _strangers_are_refused(self) -> None:
        """What another key signed is not taken, whatever token comes with it."""
        for device in self.devices:
            with device.store.transaction() as tx:
                composed = compose(tx, have_seq=None, gaps=(), limits=Limits(), now=self.clock.stamp())
            forged = encode(self._signed(composed, Ed25519PrivateKey.generate()))
            answer = self.server.serve(forged)
            if answer is None or answer.trouble is not Trouble.UNAUTHORISED:
                raise Broken("signature", f"the ledger took what another key had signed for {device.name}")
