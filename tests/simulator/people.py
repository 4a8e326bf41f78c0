"""People on the floor: what they scan follows from what their terminal shows them, rightly or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from simulator.device import Device
from simulator.warehouse import ITEMS, bins, new_place

from scanner_client.ports import NewOperation
from sync.wire.bodies import (
    Counted,
    Damaged,
    Moved,
    Picked,
    ProblemReported,
    Received,
    ShortReported,
    TaskClaimed,
    TaskReleased,
    TransferredIn,
    TransferredOut,
    Undone,
    transit,
)
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Claim, Order, Task

Work = Callable[["Operator"], NewOperation | None]


class Operator:
    """One person with one terminal. `odd`: how often a scan is of a kind this version of the program does not know."""

    def __init__(self, device: Device, random: Random, stamp: Callable[[], str], odd: float) -> None:
        self.device, self.random = device, random
        self._stamp, self._odd = stamp, odd

    def act(self) -> str | None:
        """Do one piece of work, if there is any. The id of the confirmed operation."""
        if not self.device.running:
            return None
        work = self.random.choices(list(WORK), weights=list(WORK.values()))[0]
        if self.random.random() < self._odd:
            work = _odd
        new = work(self)
        return self.device.confirm(new) if new else None

    @property
    def site(self) -> str:
        return self.device.store.site

    @property
    def name(self) -> str:
        """Each terminal has its own person, and a clone their double."""
        return f"P-{self.device.store.terminal}"

    def rows(self, kind: type[Task | Balance | Order | Claim]) -> list[Task | Balance | Order | Claim]:
        return [row for row in self.device.store.view(self.site).values() if isinstance(row, kind)]

    def stock(self) -> list[Balance]:
        """Free goods on the floor, as this terminal knows them."""
        rows = (row for row in self.rows(Balance) if isinstance(row, Balance))
        return [row for row in rows if row.location[0] != "@" and not row.status and row.quantity.units > 0]

    def new(self, kind: str, body: object, task: Task | None = None) -> NewOperation:
        return NewOperation(
            kind=kind,
            by=self.name,
            body=body,
            at=self._stamp(),
            offset="+08:00",
            flow=f"{kind}@1",
            task=task.id if task else None,
            task_rev=task.rev if task else None,
        )

    def choose(self, rows: Sequence[Balance]) -> Balance | None:
        return self.random.choice(rows) if rows else None


def _pick(someone: Operator) -> NewOperation | None:
    tasks = [row for row in someone.rows(Task) if isinstance(row, Task) and row.state == "open" and row.kind == "pick"]
    if not tasks:
        return None
    task = someone.random.choice(tasks[:6])
    if someone.random.random() < 0.1:
        short = ShortReported(
            order=task.order, line=task.line, item=task.item, location=task.location, quantity=task.quantity
        )
        return someone.new("short_reported", short, task)
    picked = Picked(
        order=task.order,
        line=task.line,
        item=task.item,
        lot=task.lot,
        quantity=task.quantity,
        location=task.location,
        to=f"TOTE-{someone.device.store.terminal}",
    )
    return someone.new("picked", picked, task)


def _receive(someone: Operator) -> NewOperation:
    quantity = Quantity(someone.random.randint(1, 20))
    return someone.new(
        "received", Received(item=someone.random.choice(ITEMS), quantity=quantity, location=f"{someone.site}-DOCK")
    )


def _some_of(someone: Operator, row: Balance) -> Quantity:
    """Usually what is there; sometimes more, since the floor and the record differ."""
    extra = 3 if someone.random.random() < 0.1 else 0
    return Quantity(someone.random.randint(1, row.quantity.units) + extra)


def _move(someone: Operator) -> NewOperation | None:
    row = someone.choose(someone.stock())
    if row is None:
        return None
    to = someone.random.choice(bins(someone.site))
    moved = Moved(item=row.item, lot=row.lot, quantity=_some_of(someone, row), location=row.location, to=to)
    return someone.new("moved", moved)


def _damage(someone: Operator) -> NewOperation | None:
    row = someone.choose(someone.stock())
    if row is None:
        return None
    return someone.new("damaged", Damaged(item=row.item, lot=row.lot, quantity=Quantity(1), location=row.location))


def _count(someone: Operator) -> NewOperation | None:
    row = someone.choose(someone.stock())
    if row is None:
        return None
    return someone.new("counted", Counted(item=row.item, lot=row.lot, quantity=row.quantity, location=row.location))


def _send_away(someone: Operator) -> NewOperation | None:
    row = someone.choose(someone.stock())
    if row is None:
        return None
    to_site = "B" if someone.site == "A" else "A"
    body = TransferredOut(
        item=row.item, lot=row.lot, quantity=_some_of(someone, row), location=row.location, to_site=to_site
    )
    return someone.new("transferred_out", body)


def _take_in(someone: Operator) -> NewOperation | None:
    rows = [row for row in someone.rows(Balance) if isinstance(row, Balance) and row.quantity.units > 0]
    coming = someone.choose([row for row in rows if row.location == transit(someone.site)])
    if coming is None:
        return None
    body = TransferredIn(
        item=coming.item,
        lot=coming.lot,
        quantity=Quantity(someone.random.randint(1, coming.quantity.units)),
        location=f"{someone.site}-DOCK",
        from_site="B" if someone.site == "A" else "A",
    )
    return someone.new("transferred_in", body)


def _undo(someone: Operator) -> NewOperation | None:
    recent = someone.device.confirmed[-6:]
    if not recent:
        return None
    return someone.new("undone", Undone(target=someone.random.choice(recent)))


def _claim(someone: Operator) -> NewOperation | None:
    """Opens an order; where somebody else has it, usually knowingly, and now and then as if nobody had."""
    orders = [row for row in someone.rows(Order) if isinstance(row, Order) and row.state == "open"]
    if not orders:
        return None
    order = someone.random.choice(orders[:6]).order
    held = next((one.by for one in _claims(someone) if one.order == order), "")
    over = held if held != someone.name and someone.random.random() < 0.8 else ""
    return someone.new("task_claimed", TaskClaimed(order=order, over=over))


def _release(someone: Operator) -> NewOperation | None:
    """Gives back what is theirs, or, from an old screen, what no longer is."""
    claims = [one for one in _claims(someone) if one.by == someone.name or someone.random.random() < 0.3]
    if not claims:
        return None
    return someone.new("task_released", TaskReleased(order=someone.random.choice(claims).order, reason="log_off"))


def _claims(someone: Operator) -> list[Claim]:
    return [row for row in someone.rows(Claim) if isinstance(row, Claim)]


def _problem(someone: Operator) -> NewOperation:
    return someone.new("problem_reported", ProblemReported(text="the label is torn"))


def _split(someone: Operator) -> NewOperation | None:
    """Half a piece of what is counted in whole ones: the ledger puts it in quarantine."""
    row = someone.choose(someone.stock())
    if row is None:
        return None
    to = someone.random.choice(bins(someone.site))
    return someone.new("moved", Moved(item=row.item, quantity=Quantity(5, 1), location=row.location, to=to))


def _put_where_nobody_knows(someone: Operator) -> NewOperation | None:
    row = someone.choose(someone.stock())
    if row is None:
        return None
    to = new_place(someone.site)
    return someone.new("moved", Moved(item=row.item, quantity=Quantity(1), location=row.location, to=to))


def _odd(someone: Operator) -> NewOperation:
    return someone.new("teleported", {"item": someone.random.choice(ITEMS)})


WORK: dict[Work, int] = {
    _pick: 40,
    _receive: 10,
    _move: 20,
    _damage: 4,
    _count: 4,
    _send_away: 5,
    _take_in: 8,
    _undo: 7,
    _split: 2,
    _put_where_nobody_knows: 2,
    _problem: 2,
    _claim: 8,
    _release: 4,
}
