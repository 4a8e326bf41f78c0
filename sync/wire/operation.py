"""An operation: one immutable fact or request from a terminal; and its link: its place in that terminal's stream.

The producer writes canonical bytes once (`new_operation`); everyone else keeps and hashes exactly those bytes.
`decode_operation` says in one word why bytes cannot be judged, so that the ledger can keep them in quarantine.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from sync.wire.canonical import ZERO_HASH, FloatFound, canonical, sha256_hex
from sync.wire.codec import decode, encode, to_builtins
from sync.wire.limits import MAX_CODE_CHARS, MAX_NUMBER, MAX_OPERATION_BYTES, MAX_SCAN_CHARS, MAX_SCANS, VERSION

Number = Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
"""A sequence or change number."""


class WireError(ValueError):
    """A payload that cannot be read or written. `reason` is a stable word for programs, the message is for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """A position in one feed: change number and hash of the log there.

    `part` is 0 at a position of the log; in a snapshot that is being read it counts the parts already held, and
    (n, hash) are the snapshot's own.
    """

    feed: str
    n: Number
    hash: str
    part: Number = 0


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """The decoded form of an operation's bytes. `body` stays raw until its kind is known (`sync.wire.bodies`)."""

    v: int
    id: str
    ledger_id: str
    site: str
    terminal: str
    kind: str
    at: str
    offset: str
    by: str
    body: msgspec.Raw
    flow: str = ""
    task: str | None = None
    task_rev: int | None = None
    basis: tuple[Cursor, ...] = ()
    scans: tuple[str, ...] = ()


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`prev` is the hash of the link before: 64 zeros, or the parent link's hash where `parent` names one."""

    epoch: str
    seq: Number
    prev: str
    op_hash: str
    parent: Parent | None = None


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """The link a new epoch starts from: the head of the stream that was restored or cloned."""

    epoch: str
    seq: Number
    hash: str


def new_operation(  # noqa: PLR0913 - one argument for each field of the statement
    *,
    id: str,
    ledger_id: str,
    site: str,
    terminal: str,
    kind: str,
    at: str,
    offset: str,
    by: str,
    body: Any,
    flow: str = "",
    task: str | None = None,
    task_rev: int | None = None,
    basis: tuple[Cursor, ...] = (),
    scans: tuple[str, ...] = (),
) -> bytes:
    """Canonical bytes of a new operation. Raises WireError where it would break a limit or hold a float."""
    if len(scans) > MAX_SCANS or any(len(scan) > MAX_SCAN_CHARS for scan in scans):
        raise WireError("too_big", f"an operation carries at most {MAX_SCANS} scans of {MAX_SCAN_CHARS} characters")
    fields: dict[str, Any] = {
        "v": VERSION,
        "id": id,
        "ledger_id": ledger_id,
        "site": site,
        "terminal": terminal,
        "kind": kind,
        "at": at,
        "offset": offset,
        "by": by,
        "body": to_builtins(body),
        "flow": flow,
        "task": task,
        "task_rev": task_rev,
        "basis": [{"feed": c.feed, "n": c.n, "hash": c.hash} for c in basis],
        "scans": list(scans),
    }
    try:
        raw = canonical(fields)
    except FloatFound as error:
        raise WireError("float", str(error)) from error
    if len(raw) > MAX_OPERATION_BYTES:
        raise WireError("too_big", f"the operation has {len(raw)} bytes; at most {MAX_OPERATION_BYTES} are allowed")
    return raw


def decode_operation(raw: bytes | msgspec.Raw) -> Operation:
    """Read operation bytes. Raises WireError with reason `malformed`, `unknown_version` or `too_big`."""
    data = bytes(raw)
    if len(data) > MAX_OPERATION_BYTES:
        raise WireError("too_big", f"the operation has {len(data)} bytes; at most {MAX_OPERATION_BYTES} are allowed")
    try:
        operation = decode(data, Operation)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("malformed", f"the operation cannot be read: {error}") from error
    if not 1 <= operation.v <= VERSION:
        raise WireError(
            "unknown_version", f"the operation has version {operation.v}; this program reads 1 to {VERSION}"
        )
    codes = (operation.id, operation.kind, operation.by, operation.task or "", operation.site, operation.terminal)
    # Together they are nearly always short enough to be looked at in one go.
    if not operation.id or not (is_code("".join(codes)) or all(map(is_code, codes))):
        raise WireError("malformed", "a code of the operation is empty, too long or has NUL or US")
    return operation


def is_code(text: str) -> bool:
    """Whether text can be part of a key: not too long, without the separator of keys (US) and without NUL, which
    PostgreSQL keeps in no text."""
    return len(text) <= MAX_CODE_CHARS and "\x1f" not in text and "\x00" not in text


def op_hash(raw: bytes | msgspec.Raw) -> str:
    return sha256_hex(bytes(raw))


def link_hash(link: Link, *, ledger_id: str, terminal: str) -> str:
    """SHA-256 of canonical `{epoch, ledger_id, op_hash, prev, seq, terminal}`."""
    statement = _LinkStatement(
        epoch=link.epoch, ledger_id=ledger_id, op_hash=link.op_hash, prev=link.prev, seq=link.seq, terminal=terminal
    )
    return sha256_hex(encode(statement))


class _LinkStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Canonical as it stands: the fields are in order."""

    epoch: str
    ledger_id: str
    op_hash: str
    prev: str
    seq: int
    terminal: str


def first_prev(parent: Parent | None) -> str:
    return parent.hash if parent else ZERO_HASH
