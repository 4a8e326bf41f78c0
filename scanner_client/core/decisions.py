"""What may be answered to a conflict, as the terminal numbers it, and which answers two people have to give.

The ledger judges; `sync.wire.decisions` is its side of the same table, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner_client.core.disputed import Dispute
from scanner_client.core.values import Task

CONFLICT = "conflict"
"""The panel, and the frame, of one conflict."""

SUPERVISOR = "supervisor"
"""The role that decides."""

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "stock_short": ("count_now", "adjust", "undo"),
    "task_done_twice": ("return_to_stock", "take_on_line", "accept_over", "undo_one"),
    "order_changed": ("return_to_stock", "keep_for_line", "accept"),
    "order_cancelled": ("return_to_stock", "keep_for_line", "accept"),
    "over_received": ("accept_over", "return_to_supplier", "quarantine"),
    "order_closed": ("accept_over", "return_to_supplier", "quarantine"),
    "stock_blocked": ("put_back", "scrap", "release"),
    "count_stale": ("recount", "use_count", "drop"),
    "serial_elsewhere": ("move_record", "recount"),
    "expiry_differs": ("new_date", "keep_date", "undo"),
    "reference_unknown": ("link_to_item", "create", "undo"),
    "not_permitted": ("approve", "undo"),
    "stream_gap": ("acknowledge", "recount"),
    "stream_forked": ("acknowledge", "recount"),
    "clock_implausible": ("acknowledge",),
    "flow_outdated": ("acknowledge",),
}
"""The legal answers to each kind of conflict, in the order in which they are numbered."""

NEED_SECOND = frozenset({"adjust", "use_count", "release", "scrap"})
"""Answers to which a second person has to agree, with badge and PIN."""

FOR_A_LINE = frozenset({"take_on_line", "keep_for_line"})
"""Answers that need the order line that the goods are for."""

FOR_AN_ITEM = "link_to_item"
"""The answer that needs the item that an unknown code is."""

AT_OFFICE = frozenset({"create"})
"""Answers that need more than a terminal can ask for."""

LATER = "later"
"""Not to answer now; the last number of every conflict."""


def answers_of(kind: str) -> tuple[str, ...]:
    """The answers to a conflict of this kind as they are numbered, `later` last."""
    return (*ANSWERS.get(kind, ()), LATER)


def ledger_units(dispute: Dispute) -> int:
    """What the ledger has on the account that the conflict is about, in the item's smallest units."""
    return next((said.units for said in dispute.statements if said.who == "ledger" and said.units), 0) or 0


def lines_wanting(item: str, tasks: Sequence[Task]) -> list[Task]:
    """Of these tasks the open ones whose line still lacks the item."""
    return [task for task in tasks if task.item == item and task.state == "open" and task.left > 0]
