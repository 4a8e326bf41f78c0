"""What a shift left behind, read from the files after every program has exited, and held against what was ordered.

Nothing here asks a program how it went: the ledger's database and the terminals' stores are opened read-only.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sync.wire.bodies import Picked, decode_body
from sync.wire.operation import decode_operation

WANTED = "accepted"
NAMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A line as its picker saw it confirmed on the terminal."""

    terminal: str
    order: str
    location: str
    item: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true, in figures. `fault` is empty where it is."""

    name: str
    figure: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """An operation as a file holds it. `standing`: what a terminal knows of its outcome; empty in the ledger."""

    id: str
    op_hash: str
    raw: bytes
    standing: str = ""


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def held_by_terminal(store: Path) -> list[Held]:
    with closing(_open(store)) as file:
        return [Held(*row) for row in file.execute("SELECT id, op_hash, raw, standing FROM operation ORDER BY seq")]


def held_by_ledger(database: Path) -> list[Held]:
    with closing(_open(database)) as file:
        return [Held(*row) for row in file.execute("SELECT id, op_hash, raw FROM operation")]


def prove(
    database: Path, stores: Mapping[str, Path], ordered: Mapping[tuple[str, str], int], confirmed: Sequence[Confirmed]
) -> Iterator[Check]:
    """Check the files. `ordered`: pieces by (order, line). `confirmed`: what the pickers saw confirmed."""
    ledger = {one.id: one for one in held_by_ledger(database)}
    terminals = {name: held_by_terminal(store) for name, store in stores.items()}
    yield _kept(terminals, confirmed)
    yield _arrived(terminals, ledger)
    yield _drained(terminals)
    yield _picked_once(ledger.values(), ordered)
    with closing(_open(database)) as file:
        yield _lines_done(file, len(ordered))
        yield _bins_empty(file)
        yield _sums(file)
        yield _conflicts(file)


def _named(found: Iterable[str]) -> str:
    names = sorted(found)
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    return ", ".join(names[:NAMED_AT_MOST]) + more


def _picks(held: Iterable[Held]) -> Iterator[tuple[str, Picked]]:
    for one in held:
        operation = decode_operation(one.raw)
        if operation.kind == "picked":
            yield operation.terminal, decode_body(operation)


def _kept(terminals: Mapping[str, Sequence[Held]], confirmed: Sequence[Confirmed]) -> Check:
    """What was confirmed on the screen is on that terminal's disk, as often as it was confirmed."""
    kept = Counter(
        Confirmed(terminal, pick.order, pick.location, pick.item, pick.quantity.units)
        for held in terminals.values()
        for terminal, pick in _picks(held)
    )
    seen = Counter(confirmed)
    lost = [f"{one.terminal} {one.order} {one.location}" for one in seen - kept]
    extra = [f"{one.terminal} {one.order} {one.location}" for one in kept - seen]
    fault = f"confirmed and not kept: {_named(lost)}" if lost else ""
    fault = fault or (f"kept and never confirmed: {_named(extra)}" if extra else "")
    return Check("confirmed on a terminal", f"{len(confirmed):,} lines, all on its disk", fault)


def _arrived(terminals: Mapping[str, Sequence[Held]], ledger: Mapping[str, Held]) -> Check:
    sent = [one for held in terminals.values() for one in held]
    missing = [one.id for one in sent if one.id not in ledger]
    altered = [one.id for one in sent if one.id in ledger and ledger[one.id].raw != one.raw]
    strange = ledger.keys() - {one.id for one in sent}
    fault = f"not in the ledger: {_named(missing)}" if missing else ""
    fault = fault or (f"altered on the way: {_named(altered)}" if altered else "")
    fault = fault or (f"in the ledger and on no terminal: {_named(strange)}" if strange else "")
    return Check("operations in the ledger", f"{len(ledger):,} of {len(sent):,}, each once, byte for byte", fault)


def _drained(terminals: Mapping[str, Sequence[Held]]) -> Check:
    waiting = [one.id for held in terminals.values() for one in held if one.standing != WANTED]
    fault = f"not accepted: {_named(waiting)}" if waiting else ""
    return Check("waiting on terminals", f"{len(waiting):,}", fault)


def _picked_once(ledger: Iterable[Held], ordered: Mapping[tuple[str, str], int]) -> Check:
    pieces: Counter[tuple[str, str]] = Counter()
    times: Counter[tuple[str, str]] = Counter()
    for _, pick in _picks(ledger):
        pieces[pick.order, pick.line] += pick.quantity.units
        times[pick.order, pick.line] += 1
    wrong = [f"{order} line {line}" for order, line in ordered if pieces[order, line] != ordered[order, line]]
    twice = [f"{order} line {line}" for (order, line), often in times.items() if often > 1]
    fault = f"not as ordered: {_named(wrong)}" if wrong else ""
    fault = fault or (f"picked twice: {_named(twice)}" if twice else "")
    total = f"{len(times):,} lines, {sum(pieces.values()):,} pieces of {sum(ordered.values()):,}"
    return Check("picked, by the ledger", total, fault)


def _lines_done(file: sqlite3.Connection, lines: int) -> Check:
    done = file.execute("SELECT count(*) FROM order_lines WHERE state = 'done' AND done = quantity").fetchone()[0]
    tasks = file.execute("SELECT count(*) FROM tasks WHERE state <> 'done'").fetchone()[0]
    fault = f"{done:,} of {lines:,} lines are done, {tasks:,} tasks are not" if done != lines or tasks else ""
    return Check("lines done", f"{done:,} of {lines:,}", fault)


def _bins_empty(file: sqlite3.Connection) -> Check:
    left = file.execute(
        "SELECT b.location, b.item FROM balances b JOIN locations l ON l.site = b.site AND l.code = b.location"
        " WHERE l.kind = 'bin' AND b.quantity <> 0"
    ).fetchall()
    fault = f"stock is left on {_named(f'{place} {item}' for place, item in left)}" if left else ""
    return Check("stock left on bins", f"{len(left):,} accounts", fault)


def _sums(file: sqlite3.Connection) -> Check:
    wrong = file.execute(
        "SELECT item FROM balances GROUP BY item, lot HAVING sum(quantity) <> 0 OR count(DISTINCT quantity_scale) > 1"
    ).fetchall()
    fault = f"the postings of {_named(item for (item,) in wrong)} do not sum to zero" if wrong else ""
    items = file.execute("SELECT count(DISTINCT item) FROM balances").fetchone()[0]
    return Check("postings sum to zero", f"{items:,} items", fault)


def _conflicts(file: sqlite3.Connection) -> Check:
    found = [kind for (kind,) in file.execute("SELECT kind FROM conflicts WHERE state IN ('open', 'provisional')")]
    return Check("conflicts", f"{len(found):,}", f"open: {_named(found)}" if found else "")


def plant_loss(database: Path) -> str:
    """Take one operation out of a copy of a ledger's database; gives its id. The proof must notice."""
    with closing(sqlite3.connect(database)) as file:
        (id,) = file.execute("SELECT id FROM operation WHERE kind = 'picked' ORDER BY id LIMIT 1").fetchone()
        file.execute("DELETE FROM operation WHERE id = ?", [id])
        file.commit()
    return str(id)
