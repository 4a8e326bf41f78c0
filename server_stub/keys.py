"""Keys, codes and tokens: the ledger's signing key in its file, signatures of terminals, and what is kept of secrets.

Of a token or a one-time code the ledger keeps the SHA-256 alone: both are random and long, so a slow hash adds nothing.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.wire.canonical import sha256_hex
from sync.wire.messages import SyncRequest, signed_statement
from sync.wire.operation import link_hash
from sync.wire.service import Certificate, certificate_statement

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit."""

CODE_LETTERS = 10
TOKEN_BYTES = 32


class KeyFileError(Exception):
    """The ledger's key file is missing or cannot be used. The message names the file and the cure."""


def new_code() -> str:
    """A one-time code of 50 random bits, as people type it: XXXXX-XXXXX."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LETTERS))
    return f"{letters[:5]}-{letters[5:]}"


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def secret_hash(secret: str) -> str:
    return sha256_hex(secret.encode())


def code_hash(code: str) -> str:
    """Hash of a code however it was typed: case, hyphens, blanks and the letters O, I and L do not matter."""
    plain = "".join(code.upper().split()).replace("-", "")
    return secret_hash(plain.translate(str.maketrans("OIL", "011")))


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Raises ValueError where the text is not base64url."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error


def is_signed(public_key: bytes, signature: str, statement: bytes) -> bool:
    """Whether `signature` (base64url) is this Ed25519 key's signature of the statement."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(from_base64url(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed_request(public_key: bytes, request: SyncRequest) -> bool:
    """Whether the terminal that holds the key sent this batch, to this ledger, in this epoch and place."""
    links = request.stream.links
    last = link_hash(links[-1], ledger_id=request.ledger_id, terminal=request.terminal) if links else ""
    statement = signed_statement(request.ledger_id, request.terminal, request.stream, last)
    return is_signed(public_key, request.stream.signature, statement)


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """The ledger's Ed25519 key, with which it certifies terminals. Kept outside the database, readable by its owner."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        return to_base64url(self.private.public_key().public_bytes_raw())

    def certify(self, certificate: Certificate) -> Certificate:
        """The certificate with this key's name and signature."""
        named = msgspec.structs.replace(certificate, ledger_key=self.public, signature="")
        signature = to_base64url(self.private.sign(certificate_statement(named)))
        return msgspec.structs.replace(named, signature=signature)

    def certified(self, certificate: Certificate) -> bool:
        """Whether this ledger's key signed the certificate."""
        return is_signed(
            from_base64url(self.public),
            certificate.signature,
            certificate_statement(msgspec.structs.replace(certificate, ledger_key=self.public)),
        )


def create_key(path: Path) -> LedgerKey:
    """Make the key file, 0600 and synced. Raises KeyFileError where there is one already or it cannot be written."""
    key = LedgerKey(Ed25519PrivateKey.generate())
    pem = key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyFileError(
            f"the ledger's key file {path} cannot be made: {error.strerror}; name another one"
        ) from error
    return key


def load_key(path: Path) -> LedgerKey:
    """Raises KeyFileError where the file is missing, unreadable or no Ed25519 key."""
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        cure = "put back the copy kept with the backups, or run `ledger init`"
        raise KeyFileError(f"the ledger's key file {path} cannot be read: {error.strerror}; {cure}") from error
    except ValueError as error:
        raise KeyFileError(
            f"the ledger's key file {path} is damaged; put back the copy kept with the backups"
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFileError(
            f"the ledger's key file {path} holds no Ed25519 key; put back the copy kept with the backups"
        )
    return LedgerKey(private)
