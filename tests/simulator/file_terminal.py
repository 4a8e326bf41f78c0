"""A terminal's disk as it really is: the store's own file, seen through the eyes of a simulated world.

The file is what counts. A `Disk` is read from it, and carries the file's bytes, so that a copy can be put back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from simulator.broken import Broken
from simulator.terminal_state import Held, Shadow, State, tenths

from scanner_client.ports import NewOperation
from scanner_client.store.identity import Identity, Sources
from scanner_client.store.terminal_store import TerminalStore, Transaction, create_store
from sync.wire.bodies import decode_body
from sync.wire.codec import decode
from sync.wire.effects import effects
from sync.wire.messages import GLOBAL_FEED, Outcome
from sync.wire.operation import Link, WireError, decode_operation, op_hash
from sync.wire.rows import BY_TABLE, Balance, Claim, Row

R = TypeVar("R", bound=Row)
SYNCED = ("wal", 2)
"""`journal_mode` and `synchronous` of a connection whose commits a power cut cannot take back."""


@dataclass(slots=True)
class Disk(State):
    """What the file held at one moment. `image`: its bytes, the write-ahead log folded in."""

    image: bytes = field(default=b"", compare=False, repr=False)


class FileTerminal:
    """`MemoryTerminal`, over a file in `folder`."""

    def __init__(
        self, folder: Path, identity: Identity, epoch: str, *, new_id: Callable[[], str], now: Callable[[], str]
    ) -> None:
        self.terminal, self.site, self.ledger_id = identity.terminal, identity.site, identity.ledger_id
        self.feeds = (GLOBAL_FEED, identity.site)
        self._folder, self._sources, self._files = folder, Sources(new_id, now), 0
        folder.mkdir()
        create_store(self._path, identity, epoch)
        self._store = TerminalStore(self._path, self._sources)
        self._known: Disk | None = None

    @property
    def _path(self) -> Path:
        return self._folder / f"terminal-{self._files}.db"

    # --- its life

    def lose_power(self) -> None:
        """Whatever was not committed is gone: the file and its log go on as they lie there, without their program."""
        left = {suffix: Path(f"{self._path}{suffix}") for suffix in ("", "-wal")}
        lying = {suffix: path.read_bytes() for suffix, path in left.items() if path.exists()}
        self._store.close()
        self._open_next(lying)

    def _open_next(self, files: dict[str, bytes]) -> None:
        self._path.unlink()
        self._files += 1
        for suffix, data in files.items():
            Path(f"{self._path}{suffix}").write_bytes(data)
        self._store = TerminalStore(self._path, self._sources)
        self._known = None

    def close(self) -> None:
        self._store.close()

    # --- what a device does with it

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        self._known = None
        with self._store.step() as tx:
            _check_synced(tx)
            yield tx

    def append(self, new: NewOperation) -> str:
        with self.transaction() as tx:
            return tx.append(new)

    # --- what it holds

    @property
    def state(self) -> Disk:
        if self._known is None:
            with self._store.reading() as tx:
                self._known = _read(tx)
        return self._known

    @state.setter
    def state(self, disk: Disk) -> None:
        """Another copy of the file in its place."""
        self._store.close()
        self._open_next({"": disk.image})

    def pending(self, feed: str) -> list[Any]:
        with self._store.reading() as tx:
            return tx._sql.execute("SELECT key FROM delta WHERE pending = 1 AND feed = ?", [feed]).fetchall()

    def view(self, feed: str) -> dict[tuple[str, str], Row]:
        with self._store.reading() as tx:
            found = (row for kind in BY_TABLE.values() for row in tx.rows(kind))
            return {(row.table, row.key): row for row in found if row.feed == feed}

    def row(self, kind: type[R], key: str) -> R | None:
        with self._store.reading() as tx:
            return tx.row(kind, key)

    def holders(self, feed: str) -> dict[str, str]:
        with self._store.reading() as tx:
            return {row.order: row.by for row in tx.rows(Claim) if row.feed == feed}

    def stock(self, feed: str) -> dict[str, int]:
        """Tenths by account key, zeros left out."""
        with self._store.reading() as tx:
            return {row.key: tenths(row.quantity) for row in tx.rows(Balance) if row.feed == feed and row.quantity}


def _check_synced(tx: Transaction) -> None:
    found = tuple(tx._sql.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous"))
    if found != SYNCED:
        raise Broken("durable", f"a power cut can take back what {tx.terminal} confirms: {found} is not {SYNCED}")


# --- reading a file ---------------------------------------------------------------------------------------------------


def _read(tx: Transaction) -> Disk:
    head, feeds = tx.head(), tx.feeds()
    shadows = {feed: at for feed in feeds if (at := tx.shadow(feed))}
    alerts = [(one.kind, tuple(sorted(one.facts.items()))) for one in tx.alerts()]
    if len(set(alerts)) != len(alerts):
        raise Broken("alerts", f"{tx.terminal} tells its people the same thing twice: {sorted(alerts)}")
    return Disk(
        epoch=head.epoch,
        head=head,
        ledger_epochs=tuple(tx.ledger_epochs()),
        held={one.id: one for one in _held(tx)},
        rows={feed: dict(_rows(tx._sql, feed)) for feed in feeds},
        cursors={feed: tx.cursor(feed) for feed in feeds if tx.cursor(feed).n},
        shadows={feed: Shadow({}, at) for feed, at in shadows.items()},
        alerts=tuple(alerts),
        image=tx._sql.serialize(),
    )


def _rows(sql: sqlite3.Connection, feed: str) -> Iterator[tuple[tuple[str, str], bytes]]:
    for table, key, body in sql.execute("SELECT tbl, key, body FROM live WHERE feed = ?", [feed]):
        yield (table, key), body


def _held(tx: Transaction) -> Iterator[Held]:
    first = tx.first_retained()
    covered: dict[str, set[str]] = {}
    for op, feed in tx._sql.execute("SELECT op, feed FROM cover WHERE shadow = 0"):
        covered.setdefault(op, set()).add(feed)
    outcomes = dict(tx._sql.execute("SELECT id, outcome FROM operation WHERE outcome IS NOT NULL"))
    for one in tx.offer(first, 10_000) if first else ():
        found = _one(one.link, bytes(one.raw))
        stored = outcomes.get(found.id)
        yield Held(
            found.id, found.op_hash, found.raw, found.operation, found.body, found.links, found.effects,
            None if stored is None else decode(stored, Outcome), frozenset(covered.get(found.id, ())),
        )  # fmt: skip


def _one(link: Link, raw: bytes) -> Held:
    operation = decode_operation(raw)
    try:
        body = decode_body(operation)
    except WireError:  # of a newer program
        body = None
    return Held(operation.id, op_hash(raw), raw, operation, body, (link,), tuple(effects(operation, body)))
