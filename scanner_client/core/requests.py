"""Requests on the terminal: decisions that wait for a second person, and what can be said to them.

What becomes of a request is the ledger's to judge; `sync.wire.decisions` is its side, and a test holds the two
together.
"""

from __future__ import annotations

from msgspec import Struct

APPROVED, DENIED = "approved", "denied"
"""Kinds of operations: the second person's word."""

DENIALS = ("count_first", "goods_found", "wrong_amount", "other")
"""Why a request is turned down, in the order in which the reasons are numbered."""


class HeldRequest(Struct, frozen=True):
    """A decision by `by` that waits for a second person since `at` (milliseconds since 1970).

    `units` of `item` at `location`, signed and in the item's smallest unit, are what it would post as it stood when the
    ledger heard of it; `unit` is the one they are told in.
    """

    id: str
    conflict: str
    answer: str
    by: str
    at: int
    item: str = ""
    location: str = ""
    units: int = 0
    unit: str = ""
