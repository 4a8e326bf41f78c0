"""What stands on the demo's two sides at one moment, as values; the panel draws it, the controller reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner_client.core.view import View
from scanner_client.demo.figures import Figures, Shelf, Tally
from scanner_client.demo.minute import Happened


@dataclass(frozen=True, slots=True)
class OnShelf:
    """A shelf that the picker works at. Quantities in base units; a `unit` holds `factor` of the item's `base` unit.

    `before` is what the ledger had when the shelf came into sight.
    """

    shelf: Shelf
    names: tuple[str, str]
    base: str
    unit: str
    factor: int
    before: int


@dataclass(frozen=True, slots=True)
class Scene:
    """`opening` names the texts of what the opening has done so far. `same_prompt` and `unsent_before`: at the kill.

    `unsent` counts by terminal. `before_mending`: operations in the ledger when the network came back.
    """

    language: str
    view: View | None = None
    opening: tuple[str, ...] = ()
    happened: Happened = field(default_factory=Happened)
    place: int = 0
    unsent: Mapping[str, int] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)
    shelves: tuple[OnShelf, ...] = ()
    same_prompt: bool = False
    before_mending: int = 0
    tally: Tally | None = None
    codes: tuple[tuple[str, str], ...] = ()
    note: str = ""
    failed: str = ""
