"""The product as it is used: `ledger serve` as a process of its own, and a terminal's store talking to it.

Ledger and terminal are made once and copied for each run, so that every run begins with the same files.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from measure import Samples, check
from workload import SITE, TERMINAL, TOTE, body

from scanner_client.clock import new_epoch, new_uuid7, utc_now
from scanner_client.enrolment import enrol
from scanner_client.exchange import StoreExchange
from scanner_client.home import Home
from scanner_client.store import StoreThread, TerminalStore
from scanner_client.store.identity import Sources
from server_stub.commands.terminals import add_terminal
from server_stub.db import create_schema, open_ledger
from server_stub.importing.applying import Batch, Taken, take_in
from server_stub.keys import create_key
from server_stub.office import perform
from server_stub.place import Place, place_of
from sync.core.machine import Machine
from sync.driver import Driver
from sync.shell import LedgerLine
from sync.wire.service import EnrollReply, EnrollRequest

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A ledger and one terminal, in a folder that can be copied."""

    folder: Path
    database: str = ""
    """Where the ledger is kept instead of a file in the folder; its key is then named by LEDGER_KEY."""

    @property
    def place(self) -> Place:
        return place_of(self.database or str(self.folder / "ledger.db"))

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def make(self) -> None:
        """An empty ledger with one site."""
        if self.place.file:
            self.place.file.touch(0o600)
        create_schema(self.place.url)
        create_key(Path(os.environ.get("LEDGER_KEY") or self.place.key))
        self.take("sites", [{"code": SITE}])

    def take(self, kind: str, rows: Rows) -> None:
        """Import rows, beside a running service or without one."""
        batch = Batch(kind=kind, rows=list(enumerate(rows, 2)), by="bench")
        taken = msgspec.convert(perform(self.place, open_ledger, take_in, batch=msgspec.to_builtins(batch)), Taken)
        check(not taken.refused, f"the ledger refused {kind}: {taken.refused[:1]}")

    def invite(self) -> str:
        invited = perform(self.place, open_ledger, add_terminal, terminal=TERMINAL, site=SITE, hours=1.0)
        return str(invited["code"])

    @contextmanager
    def served(self) -> Iterator[str]:
        """`ledger serve` on a free port; gives its address."""
        command = [sys.executable, "-m", "server_stub.cli", "serve", "--port", "0", "--log-level", "error", "--db"]
        with subprocess.Popen([*command, self.place.url], stdout=subprocess.PIPE) as process:
            assert process.stdout
            try:
                yield str(msgspec.json.decode(process.stdout.readline())["address"])
            finally:
                process.terminate()
                process.wait(20)

    def enroll(self, address: str, code: str) -> None:
        def ask(request: EnrollRequest) -> EnrollReply:
            async def once() -> EnrollReply:
                line = LedgerLine(address)
                try:
                    return await line.enroll(request)
                finally:
                    await line.close()

            return asyncio.run(once())

        enrol(self.home, address, code, ask=ask, new_epoch=new_epoch)

    def sync(self, address: str, samples: Samples) -> None:
        """One whole exchange of this terminal, until neither side has anything more; its time goes to `samples`."""
        thread = StoreThread(self.store())
        try:
            asyncio.run(self._sync(address, thread, samples))
        finally:
            thread.close()

    async def _sync(self, address: str, thread: StoreThread, samples: Samples) -> None:
        line = LedgerLine(address, token=self.home.read_token())
        exchange = StoreExchange(thread, self.home, "bench", lambda _: None)
        driver = Driver(exchange, line, machine=Machine(), jitter=lambda: 0.5, changed=_quiet, wrong=_raise)
        try:
            await line.health()
            await exchange.cursors()
            with samples.one():
                trouble = await driver.run_once()
        finally:
            await line.close()
        check(trouble is None, f"the exchange failed: {driver.state.said}")

    def store(self) -> TerminalStore:
        return TerminalStore(self.home.database, Sources(new_uuid7, utc_now))

    def count(self, question: str) -> int:
        """A count from the terminal's file."""
        with closing(sqlite3.connect(self.home.database)) as file:
            return int(file.execute(question).fetchone()[0])


async def _quiet(_: object) -> None:
    pass


def _raise(error: Exception) -> None:
    raise error


def orders(count: int) -> dict[str, Rows]:
    """Import rows of a warehouse in which the picks 0 to `count` are ordered and in stock."""
    picks = [(number, body(number)) for number in range(count)]
    places = {pick.location: pick.item for _, pick in picks}
    demand: dict[str, int] = {}
    for _, pick in picks:
        demand[pick.location] = demand.get(pick.location, 0) + pick.quantity.units
    bins = [{"site": SITE, "code": place, "walk": step} for step, place in enumerate(places)]
    return {
        "items": [{"code": item} for item in dict.fromkeys(places.values())],
        "locations": [*bins, {"site": SITE, "code": TOTE, "kind": "tote"}],
        "stock": [
            {"site": SITE, "location": place, "item": item, "quantity": str(demand[place])}
            for place, item in places.items()
        ],
        "orders": [
            {"site": SITE, "order": pick.order, "line": pick.line, "item": pick.item, "quantity": str(pick.quantity)}
            for _, pick in picks
        ],
    }
