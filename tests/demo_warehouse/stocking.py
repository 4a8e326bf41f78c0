"""The goods of the demo warehouse: what lies where, the orders that can be served from it, and what is on its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from demo_warehouse import stories
from demo_warehouse.catalogue import Article, check_digit
from demo_warehouse.layout import HARBOUR, MAIN, Place

EVERY_FOURTH = 4
EMPTY_EVERY = 6
SHELF_LIFE_YEARS = 6
LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LAST_ORDERS_OF_HARBOUR = range(1051, 1059)
ORDERS = range(1031, 1061)
SUPPLIERS = {"textile": "S201", "care": "S202", "paper": "S203", "household": "S204"}


@dataclass(frozen=True, slots=True)
class Stock:
    """`quantity` in base units."""

    site: str
    location: str
    item: str
    quantity: int
    lot: str = ""
    expiry: str = ""
    lpn: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    site: str
    order: str
    line: int
    kind: str
    partner: str
    priority: int
    item: str
    quantity: int
    unit: str


# --- stock ------------------------------------------------------------------------------------------------------------


def stock(articles: Sequence[Article], places: Sequence[Place], random: Random) -> list[Stock]:
    """Everything that lies somewhere, sites one after the other, each in walking order of its first lots."""
    known = {article.name: article for article in articles}
    shelves = {code: known[name] for code, name in stories.SHELVES.items()}
    some = [article for number, article in enumerate(articles) if number % EVERY_FOURTH == 0]
    lying = [
        *_on_shelves(MAIN, articles, shelves, places, random),
        *_on_shelves(HARBOUR, some, {}, places, random),
        *_pallets(known["Toilet paper 4-ply 10 rolls"]),
        _expired(known[stories.SHELVES["A-03-05"]]),
    ]
    hero = next(one for one in lying if (one.site, one.location) == (MAIN, "A-03-02"))
    boxes = stories.HERO_BOXES * known[stories.HERO].family.box
    told = replace(hero, quantity=boxes)
    return [told if one is hero else one for one in lying]


def _on_shelves(
    site: str,
    articles: Iterable[Article],
    shelves: Mapping[str, Article],
    places: Sequence[Place],
    random: Random,
) -> Iterator[Stock]:
    """Fixed shelves first, then one article after the other along the walk; some have a later lot next to the first."""
    bins = [one.code for one in places if one.site == site and one.kind == "bin" and not one.blocked]
    free = iter([code for place, code in enumerate(bins) if code not in shelves and place % EMPTY_EVERY])
    fixed = {article.code: code for code, article in shelves.items()}
    for article in articles:
        lots = _lots(article, random)
        for turn, (lot, expiry) in enumerate(lots):
            code = fixed.get(article.code, "") if turn == 0 else ""
            quantity = article.family.box * random.randint(3, 9)
            yield Stock(site, code or next(free), article.code, quantity, lot, expiry)


def _lots(article: Article, random: Random) -> list[tuple[str, str]]:
    """One lot or two with their expiry, the first to expire first; no lot where the article has none."""
    if not article.family.tracking:
        return [("", "")]
    month = random.randrange(7, 20)
    months = [month, month + random.randint(2, 7)][: random.choice((1, 2))]
    if article.name == stories.HERO:
        months = list(stories.HERO_MONTHS)
    return [_lot(2024, number) for number in months]


def _lot(year: int, month: int) -> tuple[str, str]:
    """The lot made in this month, counted from January of `year`, and the end of its shelf life."""
    years, month = divmod(month - 1, 12)
    made = year + years
    return f"L{made % 100:02d}{month + 1:02d}", f"{made + SHELF_LIFE_YEARS}-{month + 1:02d}-{LAST_DAYS[month]:02d}"


def _pallets(article: Article) -> Iterator[Stock]:
    """Two pallets that came in this morning and stand in staging, each with a licence plate (SSCC)."""
    for number in (1, 2):
        payload = f"39520000{number:09d}"
        yield Stock(MAIN, "IN-1", article.code, article.family.box * 30, lpn=payload + check_digit(payload))


def _expired(article: Article) -> Stock:
    """A lot past its date, in a bin that is closed for picking."""
    return Stock(MAIN, "Q-01-01", article.code, article.family.box, stories.EXPIRED_LOT, stories.EXPIRED_ON)


def lots(lying: Iterable[Stock]) -> list[tuple[str, str, str]]:
    """Item, lot and expiry of every lot that lies somewhere."""
    return sorted({(one.item, one.lot, one.expiry) for one in lying if one.lot})


# --- orders -----------------------------------------------------------------------------------------------------------


class Demand:
    """What bins open for picking still have, so that no order asks for more."""

    def __init__(self, stock: Iterable[Stock], articles: Sequence[Article]) -> None:
        self._articles = {article.code: article for article in articles}
        self._left: Counter[tuple[str, str]] = Counter()
        for one in stock:
            if one.location[0] in "ABCDEF":
                self._left[one.site, one.item] += one.quantity

    def articles(self, site: str) -> list[Article]:
        return [self._articles[item] for at, item in self._left if at == site]

    def half(self, site: str, item: str) -> int:
        return self._left[site, item] // 2

    def take(self, line: Line) -> Line:
        pack = self._articles[line.item].family.box if line.unit == "box" else 1
        self._left[line.site, line.item] -= line.quantity * pack
        assert self._left[line.site, line.item] >= 0, line
        return line


def outbound(lying: Sequence[Stock], articles: Sequence[Article], random: Random) -> list[Line]:
    """Thirty orders, those of the first minute first."""
    demand = Demand(lying, articles)
    known = {article.name: article for article in articles}
    lines = [demand.take(line) for line in _told(known)]
    aisle = {one.item: one.location[0] for one in reversed(lying) if one.site == MAIN}
    told = {known[name].code for name in stories.SHELVES.values()}
    beyond = [one for one in demand.articles(MAIN) if aisle[one.code] in "BCDEF" and one.code not in told]
    head = lines[0]
    rest = random.sample(beyond, stories.FIRST_ORDER_LINES - len(stories.FIRST_LINES))
    lines[len(stories.FIRST_LINES) : len(stories.FIRST_LINES)] = [
        demand.take(_line(head, len(stories.FIRST_LINES) + number, article, demand, random))
        for number, article in enumerate(rest, start=1)
    ]
    customers = [code for code, _, role in stories.PARTNERS if role == "customer"]
    for number in ORDERS:
        order = f"SO-{number}"
        if order not in (stories.FIRST_ORDER, stories.SECOND_ORDER):
            site = HARBOUR if number in LAST_ORDERS_OF_HARBOUR else MAIN
            head = Line(site, order, 1, "outbound", random.choice(customers), random.randint(0, 5), "", 0, "")
            choice = [one for one in demand.articles(site) if one.name != stories.HERO]
            chosen = random.sample(choice, random.randint(2, 9))
            lines += [demand.take(_line(head, place, one, demand, random)) for place, one in enumerate(chosen, start=1)]
    return lines


def _told(known: Mapping[str, Article]) -> Iterator[Line]:
    first = Line(MAIN, stories.FIRST_ORDER, 1, "outbound", "C101", 9, "", 0, "")
    for place, (shelf, quantity, unit) in enumerate(stories.FIRST_LINES, start=1):
        article = known[stories.SHELVES[shelf]]
        yield replace(first, line=place, item=article.code, quantity=quantity, unit=unit or article.family.unit)
    item = known[stories.HERO].code
    second = replace(first, order=stories.SECOND_ORDER, partner="C105", priority=8, item=item)
    yield replace(second, quantity=stories.SECOND_HERO_BOXES, unit="box")


def _line(head: Line, place: int, article: Article, demand: Demand, random: Random) -> Line:
    most = demand.half(head.site, article.code)
    if most >= article.family.box and random.random() < 0.4:
        quantity, unit = random.randint(1, max(1, min(3, most // article.family.box))), "box"
    else:
        quantity, unit = random.randint(1, max(1, min(12, most))), article.family.unit
    return replace(head, line=place, item=article.code, quantity=quantity, unit=unit)


def inbound(articles: Sequence[Article], random: Random) -> list[Line]:
    """Five purchase orders, one a supplier and one for the harbour; quantities in boxes."""
    lines: list[Line] = []
    kinds = [*SUPPLIERS, "household"]
    for number, kind in enumerate(kinds, start=2001):
        site = HARBOUR if number == 2000 + len(kinds) else MAIN
        head = Line(site, f"PO-{number}", 1, "inbound", SUPPLIERS[kind], 0, "", 0, "box")
        chosen = random.sample([one for one in articles if one.family.item_class == kind], random.randint(3, 7))
        if kind == "textile":
            hero = next(one for one in articles if one.name == stories.HERO)
            chosen = [hero, *(one for one in chosen if one is not hero)]
        for place, article in enumerate(chosen, start=1):
            lines.append(replace(head, line=place, item=article.code, quantity=random.randint(2, 10)))
    return lines
