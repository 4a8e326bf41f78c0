"""What a line costs in scans and keys on the shipped flows, counted as they go through the runtime (R12, rule 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from inbound import TOWEL, receiver
from memory_terminal import Picker, line, order, stock, warehouse
from power_tools import tools

from scanner_client.core.events import Event, Key, Scan
from scanner_client.core.view import SIZES, Size
from scanner_client.runtime import Shown


class Counting:
    """Counts the events that reach the terminal's runtime."""

    def __init__(self, terminal: Picker) -> None:
        self.terminal, self.events = terminal, Counter[type]()
        handle = terminal.runtime.handle

        def counted(event: Event) -> Shown:
            self.events[type(event)] += 1
            return handle(event)

        terminal.runtime.handle = counted  # type: ignore[method-assign]

    @property
    def cost(self) -> tuple[int, int]:
        return self.events[Scan], self.events[Key]


def picking(wanted: int, size: Size) -> Picker:
    rows = [row for row in warehouse() if row.key != stock("A-03-02", "TOWEL", 0).key]
    rows += [order("SO-9"), *line(1, "TOWEL", "A-03-02", wanted, order="SO-9"), stock("A-03-02", "TOWEL", 90)]
    return Picker(rows, size).scan("B-WANG").press("1").scan("SO-9")


def receiving(order: str, size: Size) -> Picker:
    return receiver(order, size=size)


Line = Callable[[Picker], Picker]
LINES: list[tuple[str, Callable[[Size], Picker], Line, tuple[int, int], list[str]]] = [
    # what, where, how, (scans, keys), the kinds that are kept
    ("one unit picked", lambda size: picking(1, size), lambda at: at.scan("A-03-02", TOWEL), (2, 0), ["picked"]),
    ("twelve picked", lambda size: picking(12, size), lambda at: at.scan("A-03-02", TOWEL).type("12"), (2, 3),
     ["picked"]),
    ("none found", lambda size: picking(12, size), lambda at: at.scan("A-03-02").press("*", "1").scan("A-03-02"),
     (2, 2), ["short_reported"]),
    ("one of twelve found", lambda size: picking(12, size),
     lambda at: at.scan("A-03-02", TOWEL).press("*", "1").scan("A-03-02"), (3, 2), ["picked", "short_reported"]),
    ("nine of twelve found", lambda size: picking(12, size),
     lambda at: at.scan("A-03-02", TOWEL).press("9", "enter", "*", "1").scan("A-03-02"), (3, 4),
     ["picked", "short_reported"]),
    ("one unit received", lambda size: receiving("PO-1", size), lambda at: at.scan("SOAP", "IN-1"), (2, 0),
     ["received"]),
    ("twelve received", lambda size: receiving("PO-2", size), lambda at: at.scan("SOAP").type("12").scan("IN-1"),
     (2, 3), ["received"]),
    ("four of twenty received", lambda size: receiving("PO-2", size),
     lambda at: at.scan("SOAP").press("4", "enter", "*", "1").scan("IN-1"), (2, 4), ["received", "short_reported"]),
    ("none of it came", lambda size: receiving("PO-1", size), lambda at: at.press("*", "1", "1").scan("CONFIRM"),
     (1, 3), ["short_reported"]),
    ("two pieces with serial numbers",
     lambda size: Picker([*tools(), *line(1, "DRILL", "A-03-02", 2, order="SO-9")], size).scan("B-WANG").press("1")
     .scan("SO-9"),
     lambda at: at.scan("A-03-02", "]C1010952000012370321S1", "]C1010952000012370321S2"), (3, 0), ["picked", "picked"]),
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("standing", "work", "cost", "kept"), [row[1:] for row in LINES], ids=[row[0] for row in LINES]
)
def test_a_line_costs_no_more_than_it_must(
    standing: Callable[[Size], Picker], work: Line, cost: tuple[int, int], kept: list[str], size: Size
) -> None:
    """One unit is two scans and no key, a typed twelve two scans and three keys; what is short takes four keys at most,
    and the label that confirms it."""
    counting = Counting(standing(size))
    work(counting.terminal)
    assert counting.cost == cost
    assert [kind for kind, _ in counting.terminal.kept] == kept
