"""What this terminal has recorded and what became of it, as its panels show it: deeds, conflicts to read, alerts.

What each side of a conflict says is read from its row (docs/protocol.md), so that every terminal tells the same of it,
whoever did the work; only what the ledger has now may be newer here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from scanner_client.core.disputed import Concern, Deed, Dispute, Statement, Verdict
from scanner_client.core.values import Item
from scanner_client.ports import Recorded, StepTransaction
from scanner_client.requests import HELD, TURNED_DOWN, answer_to
from scanner_client.requests import verdicts as said_to_requests
from scanner_client.times import milliseconds
from sync.wire.bodies import Decided
from sync.wire.quantity import BadQuantity, Quantity, parse_quantity
from sync.wire.rows import SEPARATOR, Balance, Conflict, row_key

UNDECIDED = ("open", "provisional")
_STOCK_SHORT = "stock_short"
_EXPIRY_DIFFERS = "expiry_differs"
_BEYOND_ORDER = ("over_received", "order_closed")
Units = Callable[[Quantity, Item | None], int]


class Records:
    """Reads through one open transaction; `units` turns a wire quantity into an item's smallest units."""

    def __init__(self, rows: StepTransaction, item: Callable[[str], Item | None], units: Units) -> None:
        self._rows, self._item, self._units = rows, item, units

    def deeds(self, first: int, count: int) -> Sequence[Deed]:
        return [self._deed(one) for one in self._rows.deeds(first, count)]

    def disputes(self) -> Sequence[Dispute]:
        """Those about own work first, then by age; at the end those that were decided here."""
        found = [row for state in UNDECIDED for row in self._rows.rows(Conflict, state=state)]
        here = [row for row in found if row.site == self._rows.site]
        decided = self._decided()
        here.sort(key=lambda row: (row.id in decided, not self._is_own(row), row.n, row.id))
        return [self._dispute(row, decided.get(row.id, "")) for row in here]

    def _decided(self) -> dict[str, str]:
        """Answers given here, by conflict, unless the ledger turned them down; the first stands."""
        given = [one for one in self._rows.decisions() if one.state not in TURNED_DOWN]
        return {one.body.conflict: one.body.answer for one in reversed(given)}

    def _is_own(self, row: Conflict) -> bool:
        return any(self._is_here(row.facts, who) for who in ("did", "they")) or any(map(self._rows.recorded, row.ops))

    def concerns(self) -> Sequence[Concern]:
        return [Concern(one.kind, one.facts) for one in self._rows.alerts()]

    # --- deeds

    def _deed(self, one: Recorded) -> Deed:
        disputed = next((row for row in map(self._conflict, one.conflicts) if row), None)
        if isinstance(one.body, Decided):
            return self._deed_of_decision(one, one.body)
        return Deed(
            one.id, one.kind, milliseconds(one.at), one.state, item=self._text(one, "item"),
            location=self._text(one, "location"), units=self._quantity(one), unit=self._text(one, "unit"),
            dispute=disputed.kind if disputed and disputed.state in UNDECIDED else "",
        )  # fmt: skip

    def _deed_of_decision(self, one: Recorded, body: Decided) -> Deed:
        """With the place and the kind of what was decided."""
        row = self._conflict(body.conflict)
        known = self._dispute(row) if row else Dispute(body.conflict, "", "")
        place = known.location or known.about
        return Deed(one.id, one.kind, milliseconds(one.at), one.state, location=place, dispute=known.kind)

    def _conflict(self, id: str) -> Conflict | None:
        return self._rows.row(Conflict, row_key(self._rows.site, id))

    def _text(self, one: Recorded, name: str) -> str:
        return str(getattr(one.body, name, ""))

    def _quantity(self, one: Recorded) -> int:
        quantity = getattr(one.body, "quantity", None)
        return self._units(quantity, self._item(self._text(one, "item"))) if isinstance(quantity, Quantity) else 0

    # --- conflicts

    def verdicts(self) -> Sequence[Verdict]:
        """A decision that came second is told once the ledger's row says who was first; so is a word to a request."""
        decided = [told for one in self._rows.decisions() if (told := self._verdict(one))]
        return [*decided, *said_to_requests(self._rows)]

    def _verdict(self, one: Recorded) -> Verdict | None:
        if one.outcome == HELD and (answered := answer_to(self._rows, one)):
            return answered
        row = self._conflict(one.body.conflict)
        is_open = row is None or row.state in UNDECIDED
        if one.state in TURNED_DOWN or (one.state == HELD and is_open):
            return Verdict(one.id, HELD if one.state == HELD else "refused", one.body.answer)
        if one.outcome not in ("merged", HELD) or row is None or is_open:
            return None
        id = f"{one.id} overtaken" if one.outcome == HELD else one.id
        return Verdict(id, "merged" if row.decided_by else "explained", row.decision, by=row.decided_by)

    def _dispute(self, row: Conflict, decided: str = "") -> Dispute:
        facts = row.facts
        place, code = facts.get("location", ""), facts.get("item", "")
        if row.kind == _STOCK_SHORT:
            _, place, code, *_ = [*row.subject.split(SEPARATOR), "", ""]
        item = self._item(code)
        sides = [side for who in ("did", "they") if (side := self._side(row, who, item))]
        said = [
            *self._saw(row, item), *self._of_order(row, item), *sides, *_dates(row), *self._ledger(row, item),
        ]  # fmt: skip
        return Dispute(
            row.id, row.kind, row.state, item=code, location=place, about=_about(row), statements=tuple(said),
            unit=facts.get("did_unit") or facts.get("they_unit", ""), by=facts.get("did_by", ""),
            answerable=not decided, decided=decided,
        )  # fmt: skip

    def _side(self, row: Conflict, who: str, item: Item | None) -> Statement | None:
        """What was done by the one who raised the conflict (`did`) or by the others (`they`)."""
        facts = row.facts
        kind = facts.get(f"{who}_kind", "")
        if not kind:
            return None
        more = len(list(filter(None, facts.get(f"{who}_with", "").split(SEPARATOR))))
        return Statement(
            "you" if self._is_here(facts, who) else "they", self._told(facts, f"{who}_quantity", item),
            milliseconds(facts.get(f"{who}_at", "")), milliseconds(facts.get(f"{who}_arrived", "")),
            name=facts.get(f"{who}_by", ""), kind=kind, more=more,
        )  # fmt: skip

    def _is_here(self, facts: Mapping[str, str], who: str) -> bool:
        return facts.get(f"{who}_terminal") == self._rows.terminal

    def _saw(self, row: Conflict, item: Item | None) -> Iterator[Statement]:
        seen = self._told(row.facts, "saw", item)
        if seen is not None and row.kind == _STOCK_SHORT:
            name = "" if self._is_here(row.facts, "did") else row.facts.get("did_by", "")
            yield Statement("saw", seen, milliseconds(row.facts.get("saw_at", "")), name=name)

    def _of_order(self, row: Conflict, item: Item | None) -> Iterator[Statement]:
        """What is ordered, and what was received before, where goods came in beyond it."""
        for who in ("ordered", "received") if row.kind in _BEYOND_ORDER else ("ordered",):
            units = self._told(row.facts, who, item)
            if units is not None:
                yield Statement(who, units)

    def _ledger(self, row: Conflict, item: Item | None) -> Iterator[Statement]:
        """What the ledger has now: on the line, or on an account that came short, of which more may be known here."""
        units, at = self._told(row.facts, "ledger_now", item), milliseconds(row.facts.get("ledger_at", ""))
        if units is not None and row.kind == _STOCK_SHORT:
            balance = self._rows.row(Balance, row.subject)
            known = self._units(balance.quantity, item) if balance else 0
            if known != units:
                units, at = known, milliseconds(self._rows.age(row.site).as_of)
        if units is not None:
            yield Statement("ledger", units, at, kind="" if row.kind == _STOCK_SHORT else "line")

    def _told(self, facts: Mapping[str, str], name: str, item: Item | None) -> int | None:
        try:
            return self._units(parse_quantity(facts[name]), item) if name in facts else None
        except BadQuantity:
            return None


def _dates(row: Conflict) -> Iterator[Statement]:
    """The date on the goods, and the one that the ledger has."""
    if row.kind == _EXPIRY_DIFFERS:
        told = (("expiry", row.facts.get("expiry", "")), ("expiry_ledger", row.facts.get("ledger_now", "")))
        yield from (Statement(who, None, name=date) for who, date in told if date)


def _about(row: Conflict) -> str:
    """The order, the terminal or the code that it is about, where that is no account."""
    if row.kind.startswith("stream_"):
        return row.facts.get("terminal", "")
    if row.kind == _STOCK_SHORT:
        return ""
    parts = row.subject.split(SEPARATOR)
    of_order = row.kind.startswith("order_") or row.kind in _BEYOND_ORDER
    return parts[1] if of_order and len(parts) > 1 else parts[-1]
