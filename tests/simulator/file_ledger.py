"""A ledger's database as it really is: a SQLite file, seen through the eyes of a simulated world."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from simulator.broken import Broken
from simulator.file_terminal import SYNCED

from server_stub.access import TERMINAL, mint_token
from server_stub.db import schema
from server_stub.db.book import Identity, SqlBook
from server_stub.db.book_streams import StreamPart, stream_of
from server_stub.db.columns import LAYOUTS
from server_stub.db.dialect import flavour_of, ledger_url
from server_stub.db.ledger import Ledger
from server_stub.db.opening import create_schema
from server_stub.db.schema import ROW_TABLES
from server_stub.db.session import Session, session
from server_stub.ledger.book import Backup, LogEntry, StoredOperation, Stream, Terminal
from sync.wire.messages import GapRange, feed_origin
from sync.wire.operation import Cursor
from sync.wire.rows import Row


class Mortal(Ledger):
    """Dies in the middle of the next transaction where `dying` says so: `before` its commit, or right `after` it."""

    dying: tuple[str, Exception] | None = None

    @contextmanager
    def transaction(self, feeds: Any, terminal: str | None = None) -> Iterator[SqlBook]:
        with super().transaction(feeds, terminal) as book:
            yield book
            if feeds is not None and self.dying and self.dying[0] == "before":
                book.flush()
                raise self.dying[1]
        if feeds is not None and self.dying:
            raise self.dying[1]


class Tables:
    """What the file holds, each table read when it is first asked for. Good until the next transaction."""

    def __init__(self, opened: Ledger, image: bytes) -> None:
        self._ledger = opened
        self.image = image
        self.ledger_epoch = opened.ledger_epoch

    def copy(self) -> Tables:
        return self

    def _all(self, table: Any, **equal: Any) -> list[tuple[Any, ...]]:
        opened: Session
        with self._session() as opened:
            return opened.rows(table, **equal)

    def _session(self) -> Any:
        return session(self._ledger._engine, self._ledger._statements, writing=False)

    @cached_property
    def log(self) -> Mapping[str, list[LogEntry]]:
        found: dict[str, list[LogEntry]] = {row[0]: [] for row in self._all(schema.feed) if row[1]}
        for feed, n, hash, body in self._all(schema.log):
            found[feed].append(LogEntry(feed, n, hash, bytes(body)))
        return found

    @cached_property
    def floors(self) -> Mapping[str, tuple[int, str]]:
        return {feed: (floor, hash) for feed, _, _, floor, hash in self._all(schema.feed)}

    @cached_property
    def rows(self) -> Mapping[str, Mapping[str, Row]]:
        return {
            kind.table: {record[0]: LAYOUTS[kind].row(record) for record in self._all(table)}
            for kind, table in ROW_TABLES.items()
        }

    @cached_property
    def operations(self) -> Mapping[str, StoredOperation]:
        found: dict[str, StoredOperation] = {}
        while more := self._ledger.operations({}, max(found, default="")):
            found.update({one.id: one for one in more})
        return found

    @cached_property
    def links(self) -> Mapping[tuple[str, str, int], tuple[str, str | None]]:
        return {(terminal, epoch, seq): (hash, op) for terminal, epoch, seq, hash, op in self._all(schema.link)}

    @cached_property
    def streams(self) -> Mapping[tuple[str, str], Stream]:
        return {(row[0], row[1]): stream_of(row) for row in self._all(schema.stream)}

    @cached_property
    def gaps(self) -> Mapping[str, tuple[GapRange, ...]]:
        found: dict[str, tuple[GapRange, ...]] = {}
        for terminal, epoch, low, high in self._all(schema.gap):
            found[terminal] = (*found.get(terminal, ()), GapRange(epoch=epoch, from_seq=low, to_seq=high))
        return found

    @cached_property
    def terminals(self) -> Mapping[str, Terminal]:
        with self._session() as opened:
            found = [StreamPart(opened).terminal(row[0]) for row in opened.rows(schema.terminal)]
        return {one.id: one for one in found if one}


class FileLedger:
    """`MemoryLedger`, over a file in `folder`. `keys`: the public key of each terminal."""

    def __init__(
        self, folder: Path, ledger_id: str, epoch: str, now: Callable[[], str], keys: Mapping[str, bytes]
    ) -> None:
        self.ledger_id, self.now = ledger_id, now
        self.tokens: dict[str, str] = {}
        self._folder, self._keys, self._files = folder, keys, 0
        folder.mkdir()
        self._path.touch()
        create_schema(str(self._path), ledger_id=ledger_id)
        self._opened = self._open(epoch)
        self._known: Tables | None = None

    @property
    def _path(self) -> Path:
        return self._folder / f"ledger-{self._files}.db"

    @property
    def opened(self) -> Mortal:
        """The real ledger; what is done through it must be told with `forget`."""
        return self._opened

    def forget(self) -> None:
        self._known = None

    def _open(self, epoch: str) -> Mortal:
        url = ledger_url(str(self._path))
        flavour = flavour_of(url)
        engine = flavour.engine(url, read_only=False)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE meta SET value = ? WHERE name = 'ledger_epoch'", (epoch,))
        return Mortal(engine, flavour, Identity(self.ledger_id, epoch, "live"), self.now)

    # --- its life

    def lose_power(self) -> None:
        """What was committed goes on in another process."""
        lying = {suffix: Path(f"{self._path}{suffix}") for suffix in ("", "-wal")}
        files = {suffix: path.read_bytes() for suffix, path in lying.items() if path.exists()}
        self._go_on(files, self._opened.ledger_epoch)

    def _go_on(self, files: Mapping[str, bytes], epoch: str) -> None:
        self.close()
        self._path.unlink()
        self._files += 1
        for suffix, data in files.items():
            Path(f"{self._path}{suffix}").write_bytes(data)
        self._opened, self._known = self._open(epoch), None

    def close(self) -> None:
        self._opened.close()

    # --- what a server does with it

    @contextmanager
    def transaction(self, locks: frozenset[str] | None) -> Iterator[SqlBook]:
        self._known = None
        with self._opened.transaction(locks) as book:
            if locks is not None:
                _check_synced(book._session)
            yield book

    @property
    def tables(self) -> Tables:
        if self._known is None:
            self._known = Tables(self._opened, self._image())
        return self._known

    @tables.setter
    def tables(self, tables: Tables) -> None:
        self._go_on({"": tables.image}, tables.ledger_epoch)

    def begin_epoch(self, epoch: str) -> None:
        self._go_on({"": self._image()}, epoch)

    def _image(self) -> bytes:
        connection = self._opened._engine.raw_connection()
        try:
            return bytes(connection.driver_connection.serialize())  # type: ignore[union-attr]
        finally:
            connection.close()

    def head(self, feed: str) -> Cursor:
        found = self._opened.heads().get(feed)
        return found or Cursor(feed=feed, n=0, hash=feed_origin(self.ledger_id, feed))

    def register(self, terminal: Terminal) -> None:
        def add(registry: Any) -> str:
            registry.register_terminal(terminal.id, terminal.site, self._keys[terminal.id])
            return mint_token(registry, TERMINAL, terminal.id)

        self.tokens[terminal.id] = self._opened.registry(add)
        self._known = None

    def back_up(self) -> tuple[Backup, Tables]:
        copy, made = Tables(self._opened, self._image()), self._opened.positions()
        self.note(made)
        return made, copy

    def note(self, made: Backup) -> None:
        self._opened.note_backup(made)
        self._known = None

    def lists(self, made: Backup) -> bool:
        with self._opened.transaction(None) as book:
            return made in book.backups()

    def compact(self, feed: str, *, rows_per_part: int) -> None:
        self._opened.compact(feed, rows_per_part)
        self._known = None


def _check_synced(opened: Session) -> None:
    found = tuple(opened.one(f"PRAGMA {name}")[0] for name in ("journal_mode", "synchronous"))  # type: ignore[index]
    if found != SYNCED:
        raise Broken("durable", f"a power cut can take back what the ledger acknowledges: {found} is not {SYNCED}")
