"""Canonical bytes and hashes: the one form in which an operation or a link is hashed, signed and compared.

Canonical JSON here is: object keys sorted by code point, UTF-8, no white space, no floats. Operations are hashed over
their raw bytes as sent (never re-encoded by a reader); links and signed statements are hashed over this form.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

ZERO_HASH = "0" * 64
"""`prev` of the first link of a stream without a parent."""

_encoder = msgspec.json.Encoder(order="sorted")


class FloatFound(TypeError):
    """A float stood in a value to be made canonical; quantities are decimal strings."""


def canonical(value: Any) -> bytes:
    """Canonical JSON bytes of builtins or a msgspec struct. Raises FloatFound where a float hides in it."""
    builtins = msgspec.to_builtins(value)
    _refuse_floats(builtins)
    return _encoder.encode(builtins)


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def chain_hash(before: str, data: bytes) -> str:
    """Hash of a log entry: SHA-256 over the previous hash (hex, ASCII) and the entry's bytes as served."""
    return hashlib.sha256(before.encode("ascii") + data).hexdigest()


def _refuse_floats(value: object) -> None:
    match value:
        case str():
            pass  # first, since nearly every value is a text
        case float():
            raise FloatFound(f"the float {value!r} cannot be sent; write quantities as decimal strings")
        case dict():
            for item in value.values():
                _refuse_floats(item)
        case list() | tuple():
            for item in value:
                _refuse_floats(item)
        case _:
            pass
