"""What a terminal holds of its work is told how it stands in the ledger, by whatever way the news comes."""

from __future__ import annotations

from itertools import count

import pytest
from simulator.memory_book import MemoryLedger
from simulator.memory_terminal import MemoryTerminal
from simulator.server import Server
from simulator.test_streams import LEDGER, Pusher
from simulator.warehouse import furnish

from scanner_client.ports import NewOperation
from server_stub.ledger.book import Terminal
from sync.wire.bodies import Moved, Received, Undone
from sync.wire.messages import GLOBAL_FEED, Outcome
from sync.wire.quantity import Quantity


@pytest.fixture
def server() -> Server:
    made = Server("ledger", MemoryLedger(LEDGER, "le-1"), lambda _: None, lambda *_: None, lambda *_: None)
    for name in ("T1", "T2"):
        made.ledger.register(Terminal(name, "A"))
    furnish(made, ["T1", "T2"])
    return made


def terminal(server: Server, name: str) -> Pusher:
    numbers = count(1)
    feeds = [GLOBAL_FEED, "A"]
    store = MemoryTerminal(
        name, "A", ledger_id=LEDGER, feeds=feeds, epoch=f"epoch-{name}", new_id=lambda: f"{name}-{next(numbers)}"
    )
    return Pusher(store, server)


def record(who: Pusher, kind: str, body: Moved | Received | Undone) -> str:
    return who.store.append(NewOperation(kind=kind, by="LI", body=body, at="2026-11-02T08:00:00Z", offset="+08:00"))


def told(who: Pusher, op: str) -> Outcome:
    found = who.store.state.held[op].outcome
    assert found is not None
    return found


def test_an_undo_that_waited_is_told_that_its_target_came(server: Server) -> None:
    """The ledger was put back, and the other terminal still has what this one has seen and undone."""
    first, second = terminal(server, "T1"), terminal(server, "T2")
    target = record(second, "received", Received(item="4711", quantity=Quantity(1), location="A-DOCK"))
    undo = record(first, "undone", Undone(target=target))
    first.drain()
    assert (told(first, undo).outcome, told(first, undo).state) == ("waiting", "")
    second.drain()
    first.drain()
    assert (told(first, undo).outcome, told(first, undo).state) == ("waiting", "applied")
    second.drain()
    assert told(second, target).state == "undone"


@pytest.mark.parametrize("compacted", [False, True], ids=["by the log", "by a snapshot"])
def test_work_whose_conflict_was_explained_is_told_so(server: Server, compacted: bool) -> None:
    first, second = terminal(server, "T1"), terminal(server, "T2")
    op = record(first, "moved", Moved(item="4711", quantity=Quantity(1000), location="A-DOCK", to="A-01"))
    first.drain()
    assert told(first, op).state in ("provisional", "open")
    record(second, "received", Received(item="4711", quantity=Quantity(1000), location="A-DOCK"))
    second.drain()
    assert server.ledger.tables.operations[op].outcome.state == "explained"
    if compacted:
        server.ledger.compact("A", rows_per_part=5)
    first.drain()
    assert told(first, op).state == "explained"
