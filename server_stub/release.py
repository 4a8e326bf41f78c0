"""The version of this program, as installed; read once, on import, for it reads files."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _release() -> str:
    try:
        return version("scanner-client")
    except PackageNotFoundError:
        return "0+source"


RELEASE: Final = _release()
"""`0+source` where the program runs from its source without being installed."""
