"""PINs: the one form of a PIN's verifier, and what terminal and ledger say to each other about PINs.

A PIN itself leaves no terminal: what travels and is kept is its verifier, `scrypt$LOG2N$R$P$SALT$HASH` (RFC 7914; salt
and hash in base64url without padding). Verifiers are in no operation, feed or log. Checking one takes tens of
milliseconds, by design, so it is done outside any transaction.

`GET /v1/pins` gives PinsReply · `POST /v1/pins` takes PinChoice and gives PinsReply; both with a terminal's token.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

import msgspec

from sync.wire.limits import VERSION

FEWEST_DIGITS, MOST_DIGITS = 4, 12
SALT_BYTES = 16
_SCHEME = "scrypt"
LOG2_N = 14
"""2 ** 14 blocks: 16 MB and some tens of milliseconds a PIN."""

_R, _P = 8, 1
_HASH_BYTES = 32
_MOST_LOG2_N, _MOST_R, _MOST_P = 17, 16, 4
"""Bounds of what is computed for a verifier that came from elsewhere."""


class Pin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a terminal needs of an operator's PIN. Without a verifier it has yet to be chosen, `by_code` only with the
    one-time code a supervisor handed out."""

    operator: str
    verifier: str = ""
    by_code: bool = False

    def __repr__(self) -> str:
        return f"Pin(operator={self.operator!r})"


class PinsReply(msgspec.Struct, frozen=True, kw_only=True):
    """PINs of the operators of the terminal's site. `needed`: who has none must choose one before working (a live
    ledger); elsewhere, in training and tests, a badge alone will do. `refused`: why the choice this answers was not
    kept (`wrong_code`, `pin_chosen`, `unknown_operator`, `malformed`), empty where it was."""

    v: int = VERSION
    needed: bool
    environment: str = "live"
    pins: list[Pin] = []
    refused: str = ""


class PinChoice(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's new PIN. `code` is the one-time code that came with the badge or a reset;
    empty where none was handed out and no PIN is needed."""

    v: int = VERSION
    operator: str
    verifier: str
    code: str = ""

    def __repr__(self) -> str:
        return f"PinChoice(operator={self.operator!r})"


def is_pin(text: str) -> bool:
    """Whether this is a PIN: digits only, neither too few nor too many."""
    return FEWEST_DIGITS <= len(text) <= MOST_DIGITS and text.isascii() and text.isdigit()


def new_verifier(pin: str, salt: bytes, log2_n: int = LOG2_N) -> str:
    """The verifier of a PIN; `salt` is SALT_BYTES of fresh randomness. Less work than LOG2_N is for tests."""
    computed = _computed(pin, salt, log2_n, _R, _P, _HASH_BYTES)
    return "$".join((_SCHEME, str(log2_n), str(_R), str(_P), _text(salt), _text(computed)))


def is_verifier(text: str) -> bool:
    return _parts(text) is not None


def pin_matches(pin: str, verifier: str) -> bool:
    """Whether the PIN is the verifier's; never for a verifier that cannot be read."""
    parts = _parts(verifier)
    if parts is None:
        return False
    log2_n, r, p, salt, wanted = parts
    return hmac.compare_digest(_computed(pin, salt, log2_n, r, p, len(wanted)), wanted)


def _parts(verifier: str) -> tuple[int, int, int, bytes, bytes] | None:
    scheme, *rest = verifier.split("$")
    if scheme != _SCHEME or len(rest) != 5 or not all(number.isdecimal() and len(number) < 3 for number in rest[:3]):
        return None
    log2_n, r, p = map(int, rest[:3])
    if not (1 <= log2_n <= _MOST_LOG2_N and 1 <= r <= _MOST_R and 1 <= p <= _MOST_P):
        return None
    try:
        salt, wanted = _bytes(rest[3]), _bytes(rest[4])
    except (ValueError, binascii.Error):
        return None
    return (log2_n, r, p, salt, wanted) if len(salt) >= SALT_BYTES and len(wanted) == _HASH_BYTES else None


def _computed(pin: str, salt: bytes, log2_n: int, r: int, p: int, length: int) -> bytes:
    n = 1 << log2_n
    return hashlib.scrypt(pin.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=length)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
