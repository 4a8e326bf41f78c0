"""The warehouse of every world, and its office: what stands where at first, and the orders that come and change."""

from __future__ import annotations

from functools import partial
from random import Random

import msgspec
from simulator.server import Server

from server_stub.ledger.book import Book, Draft
from server_stub.ledger.office import Change, cancel_order, opening_stock, put_order, put_rows, release_claims
from sync.wire.decisions import SUPERVISOR
from sync.wire.messages import GLOBAL_FEED
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Item, Location, Operator, Order, OrderLine, Row, Site

SITES = ("A", "B")
ITEMS = ("4711", "4712", "0815", "0816", "1001")
BINS_PER_SITE = 6
SUPERVISORS = {
    **{f"S-T{number}": SITES for number in range(1, 5)},
    "S-everywhere": ("*",),
    "S-not-A": ("B",),
    "S-not-B": ("A",),
}
"""Who may decide at which sites: one for each terminal there may be, one for everywhere, and one who is of another."""


def bins(site: str) -> list[str]:
    return [f"{site}-{number:02}" for number in range(1, BINS_PER_SITE + 1)]


def new_place(site: str) -> str:
    """A bin that people use before the office has heard of it."""
    return f"{site}-NEW"


def supervisor_of(where: str) -> str:
    return f"S-{where}"


def furnish_for_decisions(server: Server) -> None:
    """Who decides, and for each site an order of goods that are to come in: people can disagree with it."""
    people = [
        Operator(code=person, roles={place: [SUPERVISOR] for place in places}) for person, places in SUPERVISORS.items()
    ]
    server.write(GLOBAL_FEED, partial(put_rows, rows=people))
    for site in SITES:
        server.write(site, partial(_order_goods, site=site))


def _order_goods(book: Book, site: str) -> Change:
    code = f"{site}-IN"
    lines = [
        OrderLine(site=site, order=code, line=str(line), item=item, quantity=Quantity(12))
        for line, item in enumerate(ITEMS, start=1)
    ]
    return put_order(book, Order(site=site, order=code, kind="inbound"), lines)


def may_decide(person: str, site: str) -> bool:
    return bool({site, "*"} & set(SUPERVISORS.get(person, ())))


def furnish(server: Server, terminals: list[str]) -> None:
    """Sites, items, locations and opening stock."""
    shared = [*(Site(code=site, name=f"Site {site}") for site in SITES), *(Item(code=item) for item in ITEMS)]
    server.write(GLOBAL_FEED, lambda book: put_rows(book, shared))
    for site in SITES:
        places, stock = _places(site, terminals), _stock(site)
        server.write(site, partial(put_rows, rows=places))
        server.write(site, partial(opening_stock, balances=stock))


def _places(site: str, terminals: list[str]) -> list[Row]:
    return [
        *(Location(site=site, code=code, walk=walk) for walk, code in enumerate(bins(site), start=1)),
        Location(site=site, code=f"{site}-DOCK", kind="dock"),
        *(Location(site=site, code=f"TOTE-{terminal}", kind="tote") for terminal in terminals),
    ]


def _stock(site: str) -> list[Balance]:
    return [
        Balance(site=site, location=code, item=item, quantity=Quantity(25))
        for place, item in enumerate(ITEMS)
        for code in (bins(site)[place], bins(site)[-1])
    ]


class Office:
    """Imports, changes and cancels orders of one site."""

    def __init__(self, site: str, random: Random) -> None:
        self.site, self.random = site, random
        self._made = 0

    def act(self, server: Server) -> str:
        """One thing an office does. What it was."""
        act = self.random.choice((self._new_order, self._new_order, self._change_order, self._cancel_order))
        if self.random.random() < 0.1:
            act = self._hear_of_place
        elif self.random.random() < 0.1:
            act = self._free_order
        self._made += 1
        server.write(self.site, act)
        return act.__name__.strip("_")

    def _new_order(self, book: Book) -> Change:
        code = f"{self.site}{self._made:03}"
        lines = [
            OrderLine(
                site=self.site, order=code, line=str(line), item=item, quantity=Quantity(self.random.randint(1, 6))
            )
            for line, item in enumerate(self.random.sample(ITEMS, self.random.randint(1, 4)), start=1)
        ]
        return put_order(book, Order(site=self.site, order=code), lines)

    def _change_order(self, book: Book) -> Change:
        """Half or twice of one line."""
        order = self._some_open(book)
        if order is None:
            return "order_put", Draft(book)
        lines = list(book.select(OrderLine, site=self.site, order=order.order))
        at = self.random.randrange(len(lines))
        units = lines[at].quantity.units
        units = max(1, units // 2) if self.random.random() < 0.5 else units * 2
        lines[at] = msgspec.structs.replace(lines[at], quantity=Quantity(units))
        return put_order(book, order, lines)

    def _cancel_order(self, book: Book) -> Change:
        order = self._some_open(book)
        return cancel_order(book, order) if order else ("order_cancelled", Draft(book))

    def _free_order(self, book: Book) -> Change:
        order = self._some_open(book)
        return release_claims(book, order) if order else ("claims_released", Draft(book))

    def _hear_of_place(self, book: Book) -> Change:
        return put_rows(book, [Location(site=self.site, code=new_place(self.site), walk=BINS_PER_SITE + 1)])

    def _some_open(self, book: Book) -> Order | None:
        orders = book.select(Order, site=self.site, state="open")
        return self.random.choice(orders) if orders else None
