"""What the sync core needs from a terminal's disk, as one open transaction.

The core decides inside the transaction that stores a reply: "the current head" is never one read earlier. SQLite
(`scanner_client.store`) and memory (the simulator) implement the same protocol and pass the same contract tests.
Everything done through one `TerminalTransaction` commits together or not at all; commits are synced to the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from sync.wire.messages import Outcome
from sync.wire.operation import Cursor, Link


class Head(Struct, frozen=True):
    """The newest link of the current epoch. `seq` 0 and `hash` = its first `prev` while the epoch has no link."""

    epoch: str
    seq: int
    hash: str


class Offered(Struct, frozen=True):
    """A retained operation with its link in the current epoch (or, for fills, the epoch asked for)."""

    link: Link
    raw: bytes


class RowChange(Struct, frozen=True):
    """`row` is the row's JSON; None where the key is gone."""

    table: str
    key: str
    row: bytes | None


class TerminalTransaction(Protocol):
    """One transaction on a terminal's store.

    Feeds: each followed feed has live rows with a cursor (n = 0 and the feed's origin hash at first), and, only
    while it is being read again, shadow rows with a cursor of their own. Pending deltas (own postings not yet covered)
    exist per (operation, feed) beside the live rows; a live page that covers an operation removes them in its own
    transaction.
    """

    @property
    def ledger_id(self) -> str: ...
    @property
    def terminal(self) -> str: ...

    # the ledger's epochs, oldest first; the last is the current one; empty before the first answer
    def ledger_epochs(self) -> Sequence[str]: ...
    def adopt_ledger_epoch(self, epoch: str) -> None: ...

    # the stream
    def head(self) -> Head: ...
    def link_hash(self, seq: int) -> str | None:
        """Link hash at `seq` of the current epoch; None where that link was pruned or never existed."""

    def first_unanswered(self) -> int | None:
        """Lowest seq of the current epoch whose operation has no stored outcome."""

    def first_retained(self) -> int | None:
        """Lowest seq of the current epoch that is still held."""

    def offer(self, from_seq: int, count: int) -> Sequence[Offered]:
        """Retained operations from `from_seq` on in order, without a hole, at most `count`."""

    def retained_in(self, epoch: str, from_seq: int, to_seq: int, count: int) -> Sequence[Offered]:
        """Held operations with the links they had in `epoch` (links of earlier epochs are kept with the operation)."""

    def store_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Store or replace the outcomes of retained operations found by id or op_hash; unknown ids are ignored, and of
        one id only the last outcome counts."""

    def store_state(self, id: str, state: str) -> None:
        """How a retained operation stands now (`Change.states`); its outcome stays. Unknown ids are ignored."""

    def mint_epoch(self, epoch: str) -> None:
        """New epoch whose parent is the present head; every retained operation is linked again in order, outcomes and
        covers kept. Open tasks are parked for a person."""

    # the feeds
    def feeds(self) -> Sequence[str]:
        """Feeds this terminal follows, `global` first."""

    def cursor(self, feed: str) -> Cursor: ...
    def shadow(self, feed: str) -> Cursor | None:
        """Cursor of the shadow rows; None when no resync of this feed is running."""

    def start_shadow(self, feed: str) -> None:
        """Begin (or begin again) reading a feed into empty shadow rows from its origin."""

    def put_rows(self, feed: str, changes: Iterable[RowChange], cursor: Cursor, *, shadow: bool) -> None: ...
    def cover(self, feed: str, ids: Iterable[str], *, shadow: bool) -> None:
        """The rows now include these operations, named by id or op_hash: live → their pending deltas in this feed go;
        shadow → remembered."""

    def swap_shadow(self, feed: str) -> None:
        """Shadow rows, cursor and covers become the live ones; deltas of this feed are recomputed from the retained
        operations that are not covered."""

    # keeping
    def prune(self, safe_seq: int) -> None:
        """Forget operations that are answered, covered in every followed feed their outcome names, and at or below
        `safe_seq` of the current epoch. Only a prefix of the stream may go, and an operation only with its undo."""

    def alert(self, kind: str, **facts: str) -> None:
        """Tell people, once per kind and facts: `two_ledgers`, `stream_forked`, `resync`, `page_damaged`."""

    def clear_alert(self, kind: str) -> None: ...
