"""People who decide conflicts, agree to what others decided, and bring back goods that a decision sent back.

What they see is what their terminal shows, which may be old; not all of them have the right, and some only think so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from simulator.device import Device
from simulator.people import Operator
from simulator.warehouse import supervisor_of

from scanner_client.ports import NewOperation
from sync.wire.bodies import Approved, Decided, Denied, Received, Returned, Undone
from sync.wire.decisions import ANSWERS, APPROVED, DECIDED, DENIED, NEED_SECOND, PUT_BACK, TO_SUPPLIER
from sync.wire.operation import Operation
from sync.wire.quantity import Quantity
from sync.wire.rows import ACTIVE, Conflict, Order, OrderLine, Row, Task

R = TypeVar("R", bound=Row)
T = TypeVar("T")
Said = tuple[Operation, Decided | Approved | Denied]
Work = Callable[["Supervisor"], NewOperation | None]
NO_ANSWER = "teleport"
"""Not an answer to any conflict."""


class Supervisor(Operator):
    """One person at a terminal: mostly one who may decide; else whoever works there, or a supervisor of another site.

    `said`: what anybody at this site decided, or said to what others had, oldest first. People tell each other, whether
    or not this terminal has heard of it.
    """

    def __init__(self, device: Device, random: Random, stamp: Callable[[], str], said: Sequence[Said]) -> None:
        super().__init__(device, random, stamp, odd=0.0)
        self._said = said
        people = (supervisor_of(device.store.terminal), super().name, supervisor_of(f"not-{self.site}"))
        self._name = random.choices(people, (90, 6, 4))[0]

    def decide(self) -> str | None:
        """Do one thing that decisions need, if there is any. The id of the confirmed operation."""
        if not self.device.running:
            return None
        new = self.random.choices(list(WORK), weights=list(WORK.values()))[0](self)
        return self.device.confirm(new) if new else None

    @property
    def name(self) -> str:
        return self._name

    def seen(self, kind: type[R]) -> list[R]:
        return [row for row in self.device.store.view(self.site).values() if isinstance(row, kind)]

    def one_of(self, found: Sequence[T]) -> T | None:
        return self.random.choice(found) if found else None

    def asked(self) -> str | None:
        """A decision that needs somebody else and mostly has nobody yet; now and then one that needs nobody."""
        answered = {body.target for _, body in self._said if not isinstance(body, Decided)}
        every = [(op.id, body) for op, body in self._said if isinstance(body, Decided)]
        need = [id for id, body in every if body.answer in NEED_SECOND and not body.approved_by]
        new = [id for id in need if id not in answered]
        chosen = self.random.choices((new, need, [id for id, _ in every]), (80, 12, 8))[0]
        return self.one_of(chosen[-6:])

    def is_answered(self, conflict: Conflict) -> bool:
        return any(isinstance(body, Decided) and body.conflict == conflict.id for _, body in self._said)

    def happens(self, chance: float) -> bool:
        return self.random.random() < chance


def _decide(someone: Supervisor) -> NewOperation | None:
    """Mostly what nobody has answered yet; sometimes what somebody has, or what has explained itself."""
    shown = someone.seen(Conflict)
    active = [one for one in shown if one.state in ACTIVE]
    left = [one for one in active if not someone.is_answered(one)]
    conflict = someone.one_of(someone.random.choices((left, active, shown), (70, 20, 10))[0])
    if conflict is None:
        return None
    legal = ANSWERS[conflict.kind]
    for_two = [one for one in legal if one in NEED_SECOND]
    answer = someone.random.choice(for_two if for_two and someone.happens(0.4) else legal)
    answer = NO_ANSWER if someone.happens(0.05) else answer
    line = someone.one_of(someone.seen(OrderLine)) if answer in ("take_on_line", "keep_for_line") else None
    body = Decided(
        conflict=conflict.id,
        answer=answer,
        op=(someone.one_of(conflict.ops) or "") if someone.happens(0.3) else "",
        order=line.order if line else "",
        line=line.line if line else "",
        approved_by=_second_person(someone) if answer in NEED_SECOND else "",
    )
    return someone.new(DECIDED, body)


def _second_person(someone: Supervisor) -> str:
    """Nobody, another supervisor, the same one, somebody without the right."""
    own = supervisor_of(someone.device.store.terminal)
    return someone.random.choices(("", supervisor_of("everywhere"), own, f"P-{someone.site}"), (50, 30, 12, 8))[0]


def _agree(someone: Supervisor) -> NewOperation | None:
    target = someone.asked()
    return someone.new(APPROVED, Approved(target=target)) if target else None


def _turn_down(someone: Supervisor) -> NewOperation | None:
    target = someone.asked()
    return someone.new(DENIED, Denied(target=target)) if target else None


def _bring_back(someone: Supervisor) -> NewOperation | None:
    """Now and then what somebody else has brought back already."""
    shown = [one for one in someone.seen(Task) if one.kind in (PUT_BACK, TO_SUPPLIER)]
    task = someone.one_of(shown if someone.happens(0.06) else [one for one in shown if one.state == "open"])
    if task is None:
        return None
    fewer = 1 if someone.happens(0.1) and task.quantity.units > 1 else 0
    body = Returned(
        item=task.item,
        lot=task.lot,
        serial=task.serial,
        quantity=Quantity(task.quantity.units - fewer),
        order=task.order,
        line=task.line,
        location=task.location,
        to=task.to,
    )
    return someone.new("returned", body, task)


def _think_again(someone: Supervisor) -> NewOperation | None:
    """Takes back what was brought back, or tries to with a decision."""
    held = someone.device.store.state.held
    kinds = ("returned", DECIDED) if someone.happens(0.3) else ("returned",)
    target = someone.one_of([id for id, one in held.items() if one.operation.kind in kinds])
    return someone.new("undone", Undone(target=target)) if target else None


def _receive_on_order(someone: Supervisor) -> NewOperation | None:
    """A delivery, sometimes beyond what was ordered."""
    inbound = {one.order for one in someone.seen(Order) if one.kind == "inbound"}
    line = someone.one_of([one for one in someone.seen(OrderLine) if one.order in inbound])
    if line is None:
        return None
    body = Received(
        item=line.item,
        quantity=Quantity(someone.random.randint(1, line.quantity.units + 2)),
        order=line.order,
        line=line.line,
        location=f"{someone.site}-DOCK",
    )
    return someone.new("received", body)


WORK: dict[Work, int] = {
    _decide: 40,
    _agree: 10,
    _turn_down: 4,
    _bring_back: 30,
    _think_again: 8,
    _receive_on_order: 8,
}
