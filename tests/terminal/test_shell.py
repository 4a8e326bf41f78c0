"""Whatever answers, or does not: the fault says who is to blame, and the queue stays where it is (X3, R33)."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from terminal.strangers import SILENCE, Answer, answering, http

from scanner_client.exchange import StoreExchange
from scanner_client.home import Home
from scanner_client.ports import NewOperation
from scanner_client.store import StoreThread, TerminalStore
from scanner_client.store.identity import Sources
from sync.core.machine import Machine, Trouble
from sync.driver import Driver
from sync.faults import (
    Busy,
    Misunderstood,
    NotALedger,
    ServerFailed,
    SyncFault,
    TimedOut,
    TooBig,
    Unauthorised,
    Unreachable,
    WrongLedger,
)
from sync.shell import LedgerLine
from sync.wire.bodies import Received
from sync.wire.codec import decode, encode
from sync.wire.messages import StreamState, SyncReply, SyncRequest
from sync.wire.quantity import Quantity
from sync.wire.service import ErrorReply, ErrorText, WaitReply

PAGE = b"<html><body>Please log in to the guest network</body></html>"
HTML = "content-type: text/html"
GOOD = encode(WaitReply(ledger_id="ledger-1", ledger_epoch="e"))


def refusal(message: str) -> bytes:
    return encode(ErrorReply(error=ErrorText("some_reason", message)))


@dataclass(frozen=True)
class Case:
    answer: Answer
    fault: type[SyncFault]
    trouble: Trouble
    says: str = ""
    retry_after: float = 0.0


CASES = {
    "a log-in page": Case(http("200 OK", PAGE, HTML), NotALedger, Trouble.NOT_A_LEDGER, "log-in page"),
    "a wrong token": Case(
        http("401 Unauthorized", refusal("this token is revoked")), Unauthorised, Trouble.UNAUTHORISED, "revoked"
    ),
    "a proxy's 403": Case(http("403 Forbidden", PAGE, HTML), Unauthorised, Trouble.UNAUTHORISED, "enrol"),
    "an address without a ledger": Case(
        http("404 Not Found", PAGE, HTML), NotALedger, Trouble.NOT_A_LEDGER, "check the address"
    ),
    "another ledger": Case(
        http("409 Conflict", refusal("another ledger")), WrongLedger, Trouble.WRONG_LEDGER, "another"
    ),
    "too big a batch": Case(http("413 Content Too Large", b""), TooBig, Trouble.TOO_BIG),
    "too many requests": Case(http("429 Too Many", b"", "retry-after: 7"), Busy, Trouble.BUSY, "busy", 7.0),
    "a ledger that starts": Case(http("503 Unavailable", PAGE, HTML, "retry-after: soon"), Busy, Trouble.BUSY),
    "a failing ledger": Case(http("500 Oops", PAGE, HTML), ServerFailed, Trouble.SERVER_ERROR),
    "a failing proxy": Case(http("502 Bad Gateway", PAGE, HTML), ServerFailed, Trouble.SERVER_ERROR),
    "a request cut on its way": Case(
        http("400 Bad Request", refusal("the request cannot be read")), Misunderstood, Trouble.SERVER_ERROR, "cannot be"
    ),
    "a proxy's 400": Case(http("400 Bad Request", PAGE, HTML), NotALedger, Trouble.NOT_A_LEDGER),
    "an answer cut short": Case(http("200 OK", b'{"v":1,', length=500), NotALedger, Trouble.NOT_A_LEDGER, "cut short"),
    "JSON cut short": Case(http("200 OK", b'{"v":1,"ledger_id":"le'), NotALedger, Trouble.NOT_A_LEDGER),
    "JSON of something else": Case(http("200 OK", b'{"hello":1}'), NotALedger, Trouble.NOT_A_LEDGER),
    "gzip that is none": Case(http("200 OK", b"not gzip", "content-encoding: gzip"), NotALedger, Trouble.NOT_A_LEDGER),
    "no HTTP at all": Case(b"SSH-2.0-OpenSSH\r\n\r\n", NotALedger, Trouble.NOT_A_LEDGER),
    "a line that hangs up": Case(None, Unreachable, Trouble.UNREACHABLE, "cannot be reached"),
    "a redirect": Case(http("302 Found", b"", "location: http://elsewhere/"), NotALedger, Trouble.NOT_A_LEDGER),
}


@asynccontextmanager
async def line_to(url: str, seconds: float = 10.0) -> AsyncIterator[LedgerLine]:
    line = LedgerLine(url, token="a-token", request_seconds=seconds)
    try:
        yield line
    finally:
        await line.close()


@pytest.mark.parametrize("name", CASES)
async def test_a_fault_says_who_is_to_blame(name: str) -> None:
    case = CASES[name]
    async with answering([case.answer]) as stranger, line_to(stranger.url) as line:
        with pytest.raises(SyncFault) as caught:
            await line.wait("T1", [])
    assert type(caught.value) is case.fault
    assert case.says in str(caught.value)
    assert caught.value.trouble is case.trouble
    assert caught.value.retry_after == case.retry_after


async def test_nobody_listening_is_unreachable() -> None:
    async with answering([GOOD]) as gone:
        pass
    async with line_to(gone.url) as line:
        with pytest.raises(Unreachable, match="cannot be reached"):
            await line.health()


@pytest.mark.parametrize("url", ["ledger.example:8460", "http://[half", "http://", "ftp://ledger.example"])
async def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    async with line_to(url) as line:
        with pytest.raises(Unreachable, match="address"):
            await line.health()


async def test_silence_is_a_timeout() -> None:
    async with answering([SILENCE]) as stranger, line_to(stranger.url, seconds=0.05) as line:
        with pytest.raises(TimedOut):
            await line.health()


async def test_a_stale_connection_is_tried_again_at_once() -> None:
    """A server's keep-alive ends just as the next request goes out (FIELD_NOTES §3)."""
    async with answering([http("200 OK", GOOD), None, http("200 OK", GOOD)]) as server, line_to(server.url) as line:
        await line.wait("T1", [])
        assert (await line.wait("T1", [])).ledger_id == "ledger-1"
    assert len(server.asked) == 3


async def test_only_a_connection_that_worked_can_be_stale() -> None:
    async with answering([None]) as server, line_to(server.url) as line:
        with pytest.raises(Unreachable):
            await line.health()
    assert len(server.asked) == 1


async def test_a_second_hang_up_in_a_row_is_a_fault() -> None:
    async with answering([http("200 OK", GOOD), None]) as server, line_to(server.url) as line:
        await line.wait("T1", [])
        with pytest.raises(Unreachable):
            await line.wait("T1", [])
    assert len(server.asked) == 3


# --- the queue


class Desk:
    """A terminal with three kept operations and a line to whatever answers."""

    def __init__(self, home: Home, sources: Sources) -> None:
        self.thread = StoreThread(TerminalStore(home.database, sources))
        self.exchange = StoreExchange(self.thread, home, "1.0", lambda _result: None)
        self.wrong: list[Exception] = []

    async def sync_once(self, url: str) -> Trouble | None:
        async with line_to(url) as line:
            driver = Driver(
                self.exchange,
                line,
                machine=Machine(),
                jitter=lambda: 0.5,
                changed=_nobody_listens,
                wrong=self.wrong.append,
            )
            return await driver.run_once()

    async def queue(self) -> list[tuple[int, str]]:
        return await self.thread.run(self._queue)

    def keep(self, count: int) -> None:
        received = Received(item="4711", quantity=Quantity(1), location="DOCK")
        with self.thread.store.step() as tx:
            for _ in range(count):
                tx.append(NewOperation("received", "LI", received, "2026-11-02T08:00:00Z", "+08:00"))

    def _queue(self) -> list[tuple[int, str]]:
        with self.thread.store.step() as tx:
            assert list(tx.differences()) == []
            return [(entry.seq, entry.state) for entry in tx.queue()]


async def _nobody_listens(_state: object) -> None:
    pass


@pytest.fixture
async def desk(home: Home, sources: Sources) -> AsyncIterator[Desk]:
    made = Desk(home, sources)
    await made.thread.run(lambda: made.keep(3))
    yield made
    await asyncio.to_thread(made.thread.close)


STILL_WAITING = [(1, "sent"), (2, "sent"), (3, "sent")]


@pytest.mark.parametrize("name", CASES)
async def test_whatever_answers_the_queue_stays(desk: Desk, name: str) -> None:
    async with answering([CASES[name].answer]) as stranger:
        assert await desk.sync_once(stranger.url) is CASES[name].trouble
    assert await desk.queue() == STILL_WAITING
    assert desk.wrong == []


async def test_a_reply_of_another_ledger_changes_nothing(desk: Desk) -> None:
    state = StreamState(epoch="epoch-1", have_seq=3, have_hash="0" * 64, safe_seq=3)
    reply = SyncReply(ledger_id="ledger-2", ledger_epoch="e", stream=state, at="2026-11-02T09:00:00Z")
    async with answering([http("200 OK", encode(reply))]) as stranger:
        assert await desk.sync_once(stranger.url) is Trouble.WRONG_LEDGER
    assert await desk.queue() == STILL_WAITING


async def test_a_batch_is_signed_and_compressed(desk: Desk) -> None:
    received: list[SyncRequest] = []

    async def read(body: bytes) -> bytes:
        received.append(decode(gzip.decompress(body), SyncRequest))
        return http("500 Oops", b"")

    async with answering([read]) as stranger:
        await desk.sync_once(stranger.url)
    assert [link.seq for link in received[0].stream.links] == [1, 2, 3]
    assert len(received[0].stream.signature) == 86
