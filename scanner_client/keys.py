"""The terminal's Ed25519 key: made at enrolment, kept in its own file outside the store, used to sign; and the check
of the ledger's signature on its certificate.

cryptography is imported when a key is first made or read, in a worker thread.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from scanner_client.files import write_private
from scanner_client.home import HomeError
from sync.wire.service import Certificate, certificate_statement

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class TerminalKey:
    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @property
    def public(self) -> str:
        """The raw public key, base64url without padding."""
        return _base64url(self._private.public_key().public_bytes_raw())

    def sign(self, statement: bytes) -> str:
        """Signature in base64url without padding."""
        return _base64url(self._private.sign(statement))

    def write(self, path: Path) -> None:
        """As PKCS8, 0600."""
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415  # after the first frame

        pem = self._private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
        write_private(path, pem)


def new_key() -> TerminalKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  # after the first frame
        Ed25519PrivateKey,
    )

    return TerminalKey(Ed25519PrivateKey.generate())


def read_key(path: Path) -> TerminalKey:
    """Raises HomeError where the file is missing or holds no Ed25519 key."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  # after the first frame
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise HomeError(f"The key {path} cannot be read ({error}): enrol this terminal again.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise HomeError(f"The key {path} is not an Ed25519 key: enrol this terminal again.")
    return TerminalKey(private)


def is_certified(certificate: Certificate) -> bool:
    """Whether the ledger key that the certificate names has signed it."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # after the first frame
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        key = Ed25519PublicKey.from_public_bytes(_from_base64url(certificate.ledger_key))
        key.verify(_from_base64url(certificate.signature), certificate_statement(certificate))
    except (InvalidSignature, ValueError):
        return False
    return True


def _from_base64url(text: str) -> bytes:
    """Raises ValueError (binascii.Error is one)."""
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
