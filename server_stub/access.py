"""Who may speak to the ledger: invitations, enrolment, tokens, rotation, revocation.

The rules work on a `Registry`, one open transaction over the tables of `server_stub.db`. Nothing here is part of the
hashed log: a restore cannot know it, and lists it instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from server_stub.fleet import Fleet
from server_stub.keys import (
    LedgerKey,
    code_hash,
    from_base64url,
    is_signed,
    new_code,
    new_token,
    secret_hash,
)
from server_stub.ledger.book import Terminal
from server_stub.pins import Pins
from sync.wire.messages import GLOBAL_FEED
from sync.wire.service import (
    Certificate,
    EnrollReply,
    EnrollRequest,
    RegisterRequest,
    TokenReply,
    enrollment_statement,
    registration_statement,
)

TERMINAL, OFFICE = "terminal", "office"
PUBLIC_KEY_BYTES = 32
CODE_LIFETIME = timedelta(hours=24)


class AccessRefused(Exception):
    """Not let in. `reason`: wrong_token, unknown_terminal, revoked, bad_signature, wrong_code, code_used, code_expired,
    bad_certificate, registered, malformed."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code for one terminal. `claim` is the hash of key and nonce that used it, empty before."""

    code_hash: str
    terminal: str
    site: str
    expires: str
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token. `number` counts a holder's tokens: the first use of one ends all with lower numbers."""

    hash: str
    kind: str
    holder: str
    number: int
    used: bool = False


class Registry(Pins, Fleet, Protocol):
    """Terminals, what they last said, invitations, tokens and PINs in one transaction."""

    @property
    def ledger_id(self) -> str: ...
    @property
    def ledger_epoch(self) -> str: ...
    @property
    def environment(self) -> str: ...
    def terminal(self, id: str) -> Terminal | None: ...
    def register_terminal(self, id: str, site: str, public_key: bytes) -> None:
        """Add it, or give it another key; either way it is not revoked."""

    def revoke_terminal(self, id: str) -> None: ...
    def invitation(self, code_hash: str) -> Invitation | None: ...
    def invitations(self) -> Sequence[Invitation]: ...
    def put_invitation(self, invitation: Invitation) -> None: ...
    def drop_invitations(self, terminal: str) -> None: ...
    def token(self, hash: str) -> Token | None: ...
    def tokens(self, kind: str, holder: str | None = None) -> Sequence[Token]:
        """By number."""

    def put_token(self, token: Token) -> None: ...
    def drop_tokens(self, kind: str, holder: str, below: int | None = None) -> None:
        """All of the holder's, or those with a number below."""


def invite(registry: Registry, terminal: str, site: str, now: datetime, lifetime: timedelta = CODE_LIFETIME) -> str:
    """A one-time code with which this terminal can enrol; earlier codes for it are void."""
    code = new_code()
    registry.drop_invitations(terminal)
    registry.put_invitation(Invitation(code_hash(code), terminal, site, (now + lifetime).isoformat(timespec="seconds")))
    return code


def enroll(registry: Registry, request: EnrollRequest, key: LedgerKey, now: datetime) -> EnrollReply:
    """Register the key for the invited terminal and let it in. Raises AccessRefused.

    A resend (same key, same nonce) is answered again until a token of the first answer has been used.
    """
    public_key = _enrolled_key(request)
    invitation = _claimed(registry, request, now)
    if not invitation.claim:
        registry.drop_tokens(TERMINAL, invitation.terminal)
        registry.register_terminal(invitation.terminal, invitation.site, public_key)
        registry.put_invitation(replace(invitation, claim=_claim(request)))
    certificate = Certificate(
        ledger_id=registry.ledger_id,
        terminal=invitation.terminal,
        site=invitation.site,
        public_key=request.public_key,
        issued=now.isoformat(timespec="seconds"),
        ledger_key=key.public,
    )
    return _let_in(registry, key.certify(certificate))


def _let_in(registry: Registry, certificate: Certificate) -> EnrollReply:
    return EnrollReply(
        terminal=certificate.terminal,
        site=certificate.site,
        ledger_id=registry.ledger_id,
        ledger_epoch=registry.ledger_epoch,
        token=mint_token(registry, TERMINAL, certificate.terminal),
        certificate=certificate,
        feeds=[GLOBAL_FEED, certificate.site],
        environment=registry.environment,
    )


def register(registry: Registry, request: RegisterRequest, key: LedgerKey) -> EnrollReply:
    """Let a terminal in again that this ledger once certified and, put back from a backup, does not know. Raises
    AccessRefused.

    A known terminal has its token, or gets one with a code: else an old copy of its home would always open the ledger.
    One that was let in here and whose answer was lost is answered again, until it has spoken.
    """
    certificate = request.certificate
    _check_certificate(registry, request, key)
    known = registry.terminal(certificate.terminal)
    if known is None:
        registry.drop_invitations(certificate.terminal)
        registry.drop_tokens(TERMINAL, certificate.terminal)
        registry.register_terminal(certificate.terminal, certificate.site, from_base64url(certificate.public_key))
        registry.put_invitation(_used_up(certificate))
    elif known.revoked:
        raise _revoked()
    elif registry.invitation(_used_up(certificate).code_hash) is None or _has_spoken(registry, known):
        cure = f"enrol it again with a code (`ledger terminal rotate {known.id}`)"
        raise AccessRefused("registered", f"this ledger knows the terminal, with a token of its own; {cure}")
    return _let_in(registry, certificate)


def _check_certificate(registry: Registry, request: RegisterRequest, key: LedgerKey) -> None:
    certificate = request.certificate
    cure = "enrol the terminal with a code (`ledger terminal add`)"
    if certificate.ledger_id != registry.ledger_id or not key.certified(certificate):
        raise AccessRefused("bad_certificate", f"this ledger did not sign the terminal's certificate; {cure}")
    if request.ledger_epoch != registry.ledger_epoch:
        raise AccessRefused("bad_signature", "the request was made before this ledger was put back; make it again")
    if not is_signed(from_base64url(certificate.public_key), request.signature, registration_statement(request)):
        raise AccessRefused("bad_signature", f"the certified key did not sign the request; {cure}")


def _used_up(certificate: Certificate) -> Invitation:
    """What is kept of a certificate that let its terminal in: it works like a code, and so once."""
    used = secret_hash(certificate.signature)
    return Invitation(used, certificate.terminal, certificate.site, certificate.issued, claim=used)


def _has_spoken(registry: Registry, terminal: Terminal) -> bool:
    return any(token.used for token in registry.tokens(TERMINAL, terminal.id))


def _enrolled_key(request: EnrollRequest) -> bytes:
    try:
        public_key = from_base64url(request.public_key)
    except ValueError:
        public_key = b""
    if len(public_key) != PUBLIC_KEY_BYTES or not request.nonce:
        raise AccessRefused(
            "malformed", "the request carries no Ed25519 key or no nonce; update the terminal's program"
        )
    if not is_signed(public_key, request.signature, enrollment_statement(request)):
        raise AccessRefused("bad_signature", "the key in the request did not sign it; start the enrolment again")
    return public_key


def _claim(request: EnrollRequest) -> str:
    return secret_hash(f"{request.public_key} {request.nonce}")


def _claimed(registry: Registry, request: EnrollRequest, now: datetime) -> Invitation:
    invitation = registry.invitation(code_hash(request.code))
    cure = "ask for a new one (`ledger terminal add`)"
    if invitation is None:
        raise AccessRefused("wrong_code", f"this enrolment code is not known; check it or {cure}")
    if not invitation.claim:
        if datetime.fromisoformat(invitation.expires) < now:
            raise AccessRefused("code_expired", f"this enrolment code has expired; {cure}")
        return invitation
    entered = any(token.used for token in registry.tokens(TERMINAL, invitation.terminal))
    if invitation.claim != _claim(request) or entered:
        raise AccessRefused("code_used", f"this enrolment code has been used already; {cure}")
    return invitation


def mint_token(registry: Registry, kind: str, holder: str) -> str:
    """A further token for the holder; those it has stay valid until this one is used."""
    token = new_token()
    numbers = [known.number for known in registry.tokens(kind, holder)]
    registry.put_token(Token(secret_hash(token), kind, holder, max(numbers, default=0) + 1))
    return token


def rotate(registry: Registry, token: str) -> TokenReply:
    """The next token of the terminal that sent this one. Raises AccessRefused."""
    found = admit(registry, token)
    if found.kind != TERMINAL:
        cure = "make another with `ledger token add` and end this one with `ledger token revoke`"
        raise AccessRefused("wrong_token", f"only a terminal's token is rotated here; {cure}")
    return TokenReply(terminal=found.holder, token=mint_token(registry, TERMINAL, found.holder))


def admit_terminal(registry: Registry, token: str, id: str) -> Terminal:
    """The terminal that sent this token and says it is `id`. Raises AccessRefused."""
    terminal = registry.terminal(id)
    if terminal is None:
        raise AccessRefused(
            "unknown_terminal", "this ledger does not know the terminal; enrol it (`ledger terminal add`)"
        )
    found = registry.token(secret_hash(token))
    if found is None or (found.kind, found.holder) != (TERMINAL, id):
        raise AccessRefused("wrong_token", "the token is not this terminal's; enrol the terminal again")
    if terminal.revoked:
        raise _revoked()
    _note_use(registry, found)
    return terminal


def _revoked() -> AccessRefused:
    return AccessRefused(
        "revoked", "this terminal was revoked; it keeps its queue, and an administrator can take it in"
    )


def known_token(registry: Registry, token: str) -> Token:
    """The token's row, whoever holds it. Raises AccessRefused: a stranger's body is not waited for."""
    found = registry.token(secret_hash(token))
    if found is None:
        raise AccessRefused(
            "wrong_token", "the token is not known here; use a terminal's or one from `ledger token add`"
        )
    return found


def admit(registry: Registry, token: str) -> Token:
    """Whoever holds this token: a terminal that is not revoked, or the office. Raises AccessRefused."""
    found = known_token(registry, token)
    if found.kind == TERMINAL:
        admit_terminal(registry, token, found.holder)
    return found


def _note_use(registry: Registry, token: Token) -> None:
    if not token.used:
        registry.put_token(replace(token, used=True))
        registry.drop_tokens(token.kind, token.holder, below=token.number)
