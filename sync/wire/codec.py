"""The JSON codec with our own value types. One encoder and one decoder per type, made once."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from sync.wire.quantity import BadQuantity, Quantity, parse_quantity

T = TypeVar("T")


def _encode_own(value: Any) -> Any:
    if isinstance(value, Quantity):
        return str(value)
    raise NotImplementedError(f"no wire form for {type(value).__name__}")


def _decode_own(kind: type, value: Any) -> Any:
    if kind is Quantity:
        if not isinstance(value, str):
            raise BadQuantity("a quantity is a decimal string")
        return parse_quantity(value)
    raise NotImplementedError(f"no wire form for {kind.__name__}")


_encoder = msgspec.json.Encoder(enc_hook=_encode_own)
_sorted_encoder = msgspec.json.Encoder(enc_hook=_encode_own, order="sorted")


def encode(value: Any, *, canonical_order: bool = False) -> bytes:
    """JSON bytes of a message, row or body."""
    return (_sorted_encoder if canonical_order else _encoder).encode(value)


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def decode(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode JSON bytes into `kind`. Raises msgspec.DecodeError (ValidationError is one) or UnicodeDecodeError."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind, dec_hook=_decode_own)
    try:
        result: T = decoder.decode(data)
    except RecursionError as error:
        raise msgspec.DecodeError("it is nested too deep") from error
    return result


def to_builtins(value: Any) -> Any:
    return msgspec.to_builtins(value, enc_hook=_encode_own)
