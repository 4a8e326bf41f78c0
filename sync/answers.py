"""What the bytes of an answer mean: the ledger's reply, its refusal, or something that is no ledger. No HTTP here."""

from __future__ import annotations

import gzip
from typing import TypeVar

import msgspec

from sync.faults import (
    Busy,
    Misunderstood,
    NotALedger,
    ServerFailed,
    SyncFault,
    TooBig,
    Unauthorised,
    WrongLedger,
)
from sync.wire.codec import decode
from sync.wire.service import ErrorReply, ErrorText

T = TypeVar("T")

GZIP_FROM_BYTES = 1024


def packed(body: bytes) -> tuple[dict[str, str], bytes]:
    """The headers and the bytes under which a JSON body goes out."""
    if not body:
        return {}, b""
    headers = {"content-type": "application/json"}
    if len(body) < GZIP_FROM_BYTES:
        return headers, body
    return {**headers, "content-encoding": "gzip"}, gzip.compress(body, compresslevel=1, mtime=0)


def read_answer(url: str, reply: bytes, kind: type[T]) -> T:
    """A reply of the ledger at `url`. Raises NotALedger where the bytes are none."""
    try:
        return decode(reply, kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotALedger(
            f"What answered at {url} is not a ledger's reply (perhaps a log-in page of the network)."
        ) from error


def refusal(url: str, status: int, reply: bytes, retry_after: float) -> SyncFault:
    """What an answer without success means, in the ledger's own words where it was the ledger that refused."""
    error = _error(reply)
    said = error.message
    match status:
        case 401 | 403:
            sentence = said or "The ledger does not accept this terminal: enrol it again."
            return Unauthorised(sentence, reason=error.reason)
        case 409:
            return WrongLedger(said or f"Another ledger answers at {url}: check the address.")
        case 413:
            return TooBig(said or "The ledger takes smaller batches; the next one is smaller.")
        case 429 | 503:
            return Busy(said or "The ledger is busy; it is asked again.", retry_after)
        case _ if status >= 500:
            return ServerFailed(said or f"The ledger at {url} failed ({status}); it is asked again.", retry_after)
        case 400 | 408 | 415 if said:
            return Misunderstood(said)
        case _:
            return NotALedger(said or f"What answers at {url} is not a ledger ({status}): check the address.")


def _error(reply: bytes) -> ErrorText:
    try:
        return decode(reply, ErrorReply).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ErrorText("", "")


def seconds(text: str) -> float:
    """Retry-After as a number of seconds; its date form is not for machines without a trusted clock."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0.0
