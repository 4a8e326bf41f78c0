"""A terminal at work as a process: flow engine, store and sync as they ship, and somebody who receives and puts away.

worker.py --home DIR --beeps FILE --terminal T1 --seed N --request-seconds 2 --backoff-cap 5

Each operation's id is written to the file of beeps when its signal would sound: after its commit. Lines of JSON in:
{"until": N} work until so many have sounded in all · {"mode": "offline"|"automatic"}. One line out, when it stands.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from chaos.warehouse import BINS, ITEMS, STAGING, badge_of, operator_of, order_of  # noqa: E402

from scanner_client import conversation  # noqa: E402
from scanner_client.clock import local_offset, now_milliseconds, utc_now  # noqa: E402
from scanner_client.core.events import Key, Scan  # noqa: E402
from scanner_client.core.view import Size, View  # noqa: E402
from scanner_client.flows import shipped_flows, shipped_texts  # noqa: E402
from scanner_client.home import Home  # noqa: E402
from scanner_client.ports import NewOperation  # noqa: E402
from scanner_client.rehearsal.warehouse import gtin13  # noqa: E402
from scanner_client.runtime import Runtime, Shown  # noqa: E402
from scanner_client.terminal import Terminal  # noqa: E402
from sync.core.backoff import Backoff  # noqa: E402
from sync.core.machine import Machine, Mode  # noqa: E402
from sync.shell import LedgerLine  # noqa: E402
from sync.wire.bodies import Moved  # noqa: E402
from sync.wire.quantity import Quantity  # noqa: E402

BEEP_BYTES = 37
MOST_MOVED = 10
PUT_AWAY = 0.1
"""The share of turns in which goods are put away, several in one commit; else they are received, by the flow."""


class Puzzled(Exception):
    """The terminal shows something that an obedient person cannot bring about."""


class Worker:
    """`staged`: the places of goods that this process has received and not put away yet, with their items."""

    def __init__(self, terminal: Terminal, beeps: Path, name: str, random: Random) -> None:
        self._terminal, self._name, self._random = terminal, name, random
        self._file = os.open(beeps, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._beeped = os.fstat(self._file).st_size // BEEP_BYTES
        self._until = 0
        self._ended = False
        self._told = threading.Condition()
        self._staged: list[tuple[str, str]] = []
        self._runtime = Runtime(
            terminal.store, shipped_flows(), shipped_texts(), now=now_milliseconds, offset=local_offset(),
            size=Size(20, 16), language="en",
        )  # fmt: skip
        self._seen = self._in_store(self._runtime.start).view

    def listen(self, lines: Iterable[str]) -> None:
        """In a thread of its own, until the lines end."""
        for line in lines:
            said = json.loads(line)
            if "mode" in said:
                self._terminal.set_mode(Mode(said["mode"]))
            with self._told:
                self._until = said.get("until", self._until)
                self._told.notify_all()
        with self._told:
            self._ended = True
            self._told.notify_all()

    def work(self) -> None:
        """Until nobody says anything any more."""
        while True:
            with self._told:
                self._told.wait_for(lambda: self._ended or self._beeped < self._until)
                if self._ended:
                    return
            if len(self._staged) > MOST_MOVED and self._random.random() < PUT_AWAY:
                self._put_away()
            else:
                self._next_event()

    def _put_away(self) -> None:
        goods = [self._staged.pop() for _ in range(self._random.randint(2, MOST_MOVED))]
        self._beep(self._terminal.thread.submit(lambda: self._moved(goods)).result())

    def _moved(self, goods: list[tuple[str, str]]) -> list[str]:
        """In the store's thread: one commit for all."""
        with self._terminal.store.step() as tx:
            return [tx.append(self._move(place, item)) for place, item in goods]

    def _move(self, place: str, item: str) -> NewOperation:
        body = Moved(item=item, quantity=Quantity(1), location=place, to=self._random.choice(BINS))
        return NewOperation("moved", operator_of(self._name), body, utc_now(), local_offset())

    def _next_event(self) -> None:
        """What the prompt asks for."""
        event = self._event(self._seen)
        item, place = self._seen.asked.item, getattr(event, "raw", "")
        shown = self._in_store(lambda: self._runtime.handle(event))
        self._beep(shown.operations)
        self._staged += [(place, item)] * len(shown.operations)
        self._seen = shown.view
        if self._seen.error or self._seen.alert:
            raise Puzzled(f"{self._seen.error or self._seen.alert} at {self._seen.step}: {self._seen.rows}")

    def _event(self, seen: View) -> Scan | Key:
        now = now_milliseconds()
        match seen.flow, seen.step:
            case "main", "badge":
                return Scan(badge_of(self._name), now, now)
            case "main", "menu":
                return Key(next(digit for digit, value, _ in seen.options if value == "receive"), now, now)
            case "receive", "order":
                return Scan(order_of(self._name), now, now)
            case "receive", "item":
                return Scan(gtin13(self._random.randrange(ITEMS)), now, now)
            case "receive", "quantity" | "staging":
                return Scan(self._random.choice(STAGING), now, now)
            case _:
                raise Puzzled(f"nobody should stand at {seen.flow}.{seen.step}: {seen.rows}")

    def _in_store(self, work: Callable[[], Shown]) -> Shown:
        shown: Shown = self._terminal.thread.submit(work).result()
        return shown

    def _beep(self, ids: Iterable[str]) -> None:
        """Written at once, so that no kill takes back what has sounded."""
        sounded = list(ids)
        if sounded:
            os.write(self._file, "".join(f"{id}\n" for id in sounded).encode())
            self._beeped += len(sounded)


def hurry(request_seconds: float, backoff_cap: float) -> None:
    """Shorter patience than what ships, which has no setting for it: a run of minutes is to hold hundreds of faults."""
    vars(conversation).update(
        LedgerLine=partial(LedgerLine, request_seconds=request_seconds),
        Machine=partial(Machine, backoff=Backoff(cap=backoff_cap)),
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--home", type=Path, required=True)
    options.add_argument("--beeps", type=Path, required=True)
    options.add_argument("--terminal", required=True)
    options.add_argument("--seed", type=int, required=True)
    options.add_argument("--request-seconds", type=float, required=True)
    options.add_argument("--backoff-cap", type=float, required=True)
    given = options.parse_args()
    hurry(given.request_seconds, given.backoff_cap)
    terminal = Terminal.open(Home(given.home), doing="chaos")
    try:
        worker = Worker(terminal, given.beeps, given.terminal, Random(given.seed))
        terminal.start()
        print(json.dumps({"stands": True}), flush=True)
        threading.Thread(target=worker.listen, args=(sys.stdin,), daemon=True).start()
        worker.work()
    finally:
        terminal.close()


if __name__ == "__main__":
    main()
