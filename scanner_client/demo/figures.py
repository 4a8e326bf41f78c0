"""What the ledger's file says: live figures for the office's side, and the tally of the card once all have exited.

The files are opened read-only. No program is asked how it went.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from scanner_client.rehearsal.proof import Held, held_by_ledger, held_by_terminal
from sync.wire.bodies import decode_body
from sync.wire.claims import ADVISORY_KINDS
from sync.wire.operation import decode_operation

UNSENT = ("kept", "sent")
Shelf = tuple[str, str]
"""Location and item."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`stock` is what lies free on a shelf, `taken` what each terminal picked from the story's, both in base units.

    `twice` counts operations that were posted more than once.
    """

    operations: int = 0
    twice: int = 0
    conflicts: int = 0
    decided: int = 0
    stock: Mapping[Shelf, int] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)


class Fault(NamedTuple):
    """Why a card is false: the name of its text, and what is filled in there."""

    name: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The card's figures. `confirmed`: what the pickers heard confirmed; `faults`: why the card is false."""

    confirmed: int
    in_ledger: int
    waiting: int
    lost: int
    twice: int
    conflicts: int
    decided: int
    faults: tuple[Fault, ...] = ()


class _Entry(msgspec.Struct):
    op: str = ""


def read_figures(database: Path, site: str, shelves: Iterable[Shelf], own: Shelf) -> Figures:
    """The figures of this moment; `own` is the story's shelf. Raises sqlite3.Error where the file cannot be read."""
    with closing(_open(database)) as file:
        (operations,) = file.execute(
            "SELECT count(*) FROM operation WHERE kind NOT IN (SELECT value FROM json_each(?))",
            [json.dumps(ADVISORY_KINDS)],
        ).fetchone()
        stock = {shelf: _free(file, site, *shelf) for shelf in shelves}
        return Figures(operations, _twice(file), *_conflicts(file), stock, dict(_taken(file, own)))


def names_of(database: Path, items: Iterable[str]) -> dict[str, tuple[str, str]]:
    """English and Chinese names by item code."""
    with closing(_open(database)) as file:
        found = (file.execute("SELECT code, name, name_zh FROM items WHERE code = ?", [item]) for item in items)
        return {code: (name, name_zh) for rows in found for code, name, name_zh in rows}


def tally(database: Path, stores: Mapping[str, Path], confirmed: Sequence[tuple[str, str]]) -> Tally:
    """Hold what was confirmed, as (terminal, id), against the files. For when every program has exited."""
    ledger = _facts(held_by_ledger(database))
    terminals = {name: _facts(held_by_terminal(store)) for name, store in stores.items()}
    waiting = {one.id for held in terminals.values() for one in held.values() if one.standing in UNSENT} - ledger.keys()
    with closing(_open(database)) as file:
        twice, (waiting_for_people, decided) = _twice(file), _conflicts(file)
    lost = sorted({id for _, id in confirmed} - ledger.keys() - waiting)
    faults = [
        *(Fault("lost", id) for id in lost),
        *_strange(ledger, terminals, confirmed),
        *([Fault("twice", str(twice))] if twice else []),
    ]
    arrived = len({id for _, id in confirmed} & ledger.keys())
    return Tally(len(confirmed), arrived, len(waiting), len(lost), twice, waiting_for_people, decided, tuple(faults))


def _facts(held: Iterable[Held]) -> dict[str, Held]:
    """What was scanned and confirmed, by id; who works on what is said without a scan."""
    return {one.id: one for one in held if decode_operation(one.raw).kind not in ADVISORY_KINDS}


def _strange(
    ledger: Mapping[str, Held], terminals: Mapping[str, Mapping[str, Held]], confirmed: Sequence[tuple[str, str]]
) -> Iterator[Fault]:
    """What nobody confirmed, and what was altered on the way."""
    known = {id for _, id in confirmed}
    yield from (Fault("never_confirmed", id) for id in sorted(ledger.keys() - known))
    for held in terminals.values():
        for one in held.values():
            if one.id in ledger and ledger[one.id].raw != one.raw:
                yield Fault("altered", one.id)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _free(file: sqlite3.Connection, site: str, location: str, item: str) -> int:
    asked = (
        "SELECT coalesce(sum(quantity), 0) FROM balances WHERE site = ? AND location = ? AND item = ? AND status = ''"
    )
    (units,) = file.execute(asked, [site, location, item]).fetchone()
    return int(units)


def _taken(file: sqlite3.Connection, shelf: Shelf) -> Counter[str]:
    taken: Counter[str] = Counter()
    for (raw,) in file.execute("SELECT raw FROM operation WHERE kind = 'picked'"):
        operation = decode_operation(raw)
        picked = decode_body(operation)
        if (picked.location, picked.item) == shelf:
            taken[operation.terminal] += picked.quantity.units
    return taken


def _twice(file: sqlite3.Connection) -> int:
    """An operation has one entry in each feed it touches."""
    entries = Counter(
        (feed, msgspec.json.decode(body, type=_Entry).op) for feed, body in file.execute("SELECT feed, body FROM log")
    )
    return sum(often - 1 for (_, op), often in entries.items() if op)


def _conflicts(file: sqlite3.Connection) -> tuple[int, int]:
    """How many wait for people, and how many people decided."""
    counted = dict(file.execute("SELECT state, count(*) FROM conflicts GROUP BY state"))
    return counted.get("open", 0), counted.get("resolved", 0)
