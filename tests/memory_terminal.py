"""A terminal in memory for tests of flows: rows, own work laid over them, and the runtime on top. No disk, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec.structs import replace

from scanner_client.core.events import Key, Partial, PinAnswered, Scan
from scanner_client.core.state import State
from scanner_client.core.view import Size, View
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.ports import Alert, FeedAge, NewOperation, QueueCounts, Recorded, StoreError
from scanner_client.runtime import Runtime, Shown
from scanner_client.told import Picture, Trial
from sync.wire.bodies import BODY_TYPES, Posting
from sync.wire.claims import ADVISORY_KINDS, Claiming, Releasing, after
from sync.wire.codec import decode, encode
from sync.wire.effects import Effect, LineProgress, TaskTurn, effects
from sync.wire.operation import Operation
from sync.wire.pins import Pin, new_verifier
from sync.wire.quantity import Quantity
from sync.wire.rows import (
    Balance,
    Barcode,
    Claim,
    Item,
    Location,
    Lot,
    Message,
    Operator,
    Order,
    OrderLine,
    Row,
    Task,
)

SITE, NAME = "S1", "WANG"
TALL = Size(20, 16)
MESSAGE = Message(site=SITE, id="m1", text="Dock 3 is closed", by="office", at="", until="2099-01-01T00:00:00Z")
"""What the office has to say."""

MORNING = 1_790_000_000_000
"""2026-09-21, early in the day, UTC."""


class MemoryStore:
    """`scanner_client.ports.Store` over a dictionary. `broken` makes every transaction fail as a full disk does."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.live: dict[tuple[str, str], Row] = {(row.table, row.key): row for row in rows}
        self.operations: list[tuple[str, NewOperation, Any]] = []
        self.journal: list[tuple[str, dict[str, Any]]] = []
        self.state: bytes | None = None
        self.broken = False
        self.mode = "automatic"
        self.environment = "live"
        self.pins: dict[str, Pin] = {}
        self.picture: Picture | None = None
        self.trial: Trial | None = None
        self.pins_needed = False
        self.answers: dict[str, dict[str, Any]] = {}
        """What the ledger said of decisions, by their ids: changes to `Recorded`."""

    @contextmanager
    def step(self) -> Iterator[MemoryTransaction]:
        before = (dict(self.live), list(self.operations), list(self.journal), self.state)
        yield MemoryTransaction(self)
        if self.broken:
            self.live, self.operations, self.journal, self.state = before
            raise StoreError("disk_full", "The disk is full, so nothing can be kept: free space, then scan again.")


class MemoryTransaction:
    site, terminal = SITE, NAME

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def row(self, kind: type[Any], key: str) -> Any:
        return self._store.live.get((kind.table, key))

    def rows(self, kind: type[Any], /, **equal: str) -> Sequence[Any]:
        found = [row for (table, _), row in self._store.live.items() if table == kind.table]
        return [row for row in found if all(getattr(row, name) == value for name, value in equal.items())]

    def on_hand(self, *, location: str = "", item: str = "") -> Sequence[Balance]:
        equal = {name: value for name, value in (("location", location), ("item", item)) if value}
        return [row for row in self.rows(Balance, **equal) if row.quantity]

    def age(self, feed: str) -> FeedAge:
        return FeedAge(feed, 7, "2026-09-21T12:00:00Z")

    def counts(self) -> QueueCounts:
        return QueueCounts(kept=self.deeds_count())

    def append(self, operation: NewOperation) -> str:
        id = f"op-{self.deeds_count() + 1}"
        if operation.kind in ADVISORY_KINDS:
            id = f"claim-{len(self._store.operations)}"
        body = decode(encode(operation.body), BODY_TYPES[operation.kind])
        self._store.operations.append((id, operation, body))
        self._lay_over(operation, body)
        return id

    def operation(self, id: str) -> tuple[str, Any] | None:
        return next(((op.kind, body) for known, op, body in self._store.operations if known == id), None)

    def standing_of(self, id: str) -> str:
        return "kept" if self.operation(id) else ""

    def line(self) -> tuple[bool, str]:
        return True, ""

    def mode(self) -> str:
        return self._store.mode

    def pin(self, operator: str) -> Pin | None:
        return self._store.pins.get(operator)

    def environment(self) -> str:
        return self._store.environment

    def pins_needed(self) -> bool:
        return self._store.pins_needed

    def deeds_count(self) -> int:
        return len(self.deeds(0, len(self._store.operations)))

    def deeds(self, first: int, count: int) -> Sequence[Recorded]:
        newest = [
            Recorded(id, op.kind, op.at, "kept", body)
            for id, op, body in reversed(self._store.operations)
            if op.kind not in ADVISORY_KINDS
        ]
        return newest[first : first + count]

    def decisions(self) -> Sequence[Recorded]:
        known = reversed(self.deeds(0, len(self._store.operations)))
        found = [one for one in known if one.kind == "decided"]
        return [replace(one, **self._store.answers.get(one.id, {})) for one in found]

    def said(self) -> Sequence[Recorded]:
        known = reversed(self.deeds(0, len(self._store.operations)))
        found = [one for one in known if one.kind in ("approved", "denied")]
        return [replace(one, **self._store.answers.get(one.id, {})) for one in found]

    def acknowledged(self) -> Sequence[tuple[str, str]]:
        read = [(op, body) for _, op, body in self._store.operations if op.kind == "acknowledged"]
        return [(body.message, op.by) for op, body in read]

    def recorded(self, id: str) -> Recorded | None:
        return next((one for one in self.deeds(0, len(self._store.operations)) if one.id == id), None)

    def alerts(self) -> Sequence[Alert]:
        return []

    def picture(self) -> Picture | None:
        return self._store.picture

    def trial(self) -> Trial | None:
        return self._store.trial

    def load_state(self) -> bytes | None:
        return self._store.state

    def save_state(self, state: bytes) -> None:
        self._store.state = state

    def journal(self, kind: str, entry: dict[str, Any]) -> None:
        self._store.journal.append((kind, entry))

    def _lay_over(self, operation: NewOperation, body: Any) -> None:
        target = None
        if operation.kind == "undone":
            _, undone, undone_body = next(one for one in self._store.operations if one[0] == body.target)
            target = (_wire(undone), undone_body)
        for effect in effects(_wire(operation), body, target):
            self._apply(effect)

    def _apply(self, effect: Effect) -> None:
        live = self._store.live
        match effect:
            case Posting():
                key = (Balance.table, effect.account)
                old = live.get(key) or effect.balance(Quantity(0))
                live[key] = msgspec.structs.replace(old, quantity=old.quantity + effect.quantity)  # type: ignore[attr-defined]
            case LineProgress():
                line = live[(OrderLine.table, effect.key)]
                assert isinstance(line, OrderLine)
                done, short = line.done + effect.done, line.short + effect.short
                live[(OrderLine.table, effect.key)] = msgspec.structs.replace(line, done=done, short=short)
            case TaskTurn():
                key = (Task.table, effect.key)
                live[key] = msgspec.structs.replace(live[key], state=effect.state)
            case Claiming() | Releasing():
                standing = live.pop((Claim.table, effect.key), None)
                assert standing is None or isinstance(standing, Claim)
                if claim := after(standing, effect):
                    live[(claim.table, claim.key)] = claim


def _wire(operation: NewOperation) -> Operation:
    return Operation(
        v=1, id="", ledger_id="L", site=SITE, terminal=NAME, kind=operation.kind, at="", offset="", by=operation.by,
        body=msgspec.Raw(b"{}"), task=operation.task,
    )  # fmt: skip


class Picker:
    """Drives one terminal as a person does; each input comes `pause` milliseconds after the one before."""

    def __init__(self, rows: Sequence[Row], size: Size = TALL, language: str = "en") -> None:
        self.store = MemoryStore(rows)
        self.now = MORNING
        self.size, self.language = size, language
        self.heard: list[str] = []
        self.restart()

    def restart(self) -> Shown:
        self.runtime = Runtime(
            self.store, shipped_flows(), shipped_texts(), now=lambda: self.now, offset="+08:00", size=self.size,
            language=self.language,
        )  # fmt: skip
        self.shown = self.runtime.start()
        return self.shown

    def scan(self, *codes: str, pause: int = 1000) -> Picker:
        for code in codes:
            self.now += pause
            self._took(self.runtime.handle(Scan(code, self.now, self.now)))
        return self

    def break_off(self, raw: str) -> Picker:
        """A scan that breaks off after this much of it."""
        self.now += 1000
        self._took(self.runtime.handle(Partial(raw, self.now, self.now)))
        return self

    def press(self, *keys: str, pause: int = 1000) -> Picker:
        for key in keys:
            self.now += pause
            self._took(self.runtime.handle(Key(key, self.now, self.now)))
        return self

    def answer(self, answer: str) -> Picker:
        """The ledger's answer to a PIN that was chosen."""
        self.now += 1000
        self._took(self.runtime.handle(PinAnswered(self.state.candidate, answer, self.now)))
        return self

    def type(self, text: str) -> Picker:
        return self.press(*text, "enter", pause=300)

    def _took(self, shown: Shown) -> None:
        self.shown = shown
        self.heard += shown.signals

    @property
    def view(self) -> View:
        return self.shown.view

    @property
    def state(self) -> State:
        assert self.runtime._state is not None
        return self.runtime._state

    @property
    def kept(self) -> list[tuple[str, Any]]:
        """Kind and body of every operation but claims, oldest first."""
        return [(operation.kind, body) for operation, body in self.operations]

    @property
    def operations(self) -> list[tuple[NewOperation, Any]]:
        """Every operation but claims with its body, oldest first."""
        return [(one, body) for _, one, body in self.store.operations if one.kind not in ADVISORY_KINDS]

    @property
    def claims(self) -> list[Any]:
        """Bodies of claims and releases, oldest first."""
        return [body for _, one, body in self.store.operations if one.kind in ADVISORY_KINDS]


# --- a small warehouse ------------------------------------------------------------------------------------------------


def line(number: int, item: str, location: str, quantity: int, **more: Any) -> list[Row]:
    """An order line of SO-1 with its task at one location."""
    order, lot = more.pop("order", "SO-1"), more.pop("lot", "")
    return [
        OrderLine(site=SITE, order=order, line=str(number), item=item, quantity=Quantity(quantity), lot=lot, **more),
        Task(
            site=SITE, id=f"{order}/{number}", kind="pick", item=item, location=location, quantity=Quantity(quantity),
            order=order, line=str(number), sequence=number, lot=lot,
        ),
    ]  # fmt: skip


def order(code: str, state: str = "open") -> Order:
    return Order(site=SITE, order=code, state=state)


def stock(location: str, item: str, quantity: int, lot: str = "") -> Balance:
    return Balance(site=SITE, location=location, item=item, lot=lot, quantity=Quantity(quantity))


def warehouse() -> list[Row]:
    """Three lines of SO-1 (towels by the box, soap, tea by lot), SO-2 with one line, SO-3 cancelled."""
    return [
        Operator(code="wang", name="王芳", badge="B-WANG", language="en"),
        Operator(code="li", name="Li", badge="B-LI", language="zh_CN"),
        Item(code="TOWEL", name="Towel 30x70 blue", name_zh="毛巾30x70蓝 柔软加厚"),
        Item(code="SOAP", name="Soap 125g", name_zh="香皂125g"),
        Item(code="TEA", name="Green tea", name_zh="绿茶", tracking="le"),
        Barcode(code="09520000123451", item="TOWEL"),
        Barcode(code="19520000123458", item="TOWEL", unit="box", factor=Quantity(12)),
        Barcode(code="09521234543213", item="TEA"),
        Lot(item="TEA", lot="L1", expiry="2027-01-31"),
        Lot(item="TEA", lot="L2", expiry="2027-06-30"),
        Lot(item="TEA", lot="OLD", expiry="2020-01-31"),
        Lot(item="TEA", lot="BAD", blocked=True),
        Location(site=SITE, code="A-03-02", walk=1),
        Location(site=SITE, code="A-03-04", walk=2, check="47"),
        Location(site=SITE, code="B-01-01", walk=3),
        Location(site=SITE, code="T-7", kind="tote"),
        order("SO-1"), order("SO-2"), order("SO-3", "cancelled"),
        *line(1, "TOWEL", "A-03-02", 3), *line(2, "SOAP", "A-03-04", 1), *line(3, "TEA", "B-01-01", 2, lot="L1"),
        *line(1, "SOAP", "A-03-04", 1, order="SO-2"),
        stock("A-03-02", "TOWEL", 40), stock("A-03-04", "SOAP", 10),
        stock("B-01-01", "TEA", 5, "L1"), stock("B-01-01", "TEA", 5, "L2"),
    ]  # fmt: skip


def pin(operator: str, digits: str) -> Pin:
    """The operator's PIN, its verifier made with little work."""
    return Pin(operator=operator, verifier=new_verifier(digits, bytes(16), log2_n=4))


def guarded(size: Size = TALL, language: str = "en") -> Picker:
    """A terminal of a live ledger: Wang's PIN is 2468, Li has yet to choose one."""
    terminal = Picker(warehouse(), size, language)
    terminal.store.pins_needed = True
    terminal.store.pins = {"wang": pin("wang", "2468")}
    return terminal


def picker(rows: Sequence[Row] | None = None, **more: Any) -> Picker:
    """Wang, logged in, SO-1 in hand, at its first location."""
    return Picker(warehouse() if rows is None else rows, **more).scan("B-WANG").press("1").scan("SO-1")
