"""A hall with people in it: an office, and pickers whose terminals record facts and exchange them when told to.

The ledger is the real one over any `Book`; a picker's stream is linked as a terminal links it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from simulator.memory_book import MemoryLedger

from server_stub.ledger.book import Book, NeedsFeed, Terminal
from server_stub.ledger.exchange import exchange, feeds_to_lock, read
from server_stub.ledger.log import Cause, record
from server_stub.ledger.office import Change, opening_stock, put_order, put_rows
from sync.wire.canonical import ZERO_HASH
from sync.wire.messages import Limits, Outcome, StreamOffer, SyncReply, SyncRequest, feed_origin
from sync.wire.operation import Cursor, Link, Parent, first_prev, link_hash, new_operation, op_hash
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Conflict, Item, Location, Order, OrderLine, Row, Site, Task, row_key

if TYPE_CHECKING:
    from server_stub.access import Registry
    from server_stub.db import Ledger

SITE, OTHER, LEDGER = "HALL", "YARD", "ledger-1"
R = TypeVar("R", bound=Row)
T = TypeVar("T")


class AnyLedger(Protocol):
    def transaction(self, feeds: frozenset[str] | None, /) -> AbstractContextManager[Book]: ...


class Hall:
    """One site with bins A-01 to A-09, a dock STAGE, totes T-1 and T-2, and the items lamp and cup."""

    def __init__(self, ledger: AnyLedger, register: Callable[[Terminal], object], *, ledger_id: str = LEDGER) -> None:
        self.ledger = ledger
        self.ledger_id = ledger_id
        self._register = register
        items = [Item(code="lamp"), Item(code="cup"), Item(code="rope", scale=2)]
        self.office(lambda book: put_rows(book, [Site(code=SITE), Site(code=OTHER), *items]))
        bins = [Location(site=SITE, code=f"A-0{place}", walk=place) for place in range(1, 10)]
        others = [("STAGE", "staging"), ("T-1", "tote"), ("T-2", "tote")]
        self.office(
            lambda book: put_rows(book, [*bins, *(Location(site=SITE, code=code, kind=kind) for code, kind in others)])
        )

    @staticmethod
    def empty() -> Hall:
        """A hall whose ledger lives in memory."""
        ledger = MemoryLedger(LEDGER, "ledger-epoch-1")
        return Hall(ledger, ledger.register)

    @staticmethod
    def over(ledger: Ledger) -> Hall:
        """A hall whose ledger lives in a database."""
        return Hall(ledger, partial(_register, ledger), ledger_id=ledger.ledger_id)

    def writing(self, feeds: set[str], work: Callable[[Book], T]) -> T:
        while True:
            try:
                with self.ledger.transaction(frozenset(feeds)) as book:
                    return work(book)
            except NeedsFeed as needed:
                feeds = feeds | {needed.feed}

    def office(self, work: Callable[[Book], Change]) -> bool:
        """Log a change of the office; whether there was any."""

        def logged(book: Book) -> bool:
            kind, draft = work(book)
            homes = {row.feed for _, row in draft.rows.values() if row is not None}
            if draft.rows:
                record(book, draft, Cause(kind, by="office"), min(homes, default=SITE))
            return bool(draft.rows)

        return self.writing(set(), logged)

    def stock(self, **places: int) -> None:
        """Opening stock of lamps: `A_01=5`."""
        rows = [lamps(place.replace("_", "-"), count) for place, count in places.items()]
        self.office(lambda book: opening_stock(book, rows))

    def order(self, code: str, **lines: int) -> None:
        """An order for lamps: `line1=5`."""
        wanted = [
            OrderLine(site=SITE, order=code, line=line, item="lamp", quantity=Quantity(count))
            for line, count in lines.items()
        ]
        self.office(lambda book: put_order(book, Order(site=SITE, order=code), wanted))

    def picker(self, terminal: str, site: str = SITE) -> Picker:
        self._register(Terminal(terminal, site))
        return Picker(self, terminal, site)

    # what stands

    def rows(self, kind: type[R], **equal: str) -> list[R]:
        with self.ledger.transaction(None) as book:
            return list(book.select(kind, **equal))

    def conflicts(self) -> list[Conflict]:
        return self.rows(Conflict, site=SITE)

    def tasks(self, order: str) -> list[Task]:
        return sorted(self.rows(Task, site=SITE, order=order), key=lambda task: task.sequence)

    def task(self, order: str) -> Task:
        (task,) = self.tasks(order)
        return task

    def line(self, order: str, line: str = "line1") -> OrderLine:
        with self.ledger.transaction(None) as book:
            found = book.get(OrderLine, row_key(SITE, order, line))
        assert found is not None
        return found

    def state(self, order: str) -> str:
        with self.ledger.transaction(None) as book:
            found = book.get(Order, row_key(SITE, order))
        assert found is not None
        return found.state

    def held(self, item: str = "lamp", site: str = SITE) -> dict[str, int]:
        """Units on each real location, damaged ones as LOCATION!."""
        return {
            f"{one.location}{'!' if one.status else ''}": one.quantity.units
            for one in self.rows(Balance, site=site, item=item)
            if one.location[0] != "@" or one.location == "@unknown"
        }

    def outcome(self, op: str) -> Outcome:
        with self.ledger.transaction(None) as book:
            stored = book.operation(op)
        assert stored is not None
        return stored.outcome


def _register(ledger: Ledger, terminal: Terminal) -> None:
    def put(registry: Registry) -> None:
        registry.register_terminal(terminal.id, terminal.site, terminal.public_key)

    ledger.registry(put)


def lamps(place: str, count: int, lot: str = "", item: str = "lamp") -> Balance:
    return Balance(site=SITE, location=place, item=item, lot=lot, quantity=Quantity(count))


class Picker:
    """A person with a terminal that records at once and sends when `sync` is called."""

    def __init__(self, hall: Hall, terminal: str, site: str) -> None:
        self.hall, self.terminal, self.site = hall, terminal, site
        self.epoch = f"epoch-{terminal}"
        self.cursors = {
            feed: Cursor(feed=feed, n=0, hash=feed_origin(hall.ledger_id, feed)) for feed in ("global", site)
        }
        self._links: list[Link] = []
        self._raw: list[bytes] = []
        self._prev = ZERO_HASH
        self._sent = 0
        self.held_from = 0

    def record(self, kind: str, body: Any, *, task: Task | None = None, basis: bool = True, **other: Any) -> str:
        """Record a fact; its id."""
        op: str = other.pop("id", f"{self.terminal}-{len(self._raw) + 1}")
        fields: dict[str, Any] = {
            "ledger_id": self.hall.ledger_id,
            "site": self.site,
            "terminal": self.terminal,
            "at": "2026-11-02T08:00:00Z",
            "offset": "+08:00",
            "by": "li",
            "task": task.id if task else None,
            "task_rev": task.rev if task else None,
            "basis": tuple(self.cursors.values()) if basis else (),
        }
        raw = new_operation(id=op, kind=kind, body=body, **fields | other)
        link = Link(epoch=self.epoch, seq=len(self._raw) + 1, prev=self._prev, op_hash=op_hash(raw))
        self._prev = link_hash(link, ledger_id=self.hall.ledger_id, terminal=self.terminal)
        self._links.append(link)
        self._raw.append(raw)
        return op

    def pick(self, task: Task, to: str = "T-1", count: int | None = None) -> str:
        body = {
            "item": task.item,
            "lot": task.lot,
            "quantity": str(task.quantity if count is None else count),
            "order": task.order,
            "line": task.line,
            "location": task.location,
            "to": to,
        }
        return self.record("picked", body, task=task)

    def move(self, count: int, source: str, to: str, item: str = "lamp") -> str:
        return self.record("moved", {"item": item, "quantity": str(count), "location": source, "to": to})

    def receive(self, count: int, to: str, item: str = "lamp") -> str:
        return self.record("received", {"item": item, "quantity": str(count), "location": to})

    def undo(self, target: str) -> str:
        return self.record("undone", {"target": target})

    def sync(self) -> SyncReply:
        """Send what is new and read everything there is; then say that nothing is left."""
        reply = self.exchange()
        while any(page.more for page in reply.pages):
            reply = self.exchange()
        return reply

    def drain(self) -> None:
        """Read, and say with an empty queue how far: twice, for the first answer brings what is to be read."""
        self.sync()
        self.sync()

    def begin_epoch(self, epoch: str) -> None:
        """Link everything anew, as a terminal that was restored does."""
        parent: Parent | None = Parent(epoch=self.epoch, seq=len(self._raw), hash=self._prev)
        self.epoch, self._prev = epoch, first_prev(parent)
        self._links, self._sent = [], 0
        for seq, raw in enumerate(self._raw, start=1):
            self._links.append(Link(epoch=epoch, seq=seq, prev=self._prev, op_hash=op_hash(raw), parent=parent))
            self._prev = link_hash(self._links[-1], ledger_id=self.hall.ledger_id, terminal=self.terminal)
            parent = None

    def request(self, push: int = 1_000_000) -> SyncRequest:
        """What it would send now, with at most `push` operations."""
        offer = StreamOffer(
            epoch=self.epoch,
            head=len(self._links),
            held_from=self.held_from,
            links=self._links[self._sent :][:push],
            ops=[msgspec.Raw(raw) for raw in self._raw[self._sent :][:push]],
        )
        return SyncRequest(
            ledger_id=self.hall.ledger_id,
            ledger_epoch="",
            terminal=self.terminal,
            stream=offer,
            feeds=list(self.cursors.values()),
            limits=Limits(),
        )

    def exchange(self, push: int = 1_000_000) -> SyncReply:
        """One round trip that offers at most `push` operations."""
        request, known = self.request(push), Terminal(self.terminal, self.site)
        incoming = read(request, known)
        feeds = feeds_to_lock(request, known, incoming)
        reply = self.hall.writing(feeds, lambda book: exchange(book, _registered(book, known), request, incoming))
        self._sent = reply.stream.have_seq
        for page in reply.pages:
            self.cursors[page.feed] = Cursor(feed=page.feed, n=page.n, hash=page.hash)
        return reply


def _registered(book: Book, known: Terminal) -> Terminal:
    return book.terminal(known.id) or known
