"""What a run left behind, read from the files after every process has exited. Nothing asks a program how it went.

What the stock should be is added up here from the operations on the terminals, by two lines of arithmetic of its own.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from chaos.books import Rows, looking

from scanner_client.rehearsal.proof import Check, Held, held_by_terminal
from sync.wire.bodies import Moved, Received, decode_body
from sync.wire.codec import decode
from sync.wire.messages import Change
from sync.wire.operation import decode_operation
from sync.wire.rows import Balance

NAMED_AT_MOST = 3
Stock = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Left:
    """What one terminal left: its file, and the ids whose signal had sounded."""

    store: Path
    beeps: Path

    def sounded(self) -> list[str]:
        return self.beeps.read_text().split() if self.beeps.exists() else []


def prove(address: str, left: Mapping[str, Left]) -> Iterator[Check]:
    """Check the database at `address` and the terminals' files."""
    terminals = {name: held_by_terminal(one.store) for name, one in left.items()}
    sounded = {name: one.sounded() for name, one in left.items()}
    with looking(address) as rows:
        ledger = {id: Held(id, hash, bytes(raw)) for id, hash, raw in rows("SELECT id, op_hash, raw FROM operation")}
        yield _kept(terminals, sounded)
        yield _lost(sounded, ledger)
        yield _arrived(terminals, ledger)
        yield _once(rows)
        yield _stuck(left)
        yield _sums(rows)
        yield _stock(rows, terminals)
        yield _conflicts(rows)
        yield _views(rows, left)


def all_read(address: str, left: Mapping[str, Left]) -> bool:
    """Whether every terminal has read all there is and shows it; may be asked while they run."""
    with looking(address) as rows:
        return not _views(rows, left).fault


def _named(found: Iterable[str]) -> str:
    names = sorted(found)
    more = f" and {len(names) - NAMED_AT_MOST:,} more" if len(names) > NAMED_AT_MOST else ""
    return ", ".join(names[:NAMED_AT_MOST]) + more


def _kept(terminals: Mapping[str, Sequence[Held]], sounded: Mapping[str, Sequence[str]]) -> Check:
    missing = [id for name, ids in sounded.items() for id in set(ids) - {one.id for one in terminals[name]}]
    total = sum(map(len, sounded.values()))
    fault = f"confirmed and not kept: {_named(missing)}" if missing else ""
    return Check("confirmed by terminals", f"{total:,}, all on their disks", fault)


def _lost(sounded: Mapping[str, Sequence[str]], ledger: Mapping[str, Held]) -> Check:
    missing = [id for ids in sounded.values() for id in ids if id not in ledger]
    fault = f"confirmed and not in the ledger: {_named(missing)}" if missing else ""
    return Check("lost", f"{len(missing):,}", fault)


def _arrived(terminals: Mapping[str, Sequence[Held]], ledger: Mapping[str, Held]) -> Check:
    sent = {one.id: one for held in terminals.values() for one in held}
    missing = sent.keys() - ledger.keys()
    strange = ledger.keys() - sent.keys()
    altered = [id for id in sent.keys() & ledger.keys() if sent[id].raw != ledger[id].raw]
    fault = f"on a terminal and not in the ledger: {_named(missing)}" if missing else ""
    fault = fault or (f"altered on the way: {_named(altered)}" if altered else "")
    fault = fault or (f"in the ledger and on no terminal: {_named(strange)}" if strange else "")
    return Check("operations in the ledger", f"{len(ledger):,} of {len(sent):,}, byte for byte", fault)


def _once(rows: Rows) -> Check:
    """Each operation has one entry in a feed's log, so it took effect once."""
    entries = Counter((feed, decode(bytes(body), Change).op) for feed, body in rows("SELECT feed, body FROM log"))
    twice = [op for (_, op), times in entries.items() if op and times > 1]
    return Check("posted twice", f"{len(twice):,}", f"posted more than once: {_named(twice)}" if twice else "")


def _stuck(left: Mapping[str, Left]) -> Check:
    waiting = [
        one.id for terminal in left.values() for one in held_by_terminal(terminal.store) if one.standing != "accepted"
    ]
    fault = f"not accepted, or without an answer: {_named(waiting)}" if waiting else ""
    return Check("stuck on terminals", f"{len(waiting):,}", fault)


def _sums(rows: Rows) -> Check:
    wrong = rows("SELECT item FROM balances GROUP BY item, lot HAVING sum(quantity) <> 0")
    fault = f"the postings of {_named(item for (item,) in wrong)} do not sum to zero" if wrong else ""
    return Check("postings sum to zero", f"{len(rows('SELECT DISTINCT item FROM balances')):,} items", fault)


def _stock(rows: Rows, terminals: Mapping[str, Sequence[Held]]) -> Check:
    due = _due(one for held in terminals.values() for one in held)
    found = _found(rows)
    wrong = [f"{place} {item}" for place, item in due.keys() | found.keys() if due[place, item] != found[place, item]]
    fault = f"not what was scanned: {_named(wrong)}" if wrong else ""
    return Check("balances as scanned", f"{len(found):,} accounts", fault)


def _due(held: Iterable[Held]) -> Stock:
    """What is where, by what was scanned alone."""
    stock: Stock = Counter()
    for one in held:
        operation = decode_operation(one.raw)
        match decode_body(operation):
            case Received(item=item, quantity=quantity, location=place):
                stock[place, item] += quantity.units
                stock["@supplier", item] -= quantity.units
            case Moved(item=item, quantity=quantity, location=place, to=to):
                stock[place, item] -= quantity.units
                stock[to, item] += quantity.units
            case _:
                pass
    return stock


def _found(rows: Rows) -> Stock:
    return Counter(
        {(place, item): units for place, item, units in rows("SELECT location, item, quantity FROM balances")}
    )


def _conflicts(rows: Rows) -> Check:
    """Nothing here contradicts anything else, so nothing is to be decided."""
    kinds = [str(kind) for (kind,) in rows("SELECT kind FROM conflicts WHERE state IN ('open', 'provisional')")]
    return Check("conflicts", f"{len(kinds):,}", f"open: {_named(kinds)}" if kinds else "")


def _views(rows: Rows, left: Mapping[str, Left]) -> Check:
    """Every terminal stands at the end of the log, by its hash, and shows the stock that the ledger has."""
    heads = {feed: (n, hash) for feed, n, hash in rows("SELECT feed, n, hash FROM feed")}
    found = Counter({key: units for key, units in _found(rows).items() if units})
    wrong = [f"{name} {what}" for name, one in left.items() if (what := _differs(one.store, heads, found))]
    fault = f"not what the ledger has: {_named(wrong)}" if wrong else ""
    return Check("terminals' views", f"{len(left)} terminals, all as the ledger", fault)


def _differs(store: Path, heads: Mapping[str, tuple[int, str]], stock: Stock) -> str:
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as file:
        for feed, n, hash in file.execute("SELECT feed, n, hash FROM feed"):
            if heads.get(feed, (0, hash)) != (n, hash):
                return f"stands at {n} of {feed}, the ledger at {heads[feed][0]}"
        if pending := file.execute("SELECT count(*) FROM delta WHERE pending = 1").fetchone()[0]:
            return f"has {pending} effects of its own pending"
        balances = [decode(body, Balance) for (body,) in file.execute("SELECT body FROM live WHERE tbl = 'balance'")]
    shown: Stock = Counter({(one.location, one.item): one.quantity.units for one in balances if one.quantity})
    return "" if shown == stock else f"shows {len(shown)} balances of which some differ"
