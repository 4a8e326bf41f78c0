"""What service and commands need of the ledger's database, as `server_stub.db` provides it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from server_stub.access import Registry
from server_stub.listings import Reader
from sync.wire.messages import SyncReply, SyncRequest
from sync.wire.operation import Cursor

T = TypeVar("T")


class ServedLedger(Reader, Protocol):
    """What the service needs of `server_stub.db`. Every method is one transaction of its own, made in one thread."""

    @property
    def ledger_id(self) -> str: ...
    @property
    def ledger_epoch(self) -> str: ...
    def sync(self, request: SyncRequest) -> SyncReply: ...
    def heads(self) -> Mapping[str, Cursor]: ...
    def registry(self, work: Callable[[Registry], T]) -> T: ...
    def close(self) -> None: ...


class Busy(Exception):
    """The database could not be locked in time; nothing was done, and the same work may be tried again."""


class OpenLedger(Protocol):
    """`server_stub.db.open_ledger`. Raises NoLedger where there is none or its schema is another version's."""

    def __call__(self, url: str) -> ServedLedger: ...
