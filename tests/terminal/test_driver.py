"""The driver carries out what the machine decides, and nothing that fails can end it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from sync.core.absorb import Absorbed, Verdict
from sync.core.backoff import Backoff
from sync.core.machine import Machine, Mode, Send, Trouble
from sync.core.offer import Sent
from sync.driver import Driver, LineState
from sync.faults import StoreFailed, SyncFault, Unauthorised, Unreachable
from sync.wire.messages import StreamOffer, StreamState, SyncReply, SyncRequest
from sync.wire.operation import Cursor
from sync.wire.service import WaitReply

REPLY = SyncReply(ledger_id="l", ledger_epoch="e", stream=StreamState(epoch="s", have_seq=0, have_hash=""))
DONE = Absorbed(Verdict.ABSORBED, have_seq=0, progress=True)
MORE = Absorbed(Verdict.ABSORBED, have_seq=0, progress=True, more=True)


class World:
    """A store and a line that do as they are told: each round takes the next of `rounds`, the last one for ever."""

    def __init__(self, *rounds: Absorbed | Exception) -> None:
        self.rounds = list(rounds)
        self.sent: list[Send] = []
        self.told: list[LineState] = []
        self.wrong: list[Exception] = []
        self.watching = asyncio.Event()
        self.news = asyncio.Event()
        self.stop = asyncio.Event()

    async def compose(self, send: Send) -> tuple[SyncRequest, Sent]:
        self.sent.append(send)
        stream = StreamOffer(epoch="s", head=0)
        request = SyncRequest(
            ledger_id="l", ledger_epoch="e", terminal="T1", stream=stream, feeds=[], limits=send.limits
        )
        return request, Sent("s", "e", {}, 0)

    async def exchange(self, _request: SyncRequest) -> SyncReply:
        return REPLY

    async def absorb(self, _sent: Sent, _reply: SyncReply) -> Absorbed:
        result = self.rounds.pop(0) if len(self.rounds) > 1 else self.rounds[0]
        if isinstance(result, Exception):
            raise result
        return result

    async def cursors(self) -> tuple[str, Sequence[Cursor]]:
        return "T1", []

    async def wait(self, _terminal: str, _cursors: Sequence[Cursor]) -> WaitReply:
        self.watching.set()
        await self.news.wait()
        self.news.clear()
        return WaitReply(ledger_id="l", ledger_epoch="e", news=["A"])

    async def changed(self, state: LineState) -> None:
        self.told.append(state)

    def driver(self, mode: Mode = Mode.AUTOMATIC) -> Driver:
        return Driver(
            self,
            self,
            machine=Machine(mode=mode, backoff=Backoff(base=0.0)),
            jitter=lambda: 0.0,
            changed=self.changed,
            wrong=self.wrong.append,
            shortest_watch=3600.0,
        )

    @asynccontextmanager
    async def running(self, mode: Mode = Mode.AUTOMATIC) -> AsyncIterator[Driver]:
        driver = self.driver(mode)
        run = asyncio.create_task(driver.run(self.stop))
        yield driver
        self.stop.set()
        await run


async def test_one_whole_exchange_goes_on_while_there_is_more() -> None:
    world = World(MORE, MORE, DONE)
    assert await world.driver().run_once() is None
    assert len(world.sent) == 3


async def test_one_exchange_ends_with_what_failed() -> None:
    world = World(Unreachable("The ledger cannot be reached."))
    driver = world.driver()
    assert await driver.run_once() is Trouble.UNREACHABLE
    assert driver.state.said == "The ledger cannot be reached."


async def test_an_operation_kept_while_waiting_for_news_is_sent_at_once() -> None:
    world = World(DONE)
    async with world.running() as driver:
        await world.watching.wait()
        world.watching.clear()
        driver.appended()
        await world.watching.wait()
    assert len(world.sent) == 2


async def test_news_are_fetched() -> None:
    world = World(DONE)
    async with world.running():
        await world.watching.wait()
        world.watching.clear()
        world.news.set()
        await world.watching.wait()
    assert len(world.sent) == 2


class Hasty(World):
    """Its ledger, or a proxy before it, answers each long poll at once: no news."""

    polls = 0

    async def wait(self, _terminal: str, _cursors: Sequence[Cursor]) -> WaitReply:
        self.polls += 1
        self.watching.set()
        return WaitReply(ledger_id="l", ledger_epoch="e", news=[])


async def test_long_polls_that_are_answered_at_once_do_not_follow_each_other_at_once() -> None:
    world = Hasty(DONE)
    async with world.running() as driver:
        await world.watching.wait()
        for _turn in range(100):
            await asyncio.sleep(0)
        assert world.polls == 1
        world.watching.clear()
        driver.appended()
        await world.watching.wait()
    assert len(world.sent) == 2, "work kept meanwhile does not wait for it"


@pytest.mark.parametrize("fault", [Unreachable("gone"), StoreFailed("full"), ZeroDivisionError("ours")])
async def test_every_fault_is_followed_by_another_try(fault: Exception) -> None:
    world = World(fault, DONE)
    async with world.running():
        await world.watching.wait()
    assert len(world.sent) >= 2
    assert [state.trouble for state in world.told if state.trouble]
    assert world.wrong == ([] if isinstance(fault, SyncFault) else [fault])
    assert world.told[-1] == LineState(Mode.AUTOMATIC, online=True, trouble=None)


async def test_offline_nothing_is_sent_until_a_person_asks() -> None:
    world = World(DONE)
    async with world.running(Mode.OFFLINE) as driver:
        driver.appended()
        state = await driver.sync_now()
        assert (state.trouble, len(world.sent)) == (None, 1)
        driver.choose_mode(Mode.AUTOMATIC)
        await world.watching.wait()
    assert len(world.sent) == 2


async def test_who_chose_to_stay_offline_is_never_told_that_they_are_online() -> None:
    """R52. Not when the mode is chosen on a good line, and not after an exchange that a person asked for."""
    world = World(DONE)
    async with world.running() as driver:
        await world.watching.wait()
        driver.choose_mode(Mode.OFFLINE)
        assert await driver.sync_now() == LineState(Mode.OFFLINE, online=False, trouble=None)
    assert [state.online for state in world.told if state.mode is Mode.OFFLINE] == [False]
    assert world.told[-2].online, "it was online before"


async def test_who_asks_for_a_sync_is_answered_when_it_has_ended() -> None:
    world = World(DONE, MORE, Unreachable("gone"), DONE)
    async with world.running() as driver:
        await world.watching.wait()
        state = await driver.sync_now()
    assert state.trouble is Trouble.UNREACHABLE
    assert state.said == "gone"


async def test_who_asks_while_it_ends_is_not_left_waiting() -> None:
    world = World(DONE)
    async with world.running() as driver:
        await world.watching.wait()
        world.stop.set()
        await driver.sync_now()


@pytest.mark.parametrize(
    ("verdict", "says"), [(Verdict.FOREIGN, "Another ledger answers"), (Verdict.TWO_LEDGERS, "Two ledgers answer")]
)
async def test_a_reply_that_is_not_of_this_ledger_is_said_to_be_none(verdict: Verdict, says: str) -> None:
    driver = World(Absorbed(verdict)).driver()
    assert await driver.run_once() is Trouble.WRONG_LEDGER
    assert driver.state.said.startswith(says)


async def test_the_ledgers_own_word_goes_with_its_sentence_and_ends_with_the_trouble() -> None:
    world = World(Unauthorised("This terminal was revoked.", reason="revoked"), DONE)
    async with world.running():
        await world.watching.wait()
    assert [state.reason for state in world.told if state.trouble] == ["revoked"]
    assert world.told[-1].reason == ""
