"""A ledger's process: requests in, replies out, one transaction each, over tables that outlive it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from simulator.memory_book import MemoryLedger, Tables
from simulator.network import Answer

from server_stub.ledger.book import Book, Draft, NeedsFeed, Terminal
from server_stub.ledger.bundle import Imported, import_bundle
from server_stub.ledger.exchange import exchange, feeds_to_lock, read
from server_stub.ledger.incoming import read_incoming
from server_stub.ledger.log import Cause, record
from server_stub.ledger.settling import settle_feeds
from sync.core.machine import Trouble
from sync.core.terminal import Offered
from sync.wire.codec import decode, encode
from sync.wire.messages import SyncReply, SyncRequest
from sync.wire.operation import Cursor

T = TypeVar("T")


class Died(Exception):
    """The process was killed by `of`; what it had not committed is gone."""

    def __init__(self, of: str) -> None:
        super().__init__(of)
        self.of = of


@dataclass(slots=True)
class Waiter:
    """A long poll: `tell(True)` there is news, `tell(False)` the line broke."""

    cursors: list[Cursor]
    tell: Callable[[bool], None]


@dataclass(slots=True)
class Server:
    """`on_commit` hears of every committed transaction; `on_reply` of every reply, before it is sent; `on_death` of
    a process that died over a request."""

    name: str
    ledger: MemoryLedger
    on_commit: Callable[[Server], None]
    on_reply: Callable[[Server, SyncReply], None]
    on_death: Callable[[Server, str], None]
    up: bool = True
    incarnation: int = 0
    dynasty: int = 0
    die_before_commit: bool = False
    die_after_commit: bool = False
    waiters: list[Waiter] = field(default_factory=list)

    # --- what terminals ask

    def serve(self, body: bytes) -> Answer | None:
        """Answer one request's bytes; None where the process is dead or dies over it."""
        if not self.up:
            return None
        request = decode(body, SyncRequest)
        if request.ledger_id != self.ledger.ledger_id:
            return Answer(trouble=Trouble.WRONG_LEDGER)
        terminal = self.ledger.tables.terminals.get(request.terminal)
        if terminal is None or terminal.revoked:
            return Answer(trouble=Trouble.UNAUTHORISED)
        try:
            dynasty = self.dynasty
            return Answer(self._exchange(terminal.id, request), holds=lambda: dynasty == self.dynasty)
        except Died as death:
            self.stop()
            self.on_death(self, death.of)
            return None

    def _exchange(self, terminal: str, request: SyncRequest) -> bytes:
        known = self.ledger.tables.terminals[terminal]
        incoming = read(request, known)

        def act(book: Book) -> SyncReply:
            reply = exchange(book, self._known(book, terminal), request, incoming)
            if self.die_before_commit:
                self.die_before_commit = False
                raise Died("kill_ledger_before_commit")
            return reply

        reply = self.transact(act, feeds_to_lock(request, known, incoming))
        self.on_reply(self, reply)
        if self.die_after_commit:
            self.die_after_commit = False
            raise Died("kill_ledger_after_commit")
        return encode(reply)

    def _known(self, book: Book, terminal: str) -> Terminal:
        found = book.terminal(terminal)
        assert found is not None
        return found

    def transact(self, act: Callable[[Book], T], locks: set[str]) -> T:
        """Run `act` in one transaction, again with more locks where they turn out to be needed."""
        held = frozenset(locks)
        while True:
            try:
                with self.ledger.transaction(held) as book:
                    result = act(book)
            except NeedsFeed as needed:
                held |= {needed.feed}
                continue
            self.on_commit(self)
            self._tell_waiters()
            return result

    # --- long polls

    def watch(self, waiter: Waiter) -> None:
        if self._is_news(waiter):
            waiter.tell(True)
        else:
            self.waiters.append(waiter)

    def _is_news(self, waiter: Waiter) -> bool:
        heads = [self.ledger.head(cursor.feed) for cursor in waiter.cursors]
        return any((head.n, head.hash) != (at.n, at.hash) for head, at in zip(heads, waiter.cursors, strict=True))

    def _tell_waiters(self) -> None:
        waiting, self.waiters = self.waiters, []
        for waiter in waiting:
            self.watch(waiter)

    # --- its life

    def stop(self) -> None:
        self.up = False
        waiting, self.waiters = self.waiters, []
        for waiter in waiting:
            waiter.tell(False)

    def start(self) -> None:
        self.up = True

    def break_with_the_past(self) -> None:
        """What backups it promised is void: no answer of its past, still on its way, may be believed any more.

        (A file is not put back within the seconds that an answer travels.)
        """
        self.dynasty += 1

    def put_back(self, tables: Tables, ledger_epoch: str | None) -> None:
        """Another state of the database, with a new ledger epoch where `ledger restore` did it."""
        self.stop()
        self.incarnation += 1
        self.ledger.tables = tables.copy()
        if ledger_epoch is not None:
            self.ledger.begin_epoch(ledger_epoch)
        self.start()

    # --- what the office and a stick do

    def write(self, site: str, work: Callable[[Book], tuple[str, Draft]]) -> None:
        """One change of the office's."""

        def act(book: Book) -> None:
            kind, draft = work(book)
            if draft.rows:
                record(book, draft, Cause(kind, by="office"), site)
                settle_feeds(book, book.feeds(), by="office")

        self.transact(act, {site})

    def take_stick(self, terminal: str, bundle: list[Offered]) -> Imported:
        site = self.ledger.tables.terminals[terminal].site
        incoming = [read_incoming(one.link, msgspec.Raw(one.raw), self.ledger.ledger_id, terminal) for one in bundle]

        def act(book: Book) -> Imported:
            return import_bundle(book, self._known(book, terminal), incoming)

        return self.transact(act, {site})
