"""An open ledger: transactions with the locks they need, exchanges with terminals, reads for people and programs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from sqlalchemy.engine import Engine

from server_stub.access import Registry
from server_stub.db import schema
from server_stub.db.book import Identity, SqlBook
from server_stub.db.book_streams import StreamPart
from server_stub.db.dialect import Flavour
from server_stub.db.keeping import ROWS_PER_PART, compact, note_backup, positions
from server_stub.db.reading import read_operations, read_rows, read_units
from server_stub.db.registry import SqlRegistry
from server_stub.db.schema import ROW_TABLES
from server_stub.db.session import Session, Statements, session
from server_stub.db.verify import problems
from server_stub.ledger.book import Backup, Book, NeedsFeed, StoredOperation, Terminal
from server_stub.ledger.exchange import exchange, feeds_to_lock, read
from server_stub.ledger.foreseeing import Foreseen, foresee
from server_stub.ledger.incoming import Incoming
from server_stub.ledger.settling import settle_feeds
from sync.wire.messages import SyncReply, SyncRequest, feed_origin
from sync.wire.operation import Cursor
from sync.wire.rows import Row, Site

R = TypeVar("R", bound=Row)
T = TypeVar("T")


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Ledger:
    """A ledger's database. Every method is one transaction and may raise Busy: nothing was done, try again.

    On SQLite all are called in one thread, which also closes it. `clock` gives the UTC time that is put on record.
    """

    def __init__(
        self, engine: Engine, flavour: Flavour, identity: Identity, clock: Callable[[], str] = utc_now
    ) -> None:
        self._engine = engine
        self._statements = Statements(flavour)
        self._identity = identity
        self._clock = clock

    @property
    def ledger_id(self) -> str:
        return self._identity.ledger_id

    @property
    def ledger_epoch(self) -> str:
        return self._identity.ledger_epoch

    @property
    def environment(self) -> str:
        """`live`, `training` or `test`."""
        return self._identity.environment

    def close(self) -> None:
        self._engine.dispose()

    # --- transactions -------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, feeds: Collection[str] | None, terminal: str | None = None) -> Iterator[SqlBook]:
        """A book that holds the locks of these feeds (None: it only reads). Commits at the end of the block."""
        writing = feeds is not None
        with session(self._engine, self._statements, writing=writing) as opened:
            if feeds is not None:
                self._lock(opened, feeds, terminal)
            locks = None if feeds is None else frozenset(feeds)
            book = SqlBook(opened, self._identity, locks, self._clock())
            yield book
            if writing:
                book.flush()

    def _lock(self, opened: Session, feeds: Collection[str], terminal: str | None) -> None:
        """The terminal first, then the feeds in order: everyone takes locks in the same order, and holds them to the
        end. SQLite has one lock, which BEGIN IMMEDIATE took."""
        if not opened.flavour.locks_rows:
            return
        if terminal is not None:
            opened.all(opened.sql.select(schema.terminal, "id", lock=True), terminal)
        for feed in sorted(feeds):
            origin = feed_origin(self.ledger_id, feed)
            if not opened.all(opened.sql.select(schema.feed, "feed", lock=True), feed):
                opened.run(opened.sql.ensure(schema.feed), feed, 0, origin, 0, origin)
                opened.all(opened.sql.select(schema.feed, "feed", lock=True), feed)

    def run(self, feeds: Collection[str], work: Callable[[Book], T], terminal: str | None = None) -> T:
        """`work` in a transaction that holds these feeds' locks, begun again with more where it needs them."""
        return self._run(set(feeds), work, terminal)

    def _run(self, feeds: set[str], work: Callable[[SqlBook], T], terminal: str | None) -> T:
        while True:
            try:
                with self.transaction(feeds, terminal) as book:
                    return work(book)
            except NeedsFeed as needed:
                feeds = feeds | {needed.feed}

    def read(self, work: Callable[[SqlBook], T]) -> T:
        with self.transaction(None) as book:
            return work(book)

    # --- terminals ----------------------------------------------------------------------------------------------------

    def sync(self, request: SyncRequest) -> SyncReply:
        """Answer a registered terminal's request. The envelope was checked: token, ledger, signature, limits."""
        return self._taking(request, exchange)

    def foresee(self, request: SyncRequest) -> Foreseen:
        """What `sync` would make of this request: its very transaction, with the same locks, taken back at the end."""

        def tried(book: Book, terminal: Terminal, request: SyncRequest, incoming: list[Incoming]) -> NoReturn:
            raise _TakenBack(foresee(book, terminal, request, incoming))

        try:
            self._taking(request, tried)
        except _TakenBack as over:
            return over.foreseen

    def _taking(self, request: SyncRequest, work: Callable[[Book, Terminal, SyncRequest, list[Incoming]], T]) -> T:
        with session(self._engine, self._statements, writing=False) as opened:
            terminal = StreamPart(opened).terminal(request.terminal)
            assert terminal is not None, "who may not come in was refused before"
            incoming = read(request, terminal)
            feeds = {feed for feed in feeds_to_lock(request, terminal, incoming) if _is_site(opened, terminal, feed)}

        def take(book: SqlBook) -> T:
            stands = book.terminal(terminal.id) or terminal
            book.read_ahead(terminal.id, request.stream.epoch, incoming)
            return work(book, stands, request, incoming)

        return self._run(feeds, take, terminal.id)

    def registry(self, work: Callable[[Registry], T]) -> T:
        """`work` in one transaction. Where a terminal left a site, conflicts that waited for its word are settled."""
        feeds: frozenset[str] = frozenset()
        left: list[Terminal] = []
        while True:
            try:
                with session(self._engine, self._statements, writing=True) as opened:
                    self._lock(opened, feeds, left[0].id if left else None)
                    registry = SqlRegistry(opened, self._identity)
                    result = work(registry)
                    left = registry.left
                    self._settle(opened, {one.site for one in left}, feeds)
                    return result
            except NeedsFeed as needed:
                feeds |= {needed.feed}

    def _settle(self, opened: Session, sites: Collection[str], locks: frozenset[str]) -> None:
        """Under the lock whatever there is to settle: another may at once be heard for whom it waits too."""
        if sites:
            book = SqlBook(opened, self._identity, locks, self._clock())
            for site in sites:
                book.feed_head(site)
            settle_feeds(book, sorted(sites), by="office")
            book.flush()

    # --- keeping ------------------------------------------------------------------------------------------------------

    def compact(self, feed: str, rows_per_part: int = ROWS_PER_PART) -> int:
        """Let a snapshot stand for the feed's log up to now. Returns the feed's new floor."""
        with self._locked({feed}) as opened:
            return compact(opened, feed, rows_per_part)

    def positions(self) -> Backup:
        """How far each feed and stream goes; of a backup, opened to be verified, what `note_backup` wants to know."""
        with session(self._engine, self._statements, writing=False) as opened:
            return positions(opened)

    def note_backup(self, made: Backup) -> None:
        """Remember a backup that was made and verified, by the positions found in it."""
        with session(self._engine, self._statements, writing=True) as opened:
            note_backup(opened, made)

    @contextmanager
    def _locked(self, feeds: Collection[str]) -> Iterator[Session]:
        with session(self._engine, self._statements, writing=True) as opened:
            self._lock(opened, feeds, None)
            yield opened

    # --- reads for people and programs --------------------------------------------------------------------------------

    def heads(self) -> Mapping[str, Cursor]:
        with session(self._engine, self._statements, writing=False) as opened:
            return {feed: Cursor(feed=feed, n=n, hash=hash) for feed, n, hash, *_ in opened.rows(schema.feed)}

    def get(self, kind: type[R], key: str) -> R | None:
        return self.read(lambda book: book.get(kind, key))

    def rows(self, kind: type[R], equal: Mapping[str, str], after: str = "", count: int = 1000) -> Sequence[R]:
        with session(self._engine, self._statements, writing=False) as opened:
            return read_rows(opened, kind, equal, after, count)

    def operations(self, equal: Mapping[str, str], after: str = "", count: int = 1000) -> Sequence[StoredOperation]:
        with session(self._engine, self._statements, writing=False) as opened:
            return read_operations(opened, equal, after, count)

    def units(self, items: Sequence[str]) -> Mapping[str, str]:
        with session(self._engine, self._statements, writing=False) as opened:
            return read_units(opened, items)

    def verify(self) -> Sequence[str]:
        """What differs between log, operations and tables, a sentence each; empty where nothing does (R27)."""
        with session(self._engine, self._statements, writing=False) as opened:
            return list(problems(opened, self._identity))


class _TakenBack(Exception):
    """No error: it ends a transaction without storing anything of it."""

    def __init__(self, foreseen: Foreseen) -> None:
        super().__init__()
        self.foreseen = foreseen


def _is_site(opened: Session, terminal: Terminal, feed: str) -> bool:
    """Whether there can be a feed of this name. A name that a terminal made up gets neither lock nor feed."""
    return feed == terminal.site or opened.row(ROW_TABLES[Site], key=feed) is not None
