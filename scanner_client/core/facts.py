"""The read-only questions the engine and the view ask about the warehouse.

Answers are of one moment: the runtime gives every event facts read inside the transaction that keeps what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scanner_client.core.disputed import Concern, Deed, Dispute, Verdict
from scanner_client.core.matches import Match
from scanner_client.core.messages import Message
from scanner_client.core.outage import Around, Tried
from scanner_client.core.requests import HeldRequest
from scanner_client.core.values import Claim, Holding, Item, Location, Lot, Operator, Order, PinState, Task, Unit


class Facts(Protocol):
    @property
    def site(self) -> str: ...
    @property
    def terminal(self) -> str: ...
    def look_up(self, code: str) -> tuple[Match, ...]:
        """Everything this exact code names in site and master data; empty where it names nothing."""

    def item(self, code: str) -> Item | None: ...
    def units(self, item: str) -> Sequence[Unit]:
        """Units the item is handled in, its base unit first."""

    def codes(self, item: str) -> Sequence[tuple[str, Match]]:
        """The item's printed codes, each with what it means."""

    def location(self, code: str) -> Location | None: ...
    def operator(self, code: str) -> Operator | None: ...
    def pin(self, operator: str) -> PinState: ...
    def lot(self, item: str, lot: str) -> Lot | None: ...
    def lots(self, item: str) -> Sequence[Lot]: ...
    def order(self, order: str) -> Order | None: ...
    def open_orders(self) -> Sequence[Order]:
        """Open outbound orders that have open tasks: most urgent first."""

    def open_receipts(self) -> Sequence[Order]:
        """Open inbound orders with lines that lack something: most urgent first."""

    def task(self, id: str) -> Task | None: ...
    def tasks(self, order: str) -> Sequence[Task]:
        """Pick tasks of the order in walking order; of an inbound order its lines in their order. Without cancelled
        ones."""

    def claim(self, order: str) -> Claim | None:
        """Who has the order, own claims included that the ledger has not heard of; None where it is free."""

    def held_orders(self) -> Sequence[str]:
        """Orders that somebody has and that have work left, longest held first."""

    def given(self, operator: str) -> Sequence[Claim]:
        """Orders that a supervisor gave this operator, who has not opened them yet."""

    def begun(self, operator: str) -> Sequence[str]:
        """Orders that this operator has and that have work left, inbound ones too."""

    def stock(self, location: str, item: str, lot: str = "") -> int:
        """Smallest units known to lie there free, own work included; every lot where `lot` is empty."""

    def items_at(self, location: str) -> Sequence[str]:
        """Codes of the items known to lie there."""

    def holdings(self, *, item: str = "", location: str = "") -> Sequence[Holding]:
        """What is known to lie where, own work included, by place, item and lot; the places of one item, or the goods
        of one place."""

    def serial_at(self, item: str, serial: str) -> Sequence[tuple[str, str]]:
        """Where this serial number is known to be at this site, own work included: places, each with the status."""

    def stock_as_of(self) -> int:
        """When the ledger last told this terminal about stock: milliseconds since 1970, 0 before the first answer."""

    def feed_number(self) -> int:
        """The change number of the site's feed these facts rest on."""

    def outcome(self, operation: str) -> str:
        """What became of an own operation: `kept`, `sent`, `accepted`, `conflict` …; empty where it is not known."""

    def mode(self) -> str:
        """How this terminal talks to the ledger: `automatic` or `offline`."""

    def deeds_count(self) -> int:
        """How many operations the queue lists."""

    def deeds(self, first: int, count: int) -> Sequence[Deed]:
        """Operations of this terminal, newest first, from the one at place `first` on."""

    def disputes(self) -> Sequence[Dispute]:
        """Conflicts of this site that nobody has decided, those about own work first, oldest first."""

    def own_tasks(self, operator: str) -> Sequence[Task]:
        """Open tasks that decisions opened, meant for this operator or for anybody, oldest first."""

    def verdicts(self) -> Sequence[Verdict]:
        """Decisions given here, and words said here to requests, that did not simply take effect; and what became of
        what was held."""

    def requests(self) -> Sequence[HeldRequest]:
        """Decisions of this site that wait for a second person and were not answered here, oldest first."""

    def messages(self, operator: str, at: int) -> Sequence[Message]:
        """What the office has to say to this operator here and they have not read, oldest first; nothing to nobody.
        `at`: now, in milliseconds since 1970."""

    def message(self, id: str) -> Message | None: ...
    def concerns(self) -> Sequence[Concern]:
        """What people must see, oldest first."""

    def around(self) -> Around | None:
        """The terminals of the site, as the ledger last told; None before it did."""

    def tried(self) -> Tried | None:
        """The answer to the dry run that was asked for last, None before there was one."""
