"""The rows that feeds carry: the shared picture of a warehouse, one struct per table.

Each row knows its `table`, its `key` (parts joined by the unit separator) and its `feed` (a site's code or `global`).
The ledger writes them; a terminal keeps them as they come. Codes are text: leading zeros count.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from sync.wire.messages import GLOBAL_FEED
from sync.wire.quantity import Quantity

SEPARATOR = "\x1f"
NOTHING = Quantity(0)


def row_key(*parts: str | int) -> str:
    try:
        return SEPARATOR.join(parts)  # type: ignore[arg-type]  # nearly always texts, and then several times as fast
    except TypeError:
        return SEPARATOR.join(map(str, parts))


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    table: ClassVar[str]
    key_fields: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> str:
        return row_key(*(getattr(self, name) for name in self.key_fields))

    @property
    def feed(self) -> str:
        return getattr(self, "site", GLOBAL_FEED)


class Site(Row, frozen=True, kw_only=True, omit_defaults=True):
    """A warehouse. `code_page` names the encoding of its scanners' text where it is not UTF-8."""

    table: ClassVar[str] = "site"
    key_fields: ClassVar[tuple[str, ...]] = ("code",)
    code: str
    name: str = ""
    name_zh: str = ""
    code_page: str = ""


class Item(Row, frozen=True, kw_only=True, omit_defaults=True):
    """`unit` is the base unit, `scale` its decimals. `tracking`: what is mandatory, l(ot) e(xpiry) s(erial)."""

    table: ClassVar[str] = "item"
    key_fields: ClassVar[tuple[str, ...]] = ("code",)
    code: str
    name: str = ""
    name_zh: str = ""
    unit: str = "pcs"
    scale: int = 0
    tracking: str = ""
    item_class: str = ""
    blocked: bool = False


class Barcode(Row, frozen=True, kw_only=True, omit_defaults=True):
    """A printed code of an item: `factor` base units in one `unit`. GTINs are kept as 14 digits."""

    table: ClassVar[str] = "barcode"
    key_fields: ClassVar[tuple[str, ...]] = ("code",)
    code: str
    item: str
    unit: str = "pcs"
    factor: Quantity = Quantity(1)


class Partner(Row, frozen=True, kw_only=True, omit_defaults=True):
    table: ClassVar[str] = "partner"
    key_fields: ClassVar[tuple[str, ...]] = ("code",)
    code: str
    name: str = ""
    role: str = ""


class Operator(Row, frozen=True, kw_only=True, omit_defaults=True):
    """A person with a badge. `roles` maps a site (or `*`) to role names. The PIN's verifier stays out of the log."""

    table: ClassVar[str] = "operator"
    key_fields: ClassVar[tuple[str, ...]] = ("code",)
    code: str
    name: str = ""
    badge: str = ""
    roles: dict[str, list[str]] = {}
    language: str = ""
    active: bool = True


class Location(Row, frozen=True, kw_only=True, omit_defaults=True):
    """`walk` orders the walk; `check`: check digits on the label (may be empty). Kinds: bin, dock, staging, tote."""

    table: ClassVar[str] = "location"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "code")
    site: str
    code: str
    kind: str = "bin"
    zone: str = ""
    walk: int = 0
    check: str = ""
    blocked: bool = False


class Lot(Row, frozen=True, kw_only=True, omit_defaults=True):
    """`expiry` is YYYY-MM-DD; `told_by` the receipt that told it, empty where the office did."""

    table: ClassVar[str] = "lot"
    key_fields: ClassVar[tuple[str, ...]] = ("item", "lot")
    item: str
    lot: str
    expiry: str = ""
    blocked: bool = False
    told_by: str = ""


class Order(Row, frozen=True, kw_only=True, omit_defaults=True):
    """`kind`: outbound, inbound, transfer, return. `state`: open, done, cancelled. `changed`: n of its last change."""

    table: ClassVar[str] = "order"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "order")
    site: str
    order: str
    kind: str = "outbound"
    state: str = "open"
    partner: str = ""
    due: str = ""
    priority: int = 0
    rev: int = 1
    changed: int = 0


class OrderLine(Row, frozen=True, kw_only=True, omit_defaults=True):
    """`done` = picked or received so far; `short` = reported missing. `state`: open, done, cancelled."""

    table: ClassVar[str] = "order_line"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "order", "line")
    site: str
    order: str
    line: str
    item: str
    quantity: Quantity
    unit: str = ""
    done: Quantity = NOTHING
    short: Quantity = NOTHING
    lot: str = ""
    state: str = "open"


class Task(Row, frozen=True, kw_only=True, omit_defaults=True):
    """Work on one line at one location. `id` is a UUIDv5 of its cause. `sequence`: walking order inside its order.

    `state`: open, done, cancelled. `done_by` is the terminal that completed it; `done_op` the operation.
    Of a task that a decision opened, `to` is where the goods go and `serial` which piece it is, if one; `assignee` is
    the operator it is meant for, if any.
    """

    table: ClassVar[str] = "task"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "id")
    site: str
    id: str
    kind: str
    item: str
    location: str
    quantity: Quantity
    order: str = ""
    line: str = ""
    lot: str = ""
    state: str = "open"
    sequence: int = 0
    rev: int = 1
    done_by: str = ""
    done_op: str = ""
    cause: str = ""
    to: str = ""
    assignee: str = ""
    serial: str = ""


class Claim(Row, frozen=True, kw_only=True, omit_defaults=True):
    """Who works on an order (`task` empty) or on one task, on which terminal, and since when (UTC, as they said).

    It tells others, and refuses nothing. There is one as long as the work is open and nobody gave it back.
    """

    table: ClassVar[str] = "claim"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "order", "task")
    site: str
    order: str = ""
    task: str = ""
    by: str
    terminal: str
    since: str = ""


class Balance(Row, frozen=True, kw_only=True, omit_defaults=True):
    """Stock on one account. Virtual locations start with `@`. `status` is empty for goods that are free."""

    table: ClassVar[str] = "balance"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "location", "item", "lot", "serial", "lpn", "status")
    site: str
    location: str
    item: str
    lot: str = ""
    serial: str = ""
    lpn: str = ""
    status: str = ""
    quantity: Quantity = NOTHING


class Opening(Row, frozen=True, kw_only=True, omit_defaults=True):
    """Opening stock that was posted: the quantity each account got, by the first letters of its key's hash. `id` is the
    change number of the posting."""

    table: ClassVar[str] = "opening"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "id")
    site: str
    id: str
    accounts: dict[str, str] = {}


REFERENCE_UNKNOWN = "reference_unknown"
"""The kind of conflict about a code that has no row; its subject is in `sync.wire.effects.subject_of`."""

ACTIVE = ("provisional", "open")
"""States of a conflict that nobody has decided and nothing has explained."""


class Conflict(Row, frozen=True, kw_only=True, omit_defaults=True):
    """A disagreement for a person to settle. `id` is a UUIDv5 of its cause.

    `state`: provisional, open, explained, resolved. `subject` is what it is about (an account key, a task, an order);
    `ops` the operations involved, oldest first, or, of many, the first and the newest (`facts` then says how many
    `operations` there are); `facts` what to show (you saw / you did / they did / the ledger has). `account` is the key
    of the account that its work left short, where that is not the subject.
    """

    table: ClassVar[str] = "conflict"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "id")
    site: str
    id: str
    kind: str
    state: str
    subject: str
    account: str = ""
    n: int = 0
    ops: list[str] = []
    facts: dict[str, str] = {}
    decision: str = ""
    decided_by: str = ""


class Request(Row, frozen=True, kw_only=True, omit_defaults=True):
    """A decision that waits, or waited, for a second person. `id`, `terminal`, `by` and `at` are the operation's.

    `item`, `lot`, `location` and `quantity` are what it would post, as the ledger found it when it came; empty where it
    would post nothing. `state`: held, approved, denied, or lapsed where it could take no effect any more; then
    `decided_by` is who said so, and `reason` why.
    """

    table: ClassVar[str] = "request"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "id")
    site: str
    id: str
    terminal: str
    by: str
    at: str
    conflict: str
    answer: str
    item: str = ""
    lot: str = ""
    location: str = ""
    quantity: Quantity = NOTHING
    state: str = "held"
    decided_by: str = ""
    reason: str = ""


class Message(Row, frozen=True, kw_only=True, omit_defaults=True):
    """What the office has to say to people who work at a site: to those at `terminal`, those with `role`, or all.

    Terminals show it until `until` (UTC, by their own clock) or until it is withdrawn, once to each person.
    """

    table: ClassVar[str] = "message"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "id")
    site: str
    id: str
    text: str
    by: str
    at: str
    until: str
    terminal: str = ""
    role: str = ""
    withdrawn: bool = False


class Acknowledgement(Row, frozen=True, kw_only=True, omit_defaults=True):
    """Who has read a message, where, and when they said so (UTC). One for each person, however often they say it."""

    table: ClassVar[str] = "acknowledgement"
    key_fields: ClassVar[tuple[str, ...]] = ("site", "message", "by")
    site: str
    message: str
    by: str
    terminal: str
    at: str


ROW_TYPES: tuple[type[Row], ...] = (
    Site,
    Item,
    Barcode,
    Partner,
    Operator,
    Location,
    Lot,
    Order,
    OrderLine,
    Task,
    Claim,
    Balance,
    Opening,
    Conflict,
    Request,
    Message,
    Acknowledgement,
)
BY_TABLE: dict[str, type[Row]] = {kind.table: kind for kind in ROW_TYPES}
