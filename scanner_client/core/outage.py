"""What a supervisor sees in an outage, as values: the terminals of the site, and what a sync would bring (R33, X4).

Both are pictures of a moment: `at` is when the ledger told it, by this terminal's clock, in milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

NEVER = UNKNOWN = -1
OFFLINE = "offline"


class Neighbour(Struct, frozen=True):
    """A terminal as the ledger knew it. `silent`: for how long nothing had been heard of it, `oldest`: how old the
    oldest of what it held unsent was, both in milliseconds, -1 for never and not known. `online`: heard of just then.
    `mode` and `unsent` (-1 where it never said) are what it last said. `clock_ms`: its clock less the ledger's."""

    terminal: str
    own: bool = False
    online: bool = False
    silent: int = NEVER
    mode: str = ""
    unsent: int = UNKNOWN
    oldest: int = UNKNOWN
    program: str = ""
    clock_ms: int | None = None


class Around(Struct, frozen=True):
    """The terminals of the site, those in most trouble first."""

    at: int
    terminals: tuple[Neighbour, ...]


class Tried(Struct, frozen=True):
    """The answer to the dry run asked for under `token`: how many operations would have which outcome, and which kinds
    of conflict would stay. `silent`: no answer came. `left` were not tried; `unplaced` fit no stream the ledger has."""

    token: str
    at: int
    silent: bool = False
    outcomes: Mapping[str, int] = {}
    conflicts: Mapping[str, int] = {}
    left: int = 0
    unplaced: int = 0
