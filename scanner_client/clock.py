"""The one place where the terminal reads the clock and draws ids; everything else is handed these."""

from __future__ import annotations

import os
import time
import uuid
from datetime import UTC, datetime


def utc_now() -> str:
    """The time in UTC to the millisecond, as operations and the journal carry it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_offset() -> str:
    """How far local time is from UTC, such as +08:00."""
    return datetime.now().astimezone().isoformat(timespec="seconds")[-6:]


def new_uuid7() -> str:
    """A UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits, so that ids sort by age."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10))
    number = number & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62))


def new_epoch() -> str:
    """A random id for a stream: a clone must never come to the same one."""
    return str(uuid.uuid4())


def now_milliseconds() -> int:
    """The time in milliseconds since 1970, UTC, as events carry it."""
    return time.time_ns() // 1_000_000
