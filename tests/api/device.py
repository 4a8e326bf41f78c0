"""A terminal as the service sees it: a key, a token and a stream, speaking through any httpx client."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.wire.canonical import ZERO_HASH
from sync.wire.codec import decode, encode
from sync.wire.messages import Limits, StreamOffer, SyncReply, SyncRequest, feed_origin, signed_statement
from sync.wire.operation import Cursor, Link, link_hash, new_operation, op_hash
from sync.wire.service import (
    Certificate,
    EnrollReply,
    EnrollRequest,
    ErrorReply,
    RegisterRequest,
    enrollment_statement,
    registration_statement,
)

SITE = "HALL"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def error_of(response: httpx.Response) -> ErrorReply:
    """The refusal, which must be in our own form."""
    assert response.headers["content-type"] == "application/json"
    return decode(response.content, ErrorReply)


@dataclass
class Device:
    """`ops` are all operations ever made, with their links; `offer` sends those from a place on."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))
    epoch: str = field(default_factory=lambda: str(uuid4()))
    id: str = ""
    site: str = SITE
    ledger_id: str = ""
    token: str = ""
    links: list[Link] = field(default_factory=list)
    ops: list[bytes] = field(default_factory=list)

    @property
    def public_key(self) -> str:
        return base64url(self.key.public_key().public_bytes_raw())

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def enrollment(self, code: str) -> EnrollRequest:
        unsigned = EnrollRequest(code=code, public_key=self.public_key, nonce=self.nonce, signature="")
        signature = base64url(self.key.sign(enrollment_statement(unsigned)))
        return msgspec.structs.replace(unsigned, signature=signature)

    def registration(self, certificate: Certificate, ledger_epoch: str) -> RegisterRequest:
        unsigned = RegisterRequest(certificate=certificate, ledger_epoch=ledger_epoch, signature="")
        return msgspec.structs.replace(unsigned, signature=base64url(self.key.sign(registration_statement(unsigned))))

    def accept(self, reply: EnrollReply) -> None:
        self.id, self.site, self.ledger_id, self.token = reply.terminal, reply.site, reply.ledger_id, reply.token

    def receive(self, item: str, quantity: str = "1", **changed: Any) -> bytes:
        """Receive goods into STAGE: a fact that the ledger posts whatever it knows of them."""
        return self.keep(self.receipt(item, quantity, **changed))

    def receipt(self, item: str, quantity: str = "1", **changed: Any) -> bytes:
        fields: dict[str, Any] = {
            "id": str(uuid4()),
            "ledger_id": self.ledger_id,
            "site": self.site,
            "terminal": self.id,
            "kind": "received",
            "at": "2026-11-02T08:00:00Z",
            "offset": "+08:00",
            "by": "WANG",
            "body": {"item": item, "quantity": quantity, "location": "STAGE"},
        }
        return new_operation(**{**fields, **changed})

    def keep(self, raw: bytes) -> bytes:
        """Link bytes, whatever they are, into the stream."""
        before = self._hash(self.links[-1]) if self.links else ZERO_HASH
        self.links.append(Link(epoch=self.epoch, seq=len(self.links) + 1, prev=before, op_hash=op_hash(raw)))
        self.ops.append(raw)
        return raw

    def _hash(self, link: Link) -> str:
        return link_hash(link, ledger_id=self.ledger_id, terminal=self.id)

    def request(self, *, after: int = 0, count: int = 500, feeds: list[Cursor] | None = None) -> SyncRequest:
        links, ops = self.links[after : after + count], self.ops[after : after + count]
        offer = StreamOffer(
            epoch=self.epoch, head=len(self.links), links=links, ops=[msgspec.Raw(op) for op in ops], signature=""
        )
        return self.signed(offer, feeds)

    def signed(self, offer: StreamOffer, feeds: list[Cursor] | None = None) -> SyncRequest:
        """A request with this offer, whatever is in it, as this terminal signs it."""
        last = self._hash(offer.links[-1]) if offer.links else ""
        signature = base64url(self.key.sign(signed_statement(self.ledger_id, self.id, offer, last)))
        return SyncRequest(
            ledger_id=self.ledger_id,
            ledger_epoch="",
            terminal=self.id,
            stream=msgspec.structs.replace(offer, signature=signature),
            feeds=self.origins() if feeds is None else feeds,
            limits=Limits(),
        )

    def origins(self) -> list[Cursor]:
        return [Cursor(feed=feed, n=0, hash=feed_origin(self.ledger_id, feed)) for feed in ("global", self.site)]

    async def sync(self, client: httpx.AsyncClient, request: SyncRequest | None = None) -> SyncReply:
        body = encode(self.request() if request is None else request)
        response = await client.post("/v1/sync", content=body, headers=self.bearer)
        assert response.status_code == 200, response.text
        return decode(response.content, SyncReply)
