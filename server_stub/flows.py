"""The flows that come with this program, as the ledger tells of them: names and versions, who may do what, which steps.

Terminals of the same release work by the same files; `hash` tells whether they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec

from scanner_client.core.flow import Flow, read_flow
from sync.wire.canonical import sha256_hex

# Files are data: no module of the terminal is imported for them but the reader of flows.
FOLDER = resources.files("scanner_client").joinpath("flows")
TEXTS = "texts.toml"


class FlowLine(msgspec.Struct, frozen=True, kw_only=True):
    """A flow. `flow` is its name with its version, as operations carry it; `roles` who finds it in the menu, empty for
    everyone; `owner` answers for its steps; `hash` is the SHA-256 of its file."""

    flow: str
    name: str
    version: int
    owner: str
    roles: tuple[str, ...]
    steps: tuple[str, ...]
    hash: str


@cache
def flow_lines() -> tuple[FlowLine, ...]:
    """The shipped flows by name."""
    return tuple(sorted(_lines(), key=lambda one: one.name))


def _lines() -> Iterator[FlowLine]:
    for file in FOLDER.iterdir():
        if file.name.endswith(".toml") and file.name != TEXTS:
            text = file.read_text(encoding="utf-8")
            yield _line(read_flow(text), sha256_hex(text.encode()))


def _line(flow: Flow, hash: str) -> FlowLine:
    return FlowLine(
        flow=flow.label,
        name=flow.name,
        version=flow.version,
        owner=flow.owner,
        roles=tuple(flow.roles),
        steps=tuple(flow.steps),
        hash=hash,
    )
