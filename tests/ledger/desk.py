"""People who decide: supervisors with their roles, and stories that end in a conflict for them."""

from __future__ import annotations

from typing import Any

from ledger.hall import SITE, Hall, Picker

from server_stub.ledger.office import cancel_order, put_order, put_rows
from sync.wire.messages import Outcome
from sync.wire.quantity import Quantity
from sync.wire.rows import Conflict, Operator, Order, OrderLine, Task

BOSS, SECOND, EVERYWHERE = "boss", "second", "chief"
PEOPLE = (
    Operator(code=BOSS, roles={SITE: ["supervisor"]}),
    Operator(code=SECOND, roles={SITE: ["picker", "supervisor"]}),
    Operator(code=EVERYWHERE, roles={"*": ["supervisor"]}),
    Operator(code="elsewhere", roles={"YARD": ["supervisor"]}),
    Operator(code="left", roles={SITE: ["supervisor"]}, active=False),
    Operator(code="li", roles={SITE: ["picker"]}),
    Operator(code="free"),
)


class Desk:
    """A supervisor's terminal beside the pickers', in a hall whose people are on record."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.people()
        self.terminal = hall.picker("DESK")

    def people(self) -> None:
        self.hall.office(lambda book: put_rows(book, PEOPLE))

    def decides(self, answer: str, *, by: str = BOSS, conflict: Conflict | None = None, **body: Any) -> str:
        """Record a decision, of the one conflict there is unless one is named, and send it; its id."""
        (known,) = self.hall.conflicts() if conflict is None else [conflict]
        op = self.terminal.record("decided", {"conflict": known.id, "answer": answer} | body, by=by)
        self.terminal.sync()
        return op

    def says(self, kind: str, target: str, by: str) -> Outcome:
        """`approved` or `denied`; its outcome."""
        op = self.terminal.record(kind, {"target": target}, by=by)
        self.terminal.sync()
        return self.hall.outcome(op)

    def told(self, op: str) -> tuple[str, str]:
        """What became of an operation, and why."""
        outcome = self.hall.outcome(op)
        return outcome.state or outcome.outcome, outcome.reason


def conflict_of(hall: Hall, kind: str) -> Conflict:
    (found,) = [one for one in hall.conflicts() if one.kind == kind]
    return found


def open_tasks(hall: Hall, kind: str) -> list[Task]:
    return [one for one in hall.rows(Task, site=SITE, state="open") if one.kind == kind]


# --- stories: each leaves one conflict, and returns the operation that raised it ------------------------------------


def stock_short(hall: Hall) -> str:
    """Eight lamps moved out of A-01, where the ledger has five."""
    hall.stock(A_01=5)
    return _sent(hall.picker("LI"), lambda li: li.move(8, "A-01", "A-02"))


def picked_short(hall: Hall) -> str:
    """A line of eight picked where the ledger has eight, of which somebody had moved three away."""
    hall.stock(A_01=8)
    hall.order("O1", line1=8)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync(), wang.sync()
    _sent(wang, lambda one: one.move(3, "A-01", "STAGE"))
    return _sent(li, lambda one: one.pick(hall.task("O1")))


def task_done_twice(hall: Hall) -> str:
    """Two who pick the same line of five from a bin of twelve; WANG is heard of second."""
    hall.stock(A_01=12)
    hall.order("O1", line1=5)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync(), wang.sync()
    task = hall.task("O1")
    _sent(li, lambda one: one.pick(task))
    return _sent(wang, lambda one: one.pick(task, "T-2"))


def order_changed(hall: Hall) -> str:
    """Five picked of a line that meanwhile wants three."""
    return _picked_after(hall, lambda: ordered(hall, "O1", line1=3))


def order_cancelled(hall: Hall) -> str:
    return _picked_after(hall, lambda: cancelled(hall, "O1"))


def over_received(hall: Hall) -> str:
    """Seven lamps came where five were ordered."""
    ordered(hall, "PO", kind="inbound", line1=5)
    return _received(hall)


def order_closed(hall: Hall) -> str:
    """Seven lamps came for an order that its terminal knew to be cancelled."""
    ordered(hall, "PO", kind="inbound", line1=5)
    cancelled(hall, "PO")
    return _received(hall)


def expiry_differs(hall: Hall) -> str:
    """Two receipts of one lot, with two dates; the second is disputed."""
    li = hall.picker("LI")
    li.sync()
    body = {"item": "lamp", "lot": "L1", "quantity": "2", "location": "STAGE"}
    li.record("received", body | {"expiry": "2027-01-01"})
    return _sent(li, lambda one: one.record("received", body | {"expiry": "2027-12-31"}))


def unknown_item(hall: Hall) -> str:
    return _sent(hall.picker("LI"), lambda li: li.receive(4, "A-01", item="new"))


def unknown_place(hall: Hall) -> str:
    hall.stock(A_01=5)
    return _sent(hall.picker("LI"), lambda li: li.move(2, "A-01", "L-9"))


def not_permitted(hall: Hall) -> str:
    """Somebody whose right was taken moved two lamps."""
    hall.stock(A_01=5)
    body = {"item": "lamp", "quantity": "2", "location": "A-01", "to": "A-02"}
    return _sent(hall.picker("LI"), lambda li: li.record("moved", body, by="left"))


def ordered(hall: Hall, code: str, kind: str = "outbound", **lines: int) -> None:
    wanted = [
        OrderLine(site=SITE, order=code, line=line, item="lamp", quantity=Quantity(count))
        for line, count in lines.items()
    ]
    hall.office(lambda book: put_order(book, Order(site=SITE, order=code, kind=kind), wanted))


def cups(hall: Hall, code: str, count: int) -> None:
    """An order for cups."""
    line = OrderLine(site=SITE, order=code, line="line1", item="cup", quantity=Quantity(count))
    hall.office(lambda book: put_order(book, Order(site=SITE, order=code), [line]))


def cancelled(hall: Hall, code: str) -> None:
    hall.office(lambda book: cancel_order(book, Order(site=SITE, order=code)))


def _picked_after(hall: Hall, change: Any) -> str:
    hall.stock(A_01=12)
    hall.order("O1", line1=5)
    li = hall.picker("LI")
    li.sync()
    op = li.pick(hall.task("O1"))
    change()
    li.sync()
    return op


def _received(hall: Hall) -> str:
    li = hall.picker("LI")
    li.sync()
    body = {"item": "lamp", "quantity": "7", "location": "STAGE", "order": "PO", "line": "line1"}
    return _sent(li, lambda one: one.record("received", body))


def _sent(picker: Picker, record: Any) -> str:
    op: str = record(picker)
    picker.sync()
    return op
