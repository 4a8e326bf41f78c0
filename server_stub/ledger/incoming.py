"""Reading what a terminal offers: one link with its raw operation, hashed and decoded alone.

An operation that cannot be judged is not an error of the batch: it carries its `problem` into quarantine, its bytes
kept, and the stream goes on behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from sync.wire.bodies import decode_body
from sync.wire.messages import StreamOffer
from sync.wire.operation import Link, Operation, WireError, decode_operation, link_hash, op_hash

_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an operation stays in quarantine: a stable word, and a sentence."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """`id` is the operation's own, or its op_hash where no id could be trusted."""

    link: Link
    raw: bytes
    link_hash: str
    id: str
    operation: Operation | None = None
    body: Any = None
    problem: Problem | None = None

    @property
    def op_hash(self) -> str:
        return self.link.op_hash

    def put_aside(self, problem: Problem) -> Incoming:
        """The same bytes under their hash as id: the id they claim is not theirs."""
        return replace(self, id=self.link.op_hash, operation=None, body=None, problem=problem)


def is_sound(link: Link) -> bool:
    """Whether its epochs are UUIDs and its hashes hashes: what a stream is kept by, and no other text."""
    hashes, epochs = [link.prev, link.op_hash], [link.epoch]
    if link.parent:
        hashes.append(link.parent.hash)
        epochs.append(link.parent.epoch)
    return all(map(is_hash, hashes)) and all(map(is_uuid, epochs))


def is_hash(text: str) -> bool:
    return _HASH.fullmatch(text) is not None


@lru_cache(1000)
def is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def read_offer(offer: StreamOffer, ledger_id: str, terminal: str) -> list[Incoming]:
    pairs = zip(offer.links, offer.ops, strict=False)
    return [read_incoming(link, raw, ledger_id, terminal) for link, raw in pairs]


def read_incoming(link: Link, raw: bytes | msgspec.Raw, ledger_id: str, terminal: str) -> Incoming:
    data = bytes(raw)
    here = link_hash(link, ledger_id=ledger_id, terminal=terminal)
    if op_hash(data) != link.op_hash:
        problem = Problem("hash_mismatch", "the operation's bytes are not those its link names")
        return Incoming(link, data, here, link.op_hash, problem=problem)
    try:
        operation = decode_operation(data)
    except WireError as error:
        return Incoming(link, data, here, link.op_hash, problem=Problem(error.reason, str(error)))
    stranger = _stranger(operation, ledger_id, terminal)
    if stranger:
        found = Incoming(link, data, here, operation.id, operation, problem=stranger)
        # Under its own id it would stand in the way when the terminal it names sends it.
        return found if operation.terminal == terminal else found.put_aside(stranger)
    try:
        return Incoming(link, data, here, operation.id, operation, decode_body(operation))
    except WireError as error:
        return Incoming(link, data, here, operation.id, operation, problem=Problem(error.reason, str(error)))


def _stranger(operation: Operation, ledger_id: str, terminal: str) -> Problem | None:
    if operation.ledger_id != ledger_id:
        return Problem("not_this_ledger", "the operation was made for another ledger")
    if operation.terminal != terminal:
        return Problem("not_this_terminal", "the operation names another terminal")
    return None
