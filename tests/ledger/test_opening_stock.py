"""Opening stock is posted once (R67, R74), whatever was compacted or picked between two runs of an import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from server_stub.db import Ledger
from server_stub.importing.applying import Batch, Taken, take_in
from server_stub.ledger.book import Book
from server_stub.ledger.log import Cause, record
from server_stub.ledger.office import opening_stock
from sync.wire.codec import to_builtins
from sync.wire.messages import GLOBAL_FEED
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, row_key

SITE = "WH1"


@pytest.fixture
def ledger(ledger_url: str, opened: Callable[[str], Ledger]) -> Ledger:
    ledger = opened(ledger_url)
    taken(ledger, "sites", {"code": SITE})
    taken(ledger, "items", {"code": "007"})
    taken(ledger, "locations", *({"site": SITE, "code": f"A-{n}"} for n in range(1, 251)))
    return ledger


def taken(ledger: Ledger, kind: str, *rows: dict[str, Any]) -> Taken:
    batch = Batch(kind=kind, rows=list(enumerate(rows, start=2)), by="anna stock.csv")
    return take_in(ledger, to_builtins(batch))


def test_an_import_run_again_after_a_compaction_opens_nothing_twice(ledger: Ledger) -> None:
    """Not even where goods have gone: all but the last fifty shelves were emptied, as picking empties them."""
    rows = [{"site": SITE, "location": f"A-{n}", "item": "007", "quantity": "2"} for n in range(1, 251)]
    assert taken(ledger, "stock", *rows).changed == 250
    emptied(ledger, [f"A-{n}" for n in range(1, 201)])
    for feed in (SITE, GLOBAL_FEED):
        ledger.compact(feed)
    again = taken(ledger, "stock", *rows)
    assert (again.changed, again.unchanged, again.refused) == (0, 250, [])
    assert sum(held(ledger, f"A-{n}") for n in range(1, 251)) == 100
    assert ledger.verify() == []


def emptied(ledger: Ledger, places: list[str]) -> None:
    """The shelves' goods go back to where opening stock comes from."""
    gone = [Balance(site=SITE, location=place, item="007", quantity=-Quantity(2)) for place in places]
    ledger.run({SITE}, lambda book: _post(book, gone))


def _post(book: Book, balances: list[Balance]) -> None:
    _, draft = opening_stock(book, balances)
    record(book, draft, Cause("emptied", by="test"), SITE)


def held(ledger: Ledger, place: str) -> int:
    balance = ledger.get(Balance, row_key(SITE, place, "007", "", "", "", ""))
    return balance.quantity.units if balance else 0
