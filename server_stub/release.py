"""The version of this program, as installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The installed version; `0+source` where the program runs from its source without being installed."""
    try:
        return version("scanner-client")
    except PackageNotFoundError:
        return "0+source"
