"""The shipped flows and the table of texts, read from this package's TOML files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from scanner_client.core.flow import Flow, Library, Words, read_flow
from scanner_client.core.lists import LISTS
from scanner_client.core.rules import EFFECTS, GUARDS
from scanner_client.core.texts import Texts, read_texts
from scanner_client.core.view.scene import FRAMES, WANTS

SHIPPED = (
    "main", "pick", "receive", "lookup", "decide", "tasks", "put_back", "to_supplier", "requests", "message", "sharing",
    "outage", "dry_run",
)  # fmt: skip


class Shipped(Mapping[str, Flow]):
    """The shipped flows by name, each read when it is first asked for: the first screen needs one of them."""

    def __init__(self) -> None:
        self._read: dict[str, Flow] = {}

    def __getitem__(self, name: str) -> Flow:
        """Raises FlowError where the file was damaged."""
        if name not in SHIPPED:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = read_flow(flow_source(name))
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in SHIPPED

    def __iter__(self) -> Iterator[str]:
        return iter(SHIPPED)

    def __len__(self) -> int:
        return len(SHIPPED)


@cache
def shipped_flows() -> Library:
    """Every shipped flow by name."""
    return Shipped()


def flow_source(name: str) -> str:
    """The TOML text of a shipped flow."""
    return _read(f"{name}.toml")


@cache
def shipped_texts() -> Texts:
    """The table of texts. Raises TextsError where it was damaged."""
    return read_texts(_read("texts.toml"))


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def shipped_words() -> Words:
    """The names a flow may use on this program: what the checker compares with."""
    return Words(GUARDS, EFFECTS, FRAMES, WANTS, LISTS, shipped_texts(), SHIPPED)
