"""Reading what a terminal offers: one link with its raw operation, hashed and decoded alone.

An operation that cannot be judged is not an error of the batch: it carries its `problem` into quarantine, its bytes
kept, and the stream goes on behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from sync.wire.bodies import decode_body
from sync.wire.messages import StreamOffer
from sync.wire.operation import Link, Operation, WireError, decode_operation, link_hash, op_hash


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


def read_offer(offer: StreamOffer, ledger_id: str, terminal: str) -> list[Incoming]:
    pairs = zip(offer.links, offer.ops, strict=False)
    return [read_incoming(link, raw, ledger_id, terminal) for link, raw in pairs]


def read_incoming(link: Link, raw: bytes | msgspec.Raw, ledger_id: str, terminal: str) -> Incoming:
    data = bytes(raw)
    found = Incoming(link, data, link_hash(link, ledger_id=ledger_id, terminal=terminal), link.op_hash)
    if op_hash(data) != link.op_hash:
        return replace(found, problem=Problem("hash_mismatch", "the operation's bytes are not those its link names"))
    try:
        operation = decode_operation(data)
    except WireError as error:
        return replace(found, problem=Problem(error.reason, str(error)))
    found = replace(found, id=operation.id, operation=operation)
    if operation.ledger_id != ledger_id:
        return replace(found, problem=Problem("not_this_ledger", "the operation was made for another ledger"))
    if operation.terminal != terminal:
        return replace(found, problem=Problem("not_this_terminal", "the operation names another terminal"))
    try:
        return replace(found, body=decode_body(operation))
    except WireError as error:
        return replace(found, problem=Problem(error.reason, str(error)))
