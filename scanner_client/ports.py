"""What the runtime asks of the outside: the store's transaction, the signal, the clock. Implemented elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec import Struct, field

from sync.wire.pins import Pin
from sync.wire.rows import Balance, Row

if TYPE_CHECKING:
    from scanner_client.told import Picture, Trial

R = TypeVar("R", bound=Row)


class NewOperation(Struct, frozen=True):
    """What the flow says happened. The store adds id, terminal, place in the stream, basis and bytes."""

    kind: str
    by: str
    body: Any
    at: str
    offset: str
    flow: str = ""
    task: str | None = None
    task_rev: int | None = None
    scans: tuple[str, ...] = ()


class FeedAge(Struct, frozen=True):
    """How fresh a feed's rows are: change number, and the ledger's time of the last answer ("" before the first)."""

    feed: str
    n: int
    as_of: str


class QueueCounts(Struct, frozen=True):
    """Operations of this terminal, held or not, by the state of their outcome (SCREENS: 存 发 收 冲 审 拒 隔).

    `decided`: of those in conflict, how many were decided here and wait for the ledger's answer alone.
    """

    kept: int = 0
    sent: int = 0
    accepted: int = 0
    conflict: int = 0
    held: int = 0
    refused: int = 0
    quarantined: int = 0
    oldest: str = ""
    decided: int = 0


class Recorded(Struct, frozen=True):
    """One operation as the queue lists it. `body` is None for one that is no longer held; `state` as `standing_of`.
    `outcome` is the ledger's first word about it, empty before an answer."""

    id: str
    kind: str
    at: str
    state: str
    body: Any = None
    conflicts: tuple[str, ...] = ()
    outcome: str = ""


class Alert(Struct, frozen=True):
    """Something people must see whatever they are doing. `kind` is a text's name, `facts` fill it in."""

    kind: str
    facts: dict[str, str] = field(default_factory=dict)


class StepTransaction(Protocol):
    """One event's reads and writes on the terminal's store; all of it becomes durable together when the block ends.

    Rows are the feeds' live rows with this terminal's own pending effects laid over them: a task completed here reads
    `done` and a picked line shows its progress before the ledger has heard of either.
    """

    @property
    def site(self) -> str: ...
    @property
    def terminal(self) -> str: ...
    def row(self, kind: type[R], key: str) -> R | None: ...
    def rows(self, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Rows whose fields equal these texts. Quick for Barcode(item), Barcode(code), Location(code), Operator(badge),
        Task(order), Task(kind), Task(state), OrderLine(order), Order(state), Lot(item), Balance(location),
        Balance(item)."""

    def on_hand(self, *, location: str = "", item: str = "") -> Sequence[Balance]:
        """Balances that are not zero, own pending work included."""

    def age(self, feed: str) -> FeedAge: ...
    def counts(self) -> QueueCounts: ...
    def append(self, operation: NewOperation) -> str:
        """Queue it: id, link, bytes and pending effects. Returns the id. Raises StoreError where it cannot be kept."""

    def operation(self, id: str) -> tuple[str, Any] | None:
        """Kind and body of an operation held here."""

    def standing_of(self, id: str) -> str:
        """How an operation held here stands: kept, sent, accepted, conflict, held, refused, quarantined; else empty."""

    def alerts(self) -> Sequence[Alert]:
        """What people must see until its cause ends, oldest first: two_ledgers, stream_forked, resync, page_damaged,
        revoked, unauthorised, wrong_ledger, quarantined."""

    def line(self) -> tuple[bool, str]:
        """Whether the ledger could be reached, and since when (UTC; empty before the first try)."""

    def mode(self) -> str:
        """`automatic` or `offline`."""

    def pin(self, operator: str) -> Pin | None:
        """What the ledger told of the operator's PIN; None where it told nothing."""

    def environment(self) -> str:
        """What the ledger is for: `live`, `training` or `test`."""

    def pins_needed(self) -> bool:
        """Whether who has no PIN must choose one before working; so until a ledger has said otherwise."""

    def deeds_count(self) -> int:
        """How many operations of this terminal there are to list."""

    def deeds(self, first: int, count: int) -> Sequence[Recorded]:
        """Operations of this terminal, held or not, newest first, from the one at place `first` on."""

    def decisions(self) -> Sequence[Recorded]:
        """Decisions of conflicts given here that are still held, oldest first."""

    def said(self) -> Sequence[Recorded]:
        """Words said here to requests that are still held, oldest first."""

    def acknowledged(self) -> Sequence[tuple[str, str]]:
        """Messages that were read here, each with who said so, as far as these operations are still held."""

    def recorded(self, id: str) -> Recorded | None:
        """An operation held here."""

    def picture(self) -> Picture | None:
        """The terminals of the site, as the ledger last told; None before it did."""

    def trial(self) -> Trial | None:
        """The answer to the last dry run, None before there was one."""

    def load_state(self) -> bytes | None:
        """The flow state the last event left, so that a restart stands at the same prompt."""

    def save_state(self, state: bytes) -> None: ...
    def journal(self, kind: str, entry: dict[str, Any]) -> None:
        """One durable line of what happened on this terminal (each raw scan, each refusal) before the signal sounds."""


class Store(Protocol):
    """The terminal's store, owned by one thread."""

    def step(self) -> AbstractContextManager[StepTransaction]:
        """BEGIN IMMEDIATE … COMMIT (synced). Raises StoreError (disk full, read-only, corrupt): nothing was kept."""


class StoreError(Exception):
    """The store could not keep something; nothing of the transaction remains. The message names cause and cure."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
