"""The two sides of `POST /v1/sync`. The terminal asks; the ledger states what it has; the rest follows by comparing."""

from __future__ import annotations

import msgspec

from sync.wire.canonical import canonical, sha256_hex
from sync.wire.limits import DEFAULT_BATCH, VERSION
from sync.wire.operation import Cursor, Link, Number, op_hash

GLOBAL_FEED = "global"
"""The feed of what belongs to no site: items, barcodes, operators, flows."""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Links `from_seq`..`to_seq` (inclusive) that the terminal no longer holds; `hash` is that of `to_seq`."""

    from_seq: Number = msgspec.field(name="from")
    to_seq: Number = msgspec.field(name="to")
    hash: str


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """A retained link and operation offered for a gap that a reply listed, in whichever epoch it lies."""

    link: Link
    op: msgspec.Raw


class StreamOffer(msgspec.Struct, frozen=True, kw_only=True):
    """`links` and `ops` are parallel and contiguous. `head` is the terminal's last seq in `epoch` at request time.
    `held_from`: the terminal has forgotten all operations below this seq (0: it does not say)."""

    epoch: str
    head: Number
    held_from: Number = 0
    links: list[Link] = []
    ops: list[msgspec.Raw] = []
    fills: list[Fill] = []
    gap: Gap | None = None
    signature: str = ""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How many operations the terminal pushes, and changes it takes, per round trip."""

    push: int = DEFAULT_BATCH
    pull: int = DEFAULT_BATCH


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a terminal stands as it speaks. `mode`: `automatic`, or `offline` where somebody chose to stay so. `unsent`:
    operations it has no answer for, claims left out; `oldest`: when the oldest of them was recorded, UTC.

    Only told to people: nothing is decided by it, it is not signed, and older terminals do not send it.
    """

    mode: str = ""
    unsent: Number = 0
    oldest: str = ""


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`ledger_epoch` is the one the terminal last adopted; empty before its first answer. `program` is its version."""

    v: int = VERSION
    ledger_id: str
    ledger_epoch: str
    terminal: str
    stream: StreamOffer
    feeds: list[Cursor]
    limits: Limits
    at: str = ""
    program: str = ""
    standing: Standing | None = None


class GapRange(msgspec.Struct, frozen=True, kw_only=True):
    epoch: str
    from_seq: Number = msgspec.field(name="from")
    to_seq: Number = msgspec.field(name="to")


class StreamState(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger holds of the stream named by `epoch`: nothing is 0 and an empty hash."""

    epoch: str
    have_seq: int
    have_hash: str
    safe_seq: int = 0
    gaps: list[GapRange] = []


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of an operation.

    `id` is the operation's id, or its op_hash where no id could be read. `outcome` is the first one given and never
    changes within a ledger epoch; `state` is how things stand now (`open`, `explained`, `resolved` …; empty = as the
    outcome). `n` is its change number in the terminal's home feed, `feeds` those in every feed it touches.
    """

    id: str
    outcome: str
    n: int
    feeds: dict[str, int] = {}
    state: str = ""
    conflicts: list[str] = []
    reason: str = ""


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of one feed, from cursor `from` to (n, hash).

    `changes` are the log's entries, bytes as stored; in a page of a snapshot (`snapshot` true) they are rows
    `[table, key, row]` of the state at n, and `part` counts the parts held with this page (0 once it is complete).
    `covers`: ids of this terminal's operations whose first outcome in this feed lies in the page; of a snapshot: all
    that the terminal may still hold at n. `resync`: why the cursor asked for cannot be continued (`unknown_cursor`,
    `compacted`, `snapshot_gone`).
    """

    feed: str
    from_cursor: Cursor = msgspec.field(name="from")
    n: int
    hash: str
    part: int = 0
    changes: list[msgspec.Raw] = []
    covers: list[str] = []
    more: bool = False
    snapshot: bool = False
    resync: str = ""


class SyncReply(msgspec.Struct, frozen=True, kw_only=True):
    v: int = VERSION
    ledger_id: str
    ledger_epoch: str
    stream: StreamState
    outcomes: list[Outcome] = []
    pages: list[Page] = []
    at: str = ""


GONE = msgspec.Raw(b"null")
"""In place of a row: the key is gone."""


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a feed's log: what happened and the rows as they stand after it.

    `set` holds `[table, key, row]`, with `GONE` where the key is gone. `postings` are this change's postings in this
    feed.
    `op`, `op_hash`, `terminal`, `outcome`, `reason` are there where an operation caused it; `by` where the office did.
    `states`: how earlier operations stand now, by their ids.
    """

    n: int
    feed: str
    at: str
    kind: str
    set: list[tuple[str, str, msgspec.Raw]] = []
    postings: list[msgspec.Raw] = []
    op: str = ""
    op_hash: str = ""
    terminal: str = ""
    outcome: str = ""
    reason: str = ""
    by: str = ""
    states: dict[str, str] = {}


def feed_origin(ledger_id: str, feed: str) -> str:
    """Hash at n = 0 of a feed's log: each log chains from its own ledger and name."""
    return sha256_hex(canonical({"feed": feed, "ledger_id": ledger_id}))


def signed_statement(request_ledger_id: str, terminal: str, offer: StreamOffer, last_hash: str) -> bytes:
    """The bytes a terminal signs for a batch: ledger, terminal, epoch, last seq and hash, gap, and the fills' links.

    `last_hash` is the link hash of the last link offered ("" with seq 0 where none is offered). `bytes` covers the
    operations as they are sent: what was altered on the way must not pass for what the terminal holds.
    """
    return canonical(
        {
            "bytes": sha256_hex("".join(map(op_hash, [*offer.ops, *(fill.op for fill in offer.fills)])).encode()),
            "epoch": offer.epoch,
            "fills": [[f.link.epoch, f.link.seq, f.link.op_hash] for f in offer.fills],
            "gap": msgspec.to_builtins(offer.gap),
            "hash": last_hash,
            "ledger_id": request_ledger_id,
            "seq": offer.links[-1].seq if offer.links else 0,
            "terminal": terminal,
        }
    )
