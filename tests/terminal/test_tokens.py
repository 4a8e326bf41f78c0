"""A terminal renews its token by itself, and whatever cuts the renewal short leaves one that works."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from api.programs import Running, told
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from terminal.conftest import HALL

from scanner_client import home as home_module
from scanner_client.clock import new_epoch
from scanner_client.enrolment import enrol
from scanner_client.exchange import StoreExchange
from scanner_client.files import write_private
from scanner_client.home import Home
from scanner_client.store import StoreThread, TerminalStore
from scanner_client.store.identity import Sources
from scanner_client.store.settings import Settings
from scanner_client.tokens import RenewingLine
from sync.core.machine import Machine, Send, Trouble
from sync.driver import Driver
from sync.faults import Unauthorised, Unreachable
from sync.shell import LedgerLine
from sync.wire.messages import Limits, SyncReply, SyncRequest
from sync.wire.service import EnrollReply, EnrollRequest, RegisterRequest, registration_statement

MORNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


class Crash(Exception):
    """The power goes."""


class LosesTokens(LedgerLine):
    """The ledger gives a token, and the answer never arrives."""

    async def next_token(self) -> str:
        await super().next_token()
        raise Unreachable("lost on the way")


@dataclass
class Terminal:
    """An enrolled terminal whose program runs for one exchange at a time, on a clock of its own."""

    home: Home
    sources: Sources
    now: datetime = MORNING
    wrong: list[Exception] = field(default_factory=list)

    @property
    def tokens(self) -> tuple[str, str]:
        return self.home.read_token(), self.home.read_former_token()

    def sync(self, line: type[LedgerLine] = LedgerLine) -> Trouble | None:
        """One exchange of a program that starts and ends here. What failed."""
        token, former = self.tokens
        talk = line(self.home.config().url, token=token, former_token=former)
        thread = StoreThread(TerminalStore(self.home.database, self.sources))
        try:
            return asyncio.run(self._exchange(talk, thread))
        finally:
            thread.close()

    async def _exchange(self, talk: LedgerLine, thread: StoreThread) -> Trouble | None:
        try:
            return await self._driver(talk, thread).run_once()
        finally:
            await talk.close()

    def _driver(self, talk: LedgerLine, thread: StoreThread) -> Driver:
        return Driver(
            StoreExchange(thread, self.home, "", lambda _result: None),
            RenewingLine(talk, self.home, thread, self.clock),
            machine=Machine(),
            jitter=lambda: 0.5,
            changed=_nobody_listens,
            wrong=self.wrong.append,
        )

    def clock(self) -> str:
        return self.now.isoformat()

    def is_let_in(self, token: str) -> bool:
        async def ask() -> None:
            line = LedgerLine(url, token=token)
            try:
                await line.next_token()
            finally:
                await line.close()

        url = self.home.config().url
        try:
            asyncio.run(ask())
        except Unauthorised:
            return False
        return True


async def _nobody_listens(_state: object) -> None:
    pass


@pytest.fixture
def terminal(served: Running, database: Path, tmp_path: Path, sources: Sources) -> Iterator[Terminal]:
    name = f"K-{tmp_path.name}"[-40:]
    code = told(database, "terminal", "add", name, "--site", HALL, "--json")["code"]
    home = Home(tmp_path / "home")
    enrol(home, served.address, code, ask=lambda request: asyncio.run(_ask(served, request)), new_epoch=new_epoch)
    made = Terminal(home, sources)
    yield made
    assert made.wrong == []


async def _ask(served: Running, request: EnrollRequest) -> EnrollReply:
    line = LedgerLine(served.address)
    try:
        return await line.enroll(request)
    finally:
        await line.close()


def aged(terminal: Terminal) -> tuple[str, str]:
    """Its tokens after the first exchange, when thirty days have passed."""
    assert terminal.sync() is None
    terminal.now += timedelta(days=30)
    return terminal.tokens


def test_a_token_is_renewed_when_it_is_thirty_days_old(terminal: Terminal) -> None:
    first, _ = aged(terminal)
    terminal.now -= timedelta(minutes=1)
    assert terminal.sync() is None
    assert terminal.tokens == (first, "")
    terminal.now += timedelta(minutes=1)
    assert terminal.sync() is None
    second, former = terminal.tokens
    assert (former, second != first) == (first, True)
    assert terminal.home.token.stat().st_mode & 0o077 == terminal.home.former_token.stat().st_mode & 0o077 == 0
    assert terminal.sync() is None
    assert terminal.tokens == (second, first)
    assert terminal.is_let_in(second)
    assert not terminal.is_let_in(first)


def test_an_answer_lost_on_the_way_leaves_the_token_that_worked(terminal: Terminal) -> None:
    before = aged(terminal)
    assert terminal.sync(LosesTokens) is None
    assert terminal.tokens == before
    assert terminal.sync() is None
    assert terminal.tokens[0] != before[0]
    assert terminal.sync() is None


@pytest.mark.parametrize("files_written", [0, 1, 2])
def test_a_crash_between_receipt_and_use_leaves_a_token_that_works(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, files_written: int
) -> None:
    """Before anything was written, beside the former token's copy alone, and before the new one's age was noted."""
    aged(terminal)
    left = [files_written]

    def write(path: Path, data: bytes) -> None:
        if not left[0]:
            raise Crash
        left[0] -= 1
        write_private(path, data)

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(home_module, "write_private", write)
        if files_written == 2:
            patch.setattr(Settings, "note_token", crash)
        assert terminal.sync() is Trouble.SERVER_ERROR
        assert isinstance(terminal.wrong.pop(), Crash)
    assert terminal.sync() is None
    assert terminal.sync() is None
    assert terminal.is_let_in(terminal.tokens[0])


def test_a_clock_that_jumps_locks_nobody_out_and_renews_no_more_than_once(terminal: Terminal) -> None:
    aged(terminal)
    terminal.now += timedelta(days=3650)
    assert terminal.sync() is None
    renewed = terminal.tokens
    terminal.now = MORNING
    for day in range(29):
        terminal.now = MORNING + timedelta(days=day)
        assert terminal.sync() is None
    assert terminal.tokens == renewed
    terminal.now = MORNING + timedelta(days=30)
    assert terminal.sync() is None
    assert terminal.tokens[1] == renewed[0]


def test_a_ledger_that_was_put_back_takes_the_former_token_and_gives_another(terminal: Terminal) -> None:
    """It knows the token it was backed up with, and not the one it gave out later."""
    known, _ = aged(terminal)
    terminal.now = MORNING
    terminal.home.write_token("given-out-later", former=known)
    assert terminal.sync() is None
    newest, former = terminal.tokens
    assert (former, newest not in ("given-out-later", known)) == (known, True)
    assert terminal.sync() is None


def test_a_terminal_that_is_not_let_in_at_all_keeps_its_tokens(terminal: Terminal) -> None:
    terminal.home.write_token("no-token", former="no-token-either")
    assert terminal.sync() is Trouble.UNAUTHORISED
    assert terminal.tokens == ("no-token", "no-token-either")


# --- a ledger that was put back and has forgotten the terminal --------------------------------------------------------


class Forgetful(LedgerLine):
    """Lets the terminal in once it has shown its certificate, with a token that the real ledger takes."""

    asked: ClassVar[list[RegisterRequest]] = []
    forgotten = True

    async def exchange(self, request: SyncRequest) -> SyncReply:
        if self.forgotten:
            raise Unauthorised("who are you?", reason="wrong_token")
        return await super().exchange(request)

    async def register(self, request: RegisterRequest) -> EnrollReply:
        self.asked.append(request)
        token = await self.next_token()
        self.forgotten = False
        certificate = request.certificate
        return EnrollReply(
            terminal=certificate.terminal,
            site=certificate.site,
            ledger_id=certificate.ledger_id,
            ledger_epoch=request.ledger_epoch,
            token=token,
            certificate=certificate,
            feeds=[],
        )


class Stubborn(Forgetful):
    """Knows the terminal, by another token."""

    async def register(self, request: RegisterRequest) -> EnrollReply:
        self.asked.append(request)
        raise Unauthorised("I know another one", reason="registered")


class Revoking(Forgetful):
    async def exchange(self, request: SyncRequest) -> SyncReply:
        raise Unauthorised(f"not you, {request.terminal}", reason="revoked")


@pytest.fixture(autouse=True)
def nothing_asked_yet() -> None:
    Forgetful.asked.clear()


def test_a_terminal_registers_again_by_itself_where_the_ledger_has_forgotten_it(terminal: Terminal) -> None:
    before, _ = terminal.tokens
    assert terminal.sync(Forgetful) is None
    (request,) = Forgetful.asked
    assert request.certificate == terminal.home.read_certificate()
    assert request.ledger_epoch
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(request.certificate.public_key + "="))
    key.verify(urlsafe_b64decode(request.signature + "=="), registration_statement(request))
    token, former = terminal.tokens
    assert (token != before, former) == (True, "")
    assert terminal.is_let_in(token)


def test_a_ledger_that_does_not_let_it_in_leaves_its_tokens(terminal: Terminal) -> None:
    before = terminal.tokens
    assert terminal.sync(Stubborn) is Trouble.UNAUTHORISED
    assert (terminal.tokens, len(Forgetful.asked)) == (before, 1)


def test_a_revoked_terminal_does_not_ask(terminal: Terminal) -> None:
    assert terminal.sync(Revoking) is Trouble.UNAUTHORISED
    assert Forgetful.asked == []


def test_a_terminal_without_a_certificate_waits_for_a_code(terminal: Terminal) -> None:
    terminal.home.certificate.unlink()
    assert terminal.sync(Forgetful) is Trouble.UNAUTHORISED
    assert Forgetful.asked == []


def test_a_ledger_that_refuses_is_asked_again_after_ten_minutes(terminal: Terminal) -> None:
    thread = StoreThread(TerminalStore(terminal.home.database, terminal.sources))
    talk = Stubborn(terminal.home.config().url, token=terminal.tokens[0])
    try:
        asyncio.run(_refused_again_and_again(terminal, talk, thread))
    finally:
        thread.close()
    assert len(Forgetful.asked) == 2


async def _refused_again_and_again(terminal: Terminal, talk: LedgerLine, thread: StoreThread) -> None:
    line = RenewingLine(talk, terminal.home, thread, terminal.clock)
    exchange = StoreExchange(thread, terminal.home, "", lambda _result: None)
    request, _ = await exchange.compose(Send(None, (), Limits()))
    try:
        for minutes in (0, 1, 8, 2):
            terminal.now += timedelta(minutes=minutes)
            with pytest.raises(Unauthorised):
                await line.exchange(request)
    finally:
        await talk.close()
