"""What people may decide about a conflict, and who has to agree. The ledger takes no other answers.

A decision moves no goods: an answer that needs hands opens a task, and what is done with the task is posted as a fact
of its own. Only `adjust`, `quarantine`, `scrap` and `move_record` correct the books themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

DECIDED, APPROVED, DENIED = "decided", "approved", "denied"
"""Kinds of operations: a conflict is answered; a request that waits for a second person is released, or turned down."""

LAPSED = "lapsed"
"""State of a request that was approved too late to take effect, beside the two words of the second person."""

DENIALS = ("count_first", "goods_found", "wrong_amount", "other")
"""Why a request is turned down, in the order in which terminals number it. The ledger takes any other word too."""

SUPERVISOR = "supervisor"
"""The role that decides and approves."""

PUT_BACK, TO_SUPPLIER = "put_back", "to_supplier"
"""Kinds of tasks that decisions open, beside `count`: goods go back to where they were taken, or to who sent them."""

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
"""The legal answers to each kind of conflict, in the order in which they are numbered (DESIGN §4)."""

NEED_SECOND = frozenset({"adjust", "use_count", "release", "scrap"})
"""Answers that take effect only when a second person with the right has agreed."""

COUNTING = frozenset({"count_now", "recount"})
"""Answers that send somebody to count."""
