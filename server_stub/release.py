"""The version of this program, as installed."""

from __future__ import annotations

from functools import cache


@cache
def release() -> str:
    """`0+source` where the program runs from its source without being installed. Reads files, once."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # most commands never ask

    try:
        return version("scanner-client")
    except PackageNotFoundError:
        return "0+source"
