"""`Registry` over SQL: terminals, invitations, tokens and PINs. They lie beside the log: a restore lists its loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, update

from server_stub.access import Invitation, Token
from server_stub.db import schema
from server_stub.db.book import Identity
from server_stub.db.book_streams import StreamPart
from server_stub.db.session import Session
from server_stub.fleet import Sighting
from server_stub.ledger.book import Terminal
from server_stub.pins import KeptPin


def _revoke() -> Any:
    terminal = schema.terminal
    return update(terminal).values(revoked=bindparam("x_revoked")).where(terminal.c.id == bindparam("x_id"))


def _drop_below() -> Any:
    token = schema.token
    return delete(token).where(
        token.c.kind == bindparam("x_kind"),
        token.c.holder == bindparam("x_holder"),
        token.c.number < bindparam("x_below"),
    )


class SqlRegistry:
    """`left` are terminals, as they stood before, that are no longer waited for at their site."""

    def __init__(self, session: Session, identity: Identity) -> None:
        self.left: list[Terminal] = []
        self._session = session
        self._identity = identity

    @property
    def ledger_id(self) -> str:
        return self._identity.ledger_id

    @property
    def ledger_epoch(self) -> str:
        return self._identity.ledger_epoch

    @property
    def environment(self) -> str:
        return self._identity.environment

    # terminals

    def terminal(self, id: str) -> Terminal | None:
        return StreamPart(self._session).terminal(id)

    def all_terminals(self) -> Sequence[Terminal]:
        found = self._session.rows(schema.terminal)
        known = (self.terminal(one[0]) for one in found)
        return [one for one in known if one is not None]

    def register_terminal(self, id: str, site: str, public_key: bytes) -> None:
        known = self.terminal(id)
        if known and known.site != site:
            self.left.append(known)
        self._session.put(schema.terminal, id, site, public_key, False)

    def revoke_terminal(self, id: str) -> None:
        known = self.terminal(id)
        if known and not known.revoked:
            self.left.append(known)
        self._session.run(self._session.sql.made(_revoke), True, id)

    # invitations

    def invitation(self, code_hash: str) -> Invitation | None:
        found = self._session.row(schema.invitation, code_hash=code_hash)
        return Invitation(*found) if found else None

    def invitations(self) -> Sequence[Invitation]:
        return [Invitation(*found) for found in self._session.rows(schema.invitation)]

    def put_invitation(self, invitation: Invitation) -> None:
        one = invitation
        self._session.put(schema.invitation, one.code_hash, one.terminal, one.site, one.expires, one.claim)

    def drop_invitations(self, terminal: str) -> None:
        self._session.drop(schema.invitation, terminal=terminal)

    def invited(self) -> Mapping[str, tuple[str, str]]:
        return {one.terminal: (one.site, one.expires) for one in self.invitations() if not one.claim}

    # sightings

    def sighting(self, terminal: str) -> Sighting | None:
        found = self._session.row(schema.sighting, terminal=terminal)
        return _sighting(found) if found else None

    def sightings(self) -> Sequence[Sighting]:
        return [_sighting(found) for found in self._session.rows(schema.sighting)]

    def put_sighting(self, sighting: Sighting) -> None:
        self._session.put(schema.sighting, *msgspec.structs.astuple(sighting))

    # tokens

    def token(self, hash: str) -> Token | None:
        found = self._session.row(schema.token, hash=hash)
        return _token(found) if found else None

    def tokens(self, kind: str, holder: str | None = None) -> Sequence[Token]:
        equal = {"kind": kind} if holder is None else {"kind": kind, "holder": holder}
        found = [_token(one) for one in self._session.rows(schema.token, **equal)]
        return sorted(found, key=lambda one: (one.number, one.holder))

    def put_token(self, token: Token) -> None:
        self._session.put(schema.token, token.hash, token.kind, token.holder, token.number, token.used)

    def drop_tokens(self, kind: str, holder: str, below: int | None = None) -> None:
        if below is None:
            self._session.drop(schema.token, kind=kind, holder=holder)
        else:
            self._session.run(self._session.sql.made(_drop_below), kind, holder, below)

    # PINs

    def pin(self, operator: str) -> KeptPin | None:
        found = self._session.row(schema.pin, operator=operator)
        return KeptPin(*found) if found else None

    def pins(self) -> Sequence[KeptPin]:
        return [KeptPin(*found) for found in self._session.rows(schema.pin)]

    def put_pin(self, pin: KeptPin) -> None:
        self._session.put(schema.pin, pin.operator, pin.verifier, pin.code_hash, pin.expires, pin.tries)


def _token(values: Sequence[Any]) -> Token:
    hash, kind, holder, number, used = values
    return Token(hash, kind, holder, number, bool(used))


def _sighting(values: Sequence[Any]) -> Sighting:
    return Sighting(**dict(zip(Sighting.__struct_fields__, values, strict=True)))
