"""What this terminal has recorded and what became of it, as its panels show it: deeds, conflicts to read, alerts.

A conflict's row says in short, wordless form what each side did (`picked 7 TOWEL A-03-02 TOTE:LI`); what this terminal
did itself it reads from its own operation, with the time of the scan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from scanner_client.core.values import Concern, Deed, Dispute, Item, Statement
from scanner_client.ports import Recorded, StepTransaction
from sync.wire.quantity import BadQuantity, Quantity, parse_quantity
from sync.wire.rows import SEPARATOR, Conflict, row_key

UNDECIDED = ("open", "provisional")
_STOCK_SHORT = "stock_short"
Units = Callable[[Quantity, Item | None], int]
_SHORT_FORM = 4
"""Words of what was done in short: kind, quantity, item, location."""


class Records:
    """Reads through one open transaction; `units` turns a wire quantity into an item's smallest units."""

    def __init__(self, rows: StepTransaction, item: Callable[[str], Item | None], units: Units) -> None:
        self._rows, self._item, self._units = rows, item, units

    def deeds(self, first: int, count: int) -> Sequence[Deed]:
        return [self._deed(one) for one in self._rows.deeds(first, count)]

    def disputes(self) -> Sequence[Dispute]:
        """Those about own work first, then by age."""
        found = [row for state in UNDECIDED for row in self._rows.rows(Conflict, state=state)]
        here = [row for row in found if row.site == self._rows.site]
        own = {row.id: self._own(row) for row in here}
        here.sort(key=lambda row: (own[row.id] is None, row.n, row.id))
        return [self._dispute(row, own[row.id]) for row in here]

    def concerns(self) -> Sequence[Concern]:
        return [Concern(one.kind, one.facts) for one in self._rows.alerts()]

    # --- deeds

    def _deed(self, one: Recorded) -> Deed:
        disputed = next((row for row in map(self._conflict, one.conflicts) if row), None)
        return Deed(
            one.id, one.kind, milliseconds(one.at), one.state, item=self._text(one, "item"),
            location=self._text(one, "location"), units=self._quantity(one), unit=self._text(one, "unit"),
            dispute=disputed.kind if disputed and disputed.state in UNDECIDED else "",
        )  # fmt: skip

    def _conflict(self, id: str) -> Conflict | None:
        return self._rows.row(Conflict, row_key(self._rows.site, id))

    def _text(self, one: Recorded, name: str) -> str:
        return str(getattr(one.body, name, ""))

    def _quantity(self, one: Recorded) -> int:
        quantity = getattr(one.body, "quantity", None)
        return self._units(quantity, self._item(self._text(one, "item"))) if isinstance(quantity, Quantity) else 0

    # --- conflicts

    def _own(self, row: Conflict) -> Recorded | None:
        """This terminal's newest operation of those in the conflict."""
        return next(filter(None, map(self._rows.recorded, reversed(row.ops))), None)

    def _dispute(self, row: Conflict, own: Recorded | None) -> Dispute:
        told = row.facts.get("did", "").split(" ")
        place, item = _subject(row, told)
        if own is not None and self._text(own, "item"):
            place, item = self._text(own, "location"), self._text(own, "item")
        known = self._item(item)
        said = [*self._you(own), *self._they(row, own, known), *self._ledger(row, known)]
        return Dispute(
            row.id, row.kind, row.state, item=item, location=place, order=_order(row),
            unit=self._text(own, "unit") if own else "", statements=tuple(said),
        )  # fmt: skip

    def _you(self, own: Recorded | None) -> Iterator[Statement]:
        if own is not None:
            yield Statement("you", self._quantity(own), milliseconds(own.at), kind=own.kind)

    def _they(self, row: Conflict, own: Recorded | None, item: Item | None) -> Iterator[Statement]:
        """What others did: beside own work, or alone where nothing of it was done here."""
        name, _, short = row.facts.get("they_did", "").partition(" ")
        yield from self._short_form(name, short, item)
        if own is None:
            yield from self._short_form("", row.facts.get("did", ""), item)

    def _short_form(self, name: str, short: str, item: Item | None) -> Iterator[Statement]:
        kind, *rest = short.split(" ")
        quantity = _read(rest[0]) if rest else None
        if quantity is not None:
            yield Statement("they", self._units(quantity, item), name=name, kind=kind)

    def _ledger(self, row: Conflict, item: Item | None) -> Iterator[Statement]:
        quantity = _read(row.facts.get("ledger_now", ""))
        if quantity is not None:
            yield Statement("ledger", self._units(quantity, item))


def milliseconds(utc: str) -> int:
    """A time as operations carry it, in milliseconds since 1970; 0 for one that cannot be read."""
    try:
        return int(datetime.fromisoformat(utc).timestamp() * 1000)
    except ValueError:
        return 0


def _read(text: str) -> Quantity | None:
    try:
        return parse_quantity(text)
    except BadQuantity:
        return None


def _subject(row: Conflict, told: Sequence[str]) -> tuple[str, str]:
    """Location and item of what the conflict is about, as far as it says them."""
    if row.kind == _STOCK_SHORT:
        _, place, item, *_ = [*row.subject.split(SEPARATOR), "", ""]
        return place, item
    return (told[3], told[2]) if len(told) >= _SHORT_FORM else ("", "")


def _order(row: Conflict) -> str:
    return row.subject.split(SEPARATOR)[-1] if row.kind.startswith("order_") else ""
