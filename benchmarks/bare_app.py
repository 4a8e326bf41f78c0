"""The floor of a start: a Textual app with one line of text and nothing else. `--with-libraries` loads what we use."""

from __future__ import annotations

import importlib
import sys

from textual.app import App, ComposeResult
from textual.widgets import Static

LIBRARIES = (
    "biip",
    "click",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.serialization",
    "httpx",
    "msgspec",
    "platformdirs",
    "serial",
    "sqlite3",
    "sqlite_utils",
    "tenacity",
)
READY = "ready for work"


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(READY)


if __name__ == "__main__":
    if "--with-libraries" in sys.argv:
        for name in LIBRARIES:
            importlib.import_module(name)
    Bare().run()
