"""Homes of enrolled terminals, furnished with rows as if a ledger had sent them; they stay offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scanner_client.clock import new_uuid7, utc_now
from scanner_client.core.state import read_state
from scanner_client.core.view import Size, Status, View, view
from scanner_client.facts import StoreFacts
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.home import Config, Home
from scanner_client.keys import new_key
from scanner_client.store import Identity, TerminalStore, Transaction, create_store
from scanner_client.store.identity import Sources
from sync.core.machine import Mode
from sync.core.terminal import RowChange
from sync.wire.codec import encode
from sync.wire.messages import GLOBAL_FEED
from sync.wire.operation import Cursor
from sync.wire.pins import PinsReply
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Barcode, Item, Location, Operator, Order, OrderLine, Row, Site, Task

SITE, TERMINAL = "WH1", "T1"
BADGE, ORDER = "BADGE-WANG", "SO-1"
NOWHERE = "http://127.0.0.1:9"


def furnish(path: Path, rows: Sequence[Row]) -> Home:
    """A terminal of SITE that stays offline."""
    home = Home(path)
    home.prepare()
    create_store(home.database, Identity("ledger-1", TERMINAL, SITE), "epoch-1")
    new_key().write(home.key)
    home.token.write_text("token\n")
    home.write_config(Config(url=NOWHERE, ledger_id="ledger-1", terminal=TERMINAL, site=SITE))
    with opened(home, read_only=False) as tx:
        for feed in (GLOBAL_FEED, SITE):
            changes = [RowChange(row.table, row.key, encode(row)) for row in rows if row.feed == feed]
            tx.put_rows(feed, changes, Cursor(feed=feed, n=1, hash="h"), shadow=False)
        tx.put_pins(PinsReply(needed=False))
        tx.set_mode(Mode.OFFLINE)
        tx.note_environment("test")
    return home


def location(number: int) -> str:
    return f"A-{number:02d}-03"


def long_location(number: int) -> str:
    """A location's label that is as long as an item's."""
    return f"WH1-AISLE-{number:02d}-RACK-007-LEVEL-03"


def one_order(lines: int, pieces: int, location: Callable[[int], str] = location) -> list[Row]:
    """One outbound order of so many lines with so many pieces each; the stock is twice that."""
    rows: list[Row] = [
        Site(code=SITE, name="Demo"),
        Operator(code="wang", name="Wang", badge=BADGE, roles={"*": ["picker"]}, language="en"),
        Order(site=SITE, order=ORDER),
    ]
    for number in range(1, lines + 1):
        item, place = f"ITEM-{number:02d}", location(number)
        rows += [
            Item(code=item, name=f"Towel number {number}", name_zh=f"毛巾{number}号"),
            Barcode(code=gtin14(number), item=item),
            Location(site=SITE, code=place, walk=number),
            Balance(site=SITE, location=place, item=item, quantity=Quantity(2 * pieces)),
            OrderLine(site=SITE, order=ORDER, line=str(number), item=item, quantity=Quantity(pieces)),
            Task(
                site=SITE, id=f"task-{number:02d}", kind="pick", item=item, location=place, quantity=Quantity(pieces),
                order=ORDER, line=str(number), sequence=number,
            ),
        ]  # fmt: skip
    return rows


def gtin14(number: int) -> str:
    """Of an example item (GS1 General Specifications, 1.4.5 and 7.9)."""
    digits = f"0952{number:09d}"
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def label(number: int, serial: str = "L2411-03") -> str:
    """The GS1-128 label of an item, 30 characters: serial number, group separator, GTIN."""
    return f"]C121{serial}\x1d01{gtin14(number)}"


# --- what a terminal holds --------------------------------------------------------------------------------------------


def view_of(home: Home, size: Size, language: str) -> View:
    """What the home's terminal has to show at this size, but for the time in the status row."""
    with opened(home) as tx:
        state = read_state(tx.load_state() or b"")
        return view(state, shipped_flows(), StoreFacts(tx), Status(), size, language, shipped_texts())


def journal(home: Home, kind: str) -> list[dict[str, Any]]:
    """Journal lines of a kind, oldest first."""
    with opened(home) as tx:
        return [entry for _, known, entry in reversed(tx.journal_lines(100_000)) if known == kind]


def last_scan(home: Home) -> str:
    """The raw text of the newest scan, one that came too early for a question included; empty where there is none."""
    with opened(home) as tx:
        newest = (entry for _, known, entry in tx.journal_lines(100) if known in {"scan", "early"})
        return next((str(entry["raw"]) for entry in newest if "raw" in entry), "")


def asked_for(home: Home) -> str:
    """A code that the present step takes, on an order of `one_order`; a badge where nothing else is welcome."""
    seen = view_of(home, Size(20, 16), "en")
    codes = {"location": seen.asked.location, "item": label(1), "quantity": label(1), "order": ORDER}
    return seen.asked.confirm or codes.get(seen.step) or BADGE


def picked(home: Home) -> dict[str, int]:
    """Pieces kept as picked, by location."""
    found: dict[str, int] = {}
    with opened(home) as tx:
        for one in tx.queue():
            kind, body = tx.operation(one.id) or ("", None)
            if kind == "picked" and body is not None:
                found[body.location] = found.get(body.location, 0) + int(body.quantity.units)
    return found


@contextmanager
def opened(home: Home, *, read_only: bool = True) -> Iterator[Transaction]:
    store = TerminalStore(home.database, Sources(new_uuid7, utc_now), read_only=read_only)
    try:
        with store.step() as tx:
            yield tx
    finally:
        store.close()
