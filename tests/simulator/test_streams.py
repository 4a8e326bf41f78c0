"""Long streams over a bad line, and two clones side by side: no fork without a cause, nothing posted twice (X6)."""

from __future__ import annotations

from itertools import count

import pytest
from simulator.memory_book import MemoryLedger
from simulator.memory_terminal import MemoryTerminal
from simulator.server import Server
from simulator.warehouse import furnish

from scanner_client.ports import NewOperation
from server_stub.ledger.book import Terminal
from sync.core.absorb import Absorbed, absorb
from sync.core.offer import compose
from sync.wire.bodies import Received
from sync.wire.codec import decode, encode
from sync.wire.messages import GLOBAL_FEED, GapRange, Limits, SyncReply
from sync.wire.quantity import Quantity
from sync.wire.rows import Conflict

LEDGER = "ledger"


class Pusher:
    """A terminal that pushes by hand: `push` is one round trip, and its reply may be lost."""

    def __init__(self, store: MemoryTerminal, server: Server) -> None:
        self.store, self.server = store, server
        self.forks = 0
        self._have_seq: int | None = None
        self._gaps: tuple[GapRange, ...] = ()
        self._epochs = (f"{store.state.epoch}-{number}" for number in count(2))

    def scan(self) -> str:
        body = Received(item="4711", quantity=Quantity(1), location="A-DOCK")
        return self.store.append(
            NewOperation(kind="received", by="LI", body=body, at="2026-11-02T08:00:00Z", offset="+08:00")
        )

    def push(self, *, reply_lost: bool = False) -> Absorbed | None:
        with self.store.transaction() as tx:
            composed = compose(tx, have_seq=self._have_seq, gaps=self._gaps, limits=Limits())
        answer = self.server.serve(encode(composed.request))
        assert answer is not None
        if reply_lost:
            return None
        with self.store.transaction() as tx:
            result = absorb(tx, composed.sent, decode(answer.body, SyncReply), new_epoch=next(self._epochs))
        self._have_seq, self._gaps = result.have_seq, result.gaps
        self.forks += result.forked
        return result

    def drain(self) -> None:
        """Push until nothing is left to say."""
        for _ in range(20):
            result = self.push()
            if result and not result.more:
                return
        raise AssertionError("the queue does not drain")


def new_server() -> Server:
    server = Server("ledger", MemoryLedger(LEDGER, "le-1"), lambda _: None, lambda *_: None, lambda *_: None)
    server.ledger.register(Terminal("T1", "A"))
    furnish(server, ["T1"])
    return server


def new_store(ids: str) -> MemoryTerminal:
    numbers = count(1)
    return MemoryTerminal(
        "T1",
        "A",
        ledger_id=LEDGER,
        feeds=[GLOBAL_FEED, "A"],
        epoch="e",
        new_id=lambda: f"{ids}-{next(numbers)}",
    )


def clone(store: MemoryTerminal, ids: str) -> MemoryTerminal:
    twin = new_store(ids)
    twin.state = store.state
    return twin


@pytest.mark.slow
@pytest.mark.timeout(240)  # seven seconds of work, on a machine that may be busy with other tests
def test_ten_thousand_pushes_with_lost_replies_never_fork_and_post_each_scan_once() -> None:
    server = new_server()
    pusher = Pusher(new_store("a"), server)
    scans = []
    for number in range(10_000):
        scans.append(pusher.scan())
        pusher.push(reply_lost=number % 20 == 7)
        if number % 200 == 0:
            server.ledger.back_up()
    pusher.drain()
    assert pusher.forks == 0
    assert sorted(server.ledger.tables.operations) == sorted(scans)
    assert pusher.store.balances("A")["A\x1fA-DOCK\x1f4711\x1f\x1f\x1f\x1f"] == 10_000
    assert not any(kind == "stream_forked" for kind, _ in pusher.store.state.alerts)


def test_two_clones_pushing_in_turn_mint_one_epoch_each_at_most_and_lose_no_scan() -> None:
    server = new_server()
    original = Pusher(new_store("a"), server)
    scans = [original.scan() for _ in range(3)]
    original.drain()
    twin = Pusher(clone(original.store, "b"), server)
    forks_by_half = []
    for number in range(100):
        pusher = (original, twin)[number % 2]
        scans.append(pusher.scan())
        pusher.push()
        if number in (49, 99):
            forks_by_half.append((original.forks, twin.forks))
    original.drain()
    twin.drain()
    assert max(forks_by_half[0]) <= 1
    assert forks_by_half[0] == forks_by_half[1], "no epoch is minted once both have their own stream"
    assert sorted(server.ledger.tables.operations) == sorted(scans)
    assert original.store.balances("A") == twin.store.balances("A")


def test_a_stick_fills_the_gap_of_operations_that_nobody_else_held_any_more() -> None:
    """X11: the ledger was put back, the terminal had forgotten what two backups held; the stick still has it."""
    server = new_server()
    pusher = Pusher(new_store("a"), server)
    old = server.ledger.tables.copy()
    scans = [pusher.scan() for _ in range(3)]
    pusher.drain()
    with pusher.store.transaction() as tx:
        stick = list(tx.offer(1, 10))
    server.ledger.back_up()
    server.ledger.back_up()
    pusher.push()
    assert not pusher.store.state.held
    server.put_back(old, "le-2")
    pusher.drain()
    assert [(gap.from_seq, gap.to_seq) for gap in server.ledger.tables.gaps["T1"]] == [(1, 3)]
    server.take_stick("T1", stick)
    assert sorted(server.ledger.tables.operations) == sorted(scans)
    assert server.ledger.tables.gaps["T1"] == ()
    raised = [row for row in server.ledger.tables.rows[Conflict.table].values() if isinstance(row, Conflict)]
    assert [(row.kind, row.state) for row in raised] == [("stream_gap", "explained")]


def test_a_terminal_whose_clone_took_the_place_of_its_forgotten_links_still_drains() -> None:
    server = new_server()
    original = Pusher(new_store("a"), server)
    original.scan()
    original.drain()
    old, twin = server.ledger.tables.copy(), Pusher(clone(original.store, "b"), server)
    forgotten = original.scan()
    original.drain()
    server.ledger.back_up()
    server.ledger.back_up()
    original.push()
    server.put_back(old, "le-2")
    in_its_place = twin.scan()
    twin.drain()
    kept = original.scan()
    original.drain()
    assert (original.forks, twin.forks) == (1, 0)
    assert {in_its_place, kept} <= set(server.ledger.tables.operations)
    assert forgotten not in server.ledger.tables.operations, "two backups held it, and the ledger was put back further"
