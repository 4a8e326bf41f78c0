"""What was done and what disagrees, as the terminal tells of it: deeds, conflicts with their statements, verdicts."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class Deed(Struct, frozen=True):
    """One operation of this terminal as the queue lists it.

    `state` is its mark: kept, sent, accepted, conflict and so on. `at`: milliseconds since 1970. What is no longer held
    has neither goods nor place, only its kind. `dispute` is the kind of the conflict it is in.
    """

    id: str
    kind: str
    at: int
    state: str
    item: str = ""
    location: str = ""
    units: int = 0
    unit: str = ""
    dispute: str = ""


class Statement(Struct, frozen=True):
    """What one side of a conflict says.

    `who`: `saw`, `you`, `they`, `ordered`, `received` (before) or `ledger`; of dates `expiry` (on the goods) and
    `expiry_ledger`, whose `name` is the date. Else `name` is the operator where it is not what
    was done on this terminal, and `more` how many other people there are on that side. Units are the item's smallest,
    None where it is not about a quantity; `at` and `arrived` (when the ledger heard of it) milliseconds since 1970, 0
    where not known.
    """

    who: str
    units: int | None
    at: int = 0
    arrived: int = 0
    name: str = ""
    kind: str = ""
    more: int = 0


class Dispute(Struct, frozen=True):
    """A conflict to read. `about` is the order, terminal or code that it is about where that is no place; `unit` the
    one the work was done in, `by` the operator who did it.

    `answerable`: it can be decided on this terminal; `decided`: the answer that was given here and waits for the
    ledger's.
    """

    id: str
    kind: str
    state: str
    item: str = ""
    location: str = ""
    about: str = ""
    unit: str = ""
    by: str = ""
    answerable: bool = False
    decided: str = ""
    statements: tuple[Statement, ...] = ()


class Verdict(Struct, frozen=True):
    """What became of a decision given here, where it did not simply take effect.

    `became`: `merged` (`by` decided first, `answer`), `explained` (it settled itself), `held` or `refused`.
    """

    id: str
    became: str
    answer: str
    by: str = ""


class Concern(Struct, frozen=True):
    """What people must see until its cause ends: `kind` names its text, `facts` fill it in."""

    kind: str
    facts: Mapping[str, str] = field(default_factory=dict)
