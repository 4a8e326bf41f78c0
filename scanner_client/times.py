"""Times as operations carry them, read."""

from __future__ import annotations

from datetime import datetime


def milliseconds(utc: str) -> int:
    """A time as operations carry it, in milliseconds since 1970; 0 for one that cannot be read."""
    try:
        return int(datetime.fromisoformat(utc).timestamp() * 1000)
    except ValueError:
        return 0
