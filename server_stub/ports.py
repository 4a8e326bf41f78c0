"""What service and commands need of the ledger's database, as `server_stub.db` provides it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from server_stub.access import Registry
from server_stub.ledger.book import Backup, Book
from server_stub.ledger.foreseeing import Foreseen
from server_stub.listings import Reader
from sync.wire.messages import SyncReply, SyncRequest
from sync.wire.operation import Cursor
from sync.wire.rows import Row

R = TypeVar("R", bound=Row)
T = TypeVar("T")


class ServedLedger(Reader, Protocol):
    """An open ledger. Every method is one transaction of its own; all are called in the thread that opened it, or, on
    PostgreSQL, in any. Each may raise Busy."""

    @property
    def ledger_id(self) -> str: ...
    @property
    def ledger_epoch(self) -> str: ...
    @property
    def environment(self) -> str:
        """`live`, `training` or `test`."""

    def sync(self, request: SyncRequest) -> SyncReply: ...
    def foresee(self, request: SyncRequest) -> Foreseen:
        """What `sync` would make of this request; nothing is written."""

    def heads(self) -> Mapping[str, Cursor]:
        """The newest entry of each feed."""

    def run(self, feeds: Collection[str], work: Callable[[Book], T]) -> T:
        """`work` in one transaction that holds the locks of these feeds, and begins again with more where it needs."""

    def registry(self, work: Callable[[Registry], T]) -> T:
        """`work` on terminals, invitations and tokens in one transaction."""

    def get(self, kind: type[R], key: str) -> R | None: ...
    def note_backup(self, made: Backup) -> None:
        """Remember a backup that was made and verified, by the positions found in it."""

    def verify(self) -> Sequence[str]:
        """What differs between the log and the tables, a sentence each that names entry or row; empty where nothing."""

    def close(self) -> None: ...


class Busy(Exception):
    """The database could not be locked in time; nothing was done, and the same work may be tried again."""


class OpenLedger(Protocol):
    """`server_stub.db.open_ledger`. Raises NoLedger where there is none or its schema is another version's.

    `read_only` leaves a SQLite file, and its WAL, as they are: for reading beside a running service.
    """

    def __call__(self, address: str, /, *, read_only: bool = False) -> ServedLedger: ...
