"""A queue carried by hand: JSON lines that a terminal writes and a ledger reads (`docs/protocol.md`, "By hand").

First a Header, then one Entry per held operation in the order of the stream, then one Earlier per link that these
operations had in epochs that were left, last a Seal over every byte before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from sync.wire.canonical import canonical, sha256_hex
from sync.wire.codec import decode, encode
from sync.wire.limits import VERSION
from sync.wire.operation import Link, WireError
from sync.wire.service import Certificate


class Header(msgspec.Struct, frozen=True, kw_only=True, tag="header", tag_field="line"):
    """Whose queue it is. `head` is the last seq of `epoch`; `at` when it was written, for the record."""

    v: int = VERSION
    ledger_id: str
    terminal: str
    site: str
    epoch: str
    head: int
    at: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag="entry", tag_field="line"):
    """`op` is the operation's bytes as they were hashed."""

    link: Link
    op: msgspec.Raw


class Earlier(msgspec.Struct, frozen=True, kw_only=True, tag="earlier", tag_field="line"):
    """A link in an epoch that was left. Its operation is that of the entry with the same op_hash."""

    link: Link


class Seal(msgspec.Struct, frozen=True, kw_only=True, tag="seal", tag_field="line"):
    """`count` of entries and earlier links; `sha256` of all bytes before this line; `signature` of `bundle_statement`,
    base64url; the ledger's certificate of the key that signed, where the terminal has one."""

    count: int
    sha256: str
    signature: str
    certificate: Certificate | None = None


_Line: Any = Entry | Earlier


@dataclass(frozen=True, slots=True)
class Bundle:
    header: Header
    entries: tuple[Entry, ...]
    fills: tuple[Entry, ...]
    """The links in earlier epochs, each with its operation: good for gaps that the ledger has there."""
    seal: Seal

    @property
    def statement(self) -> bytes:
        """What the seal's signature is of."""
        return bundle_statement(self.header, self.seal.sha256)


def bundle_statement(header: Header, sha256: str) -> bytes:
    """The bytes a terminal signs for a bundle."""
    return canonical(
        {"bundle": sha256, "epoch": header.epoch, "ledger_id": header.ledger_id, "terminal": header.terminal}
    )


def write_bundle(
    header: Header,
    entries: Iterable[Entry],
    *,
    earlier: Iterable[Link] = (),
    sign: Callable[[bytes], str],
    certificate: Certificate | None,
) -> bytes:
    """The bytes of a bundle. `sign` gives the signature of a statement in base64url."""
    lines = [encode(header), *map(encode, entries), *(encode(Earlier(link=link)) for link in earlier)]
    body = b"".join(line + b"\n" for line in lines)
    digest = sha256_hex(body)
    signature = sign(bundle_statement(header, digest))
    seal = Seal(count=len(lines) - 1, sha256=digest, signature=signature, certificate=certificate)
    return body + encode(seal) + b"\n"


def read_bundle(data: bytes) -> Bundle:
    """Read a bundle that is whole; its signature is the reader's to check. Raises WireError `malformed`."""
    body, _, last = data.rstrip(b"\n").rpartition(b"\n")
    try:
        first, *rest = body.split(b"\n")
        header, seal = decode(first, Header), decode(last, Seal)
        lines = [decode(line, _Line) for line in rest]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("malformed", f"the file is not a queue that `scanner queue export` wrote: {error}") from error
    if not 1 <= header.v <= VERSION:
        raise WireError("unknown_version", f"the queue has version {header.v}; this program reads 1 to {VERSION}")
    if seal.count != len(lines) or seal.sha256 != sha256_hex(body + b"\n"):
        raise WireError("malformed", "the queue is cut short or was changed: export it again")
    entries = tuple(line for line in lines if isinstance(line, Entry))
    return Bundle(header, entries, _fills(entries, [line.link for line in lines if isinstance(line, Earlier)]), seal)


def _fills(entries: Iterable[Entry], earlier: Iterable[Link]) -> tuple[Entry, ...]:
    ops = {entry.link.op_hash: entry.op for entry in entries}
    return tuple(Entry(link=link, op=ops[link.op_hash]) for link in earlier if link.op_hash in ops)
